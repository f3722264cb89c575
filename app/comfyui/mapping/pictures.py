"""Nodes that open, show and save pictures."""

from __future__ import annotations

from app.comfyui.mapping.entry import Case, Entry, NoCounterpart, Piece, folded, one_to_one, whole
from app.comfyui.nearby import FOLDER

MASK, REFINE = "mask/mask_from_picture", "mask/refine_mask"
CHANNELS = {"alpha": "transparency", "red": "red", "green": "green", "blue": "blue"}


def load_image(case: Case, piece: Piece) -> None:
    """There a picture's mask is 1 where it is transparent."""
    _open(case, piece)
    _read_mask(piece, "transparency", if_used=True)
    piece.gives = {0: ("main", "image"), 1: ("mask", "mask")}


def load_mask(case: Case, piece: Piece) -> None:
    _open(case, piece)
    _read_mask(piece, CHANNELS.get(str(case.value("channel", "alpha")), "transparency"))
    piece.gives = {0: ("mask", "mask")}


def _open(case: Case, piece: Piece) -> None:
    if case.origin("image"):
        raise NoCounterpart("its file comes over a link, and here a file must be known before the run")
    piece.add("main", "image/load_image", file=FOLDER.sub("", str(case.value("image", ""))))


def _read_mask(piece: Piece, reads: str, if_used: bool = False) -> None:
    piece.add("mask", MASK, (1, 1), if_used, reads=reads)
    piece.join("main", "image", "mask", "image")


def mask_of_image(case: Case, piece: Piece) -> None:
    channel = str(case.value("channel", "red"))
    if channel not in ("red", "green", "blue"):
        raise NoCounterpart(f"its channel is {channel}, and pictures have no such one there")
    piece.add("main", MASK, reads=channel)
    piece.take("main", "image", case.origin("image"))
    piece.gives = {0: ("main", "mask")}


def invert_mask(case: Case, piece: Piece) -> None:
    piece.add("main", REFINE, invert=True)
    piece.take("main", "mask", case.origin("mask"))
    piece.gives = {0: ("main", "mask")}


def scale(case: Case, piece: Piece) -> None:
    if any(not case.origin(side) and case.number(side, 1) < 1 for side in ("width", "height")):
        raise NoCounterpart("a side of 0 keeps the shape, and here both sides are named")
    piece.add("main", "image/fit_image", how="fill" if case.value("crop") == "center" else "stretch")
    piece.take("main", "image", case.origin("image"))
    for side in ("width", "height"):
        piece.carry("main", side, case, side, whole)
    piece.gives = {0: ("main", "image")}


def composite(case: Case, piece: Piece) -> None:
    """Where it lays one picture over the other exactly."""
    if case.number("x", 0) or case.number("y", 0) or not case.origin("mask"):
        raise NoCounterpart("it lays a part into a picture, and Blend by mask takes pictures of one size with a mask")
    piece.add("main", "mask/blend_by_mask")
    for theirs, ours in (("destination", "image"), ("source", "other"), ("mask", "mask")):
        piece.take("main", ours, case.origin(theirs))
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
    Entry("LoadImageMask", "Load Image (as Mask)", load_mask),
    Entry("ImageToMask", "Convert Image to Mask", mask_of_image),
    Entry("InvertMask", "InvertMask", invert_mask),
    Entry("GrowMask", "GrowMask", one_to_one(REFINE, ("mask",), {"mask": "mask"}, {"expand": "grow"})),
    Entry("ImageScale", "Upscale Image", scale),
    Entry("ImageCompositeMasked", "ImageCompositeMasked", composite),
    Entry("SaveImage", "Save Image", save_image),
    Entry("ImageUpscaleWithModel", "Upscale Image (using Model)", upscale),
    Entry("UpscaleModelLoader", "Load Upscale Model", folded("its file stands on Upscale")),
    Entry("PreviewImage", "Preview Image", one_to_one("output/preview", (), {"images": "image"})),
)
