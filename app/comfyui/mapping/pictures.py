"""Nodes that open, show and save pictures."""

from __future__ import annotations

from app.comfyui.mapping.entry import Case, Entry, NoCounterpart, Piece, folded, one_to_one
from app.comfyui.nearby import FOLDER


def load_image(case: Case, piece: Piece) -> None:
    """The picture lies in a folder of ComfyUI's own, so only its name is known. There its mask is 1 where the picture is transparent."""
    if case.origin("image"):
        raise NoCounterpart("its file comes over a link, and here a file must be known before the run")
    piece.add("main", "image/load_image", file=FOLDER.sub("", str(case.value("image", ""))))
    piece.gives = {0: ("main", "image")}


def save_image(case: Case, piece: Piece) -> None:
    piece.add("main", "output/save_image")
    piece.take("main", "image", case.origin("images"))
    piece.carry("main", "name", case, "filename_prefix")
    if "%" in str(case.value("filename_prefix", "")):
        piece.differs("dates and values between % signs are not filled in: the name is taken as it is written")


def upscale(case: Case, piece: Piece) -> None:
    piece.add("main", "restoration/upscale")
    piece.take("main", "image", case.origin("image"))
    piece.carry("main", "file", case.source("upscale_model"), "model_name")
    piece.gives = {0: ("main", "image")}
    piece.differs("upscalers of other makers cannot be read yet: starter/upscaler can take their place, it doubles the sides")


ENTRIES = (
    Entry("LoadImage", "Load Image", load_image),
    Entry("SaveImage", "Save Image", save_image),
    Entry("ImageUpscaleWithModel", "Upscale Image (using Model)", upscale),
    Entry("UpscaleModelLoader", "Load Upscale Model", folded("its file stands on Upscale")),
    Entry("PreviewImage", "Preview Image", one_to_one("output/preview", (), {"images": "image"})),
)
