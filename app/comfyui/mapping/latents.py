"""Nodes between pictures and latents."""

from __future__ import annotations

from app.comfyui.mapping.entry import Case, Entry, Piece, one_to_one

EMPTY = {
    "EmptyLatentImage": "Empty Latent Image",
    "EmptySD3LatentImage": "EmptySD3LatentImage",
    "EmptyFlux2LatentImage": "Empty Flux 2 Latent",
}
TILED = "tiles are not set by hand here: the whole picture is worked on at once"


def empty_latent(case: Case, piece: Piece) -> None:
    """No node: its size and count are parameters of the Generate that it would feed (see the samplers)."""
    piece.says = "its size and count stand on Generate"


ENTRIES = (
    *(Entry(kind, shown, empty_latent) for kind, shown in EMPTY.items()),
    Entry("VAEDecode", "VAE Decode", one_to_one("tokenizer/decode", ("image",), {"samples": "latent", "vae": "tokenizer"})),
    Entry("VAEEncode", "VAE Encode", one_to_one("tokenizer/encode", ("latent",), {"pixels": "image", "vae": "tokenizer"})),
    Entry(
        "VAEDecodeTiled", "VAE Decode (Tiled)",
        one_to_one("tokenizer/decode", ("image",), {"samples": "latent", "vae": "tokenizer"}, differs=TILED),
    ),
    Entry(
        "VAEEncodeTiled", "VAE Encode (Tiled)",
        one_to_one("tokenizer/encode", ("latent",), {"pixels": "image", "vae": "tokenizer"}, differs=TILED),
    ),
)  # fmt: skip
