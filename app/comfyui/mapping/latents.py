"""Nodes between pictures and latents."""

from __future__ import annotations

from app.comfyui.mapping.entry import Case, Entry, Piece, one_to_one

EMPTY = {
    "EmptyLatentImage": "Empty Latent Image",
    "EmptySD3LatentImage": "EmptySD3LatentImage",
    "EmptyFlux2LatentImage": "Empty Flux 2 Latent",
}
ENCODED = {"VAEEncode": "VAE Encode", "VAEEncodeTiled": "VAE Encode (Tiled)"}
INPAINTED = "VAEEncodeForInpaint"
MASKED = "SetLatentNoiseMask"
TILED = "tiles are not set by hand here: the whole picture is worked on at once"


def empty_latent(case: Case, piece: Piece) -> None:
    """No node: its size and count are parameters of the Generate that it would feed (see the samplers)."""
    piece.says = "its size and count stand on Generate"


def encode(case: Case, piece: Piece) -> None:
    """No node where samplers alone take the latent: they begin with the picture."""
    piece.add("main", "tokenizer/encode", if_used=True)
    piece.take("main", "image", case.origin("pixels"))
    piece.take("main", "tokenizer", case.origin("vae"))
    piece.gives = {0: ("main", "latent")}
    piece.says = "its picture goes to Begin with picture"


def encode_for_inpainting(case: Case, piece: Piece) -> None:
    """No node: samplers keep the picture outside of the mask."""
    piece.says = "its picture and its mask go to Keep picture"


def noise_mask(case: Case, piece: Piece) -> None:
    piece.says = "its mask goes to Keep picture"


ENTRIES = (
    *(Entry(kind, shown, empty_latent) for kind, shown in EMPTY.items()),
    Entry("VAEDecode", "VAE Decode", one_to_one("tokenizer/decode", ("image",), {"samples": "latent", "vae": "tokenizer"})),
    *(Entry(kind, shown, encode) for kind, shown in ENCODED.items()),
    Entry(INPAINTED, "VAE Encode (for Inpainting)", encode_for_inpainting),
    Entry(MASKED, "Set Latent Noise Mask", noise_mask),
    Entry(
        "VAEDecodeTiled", "VAE Decode (Tiled)",
        one_to_one("tokenizer/decode", ("image",), {"samples": "latent", "vae": "tokenizer"}, differs=TILED),
    ),
)  # fmt: skip
