"""Nodes between pictures and latents."""

from __future__ import annotations

from app.comfyui.mapping.entry import Case, Entry, Piece, one_to_one

EMPTY = {
    "EmptyLatentImage": "Empty Latent Image",
    "EmptySD3LatentImage": "EmptySD3LatentImage",
    "EmptyFlux2LatentImage": "Empty Flux 2 Latent",
}
ENCODED = {"VAEEncode": "VAE Encode", "VAEEncodeTiled": "VAE Encode (Tiled)"}
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


ENTRIES = (
    *(Entry(kind, shown, empty_latent) for kind, shown in EMPTY.items()),
    Entry("VAEDecode", "VAE Decode", one_to_one("tokenizer/decode", ("image",), {"samples": "latent", "vae": "tokenizer"})),
    *(Entry(kind, shown, encode) for kind, shown in ENCODED.items()),
    Entry(
        "VAEDecodeTiled", "VAE Decode (Tiled)",
        one_to_one("tokenizer/decode", ("image",), {"samples": "latent", "vae": "tokenizer"}, differs=TILED),
    ),
)  # fmt: skip
