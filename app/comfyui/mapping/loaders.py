"""Nodes that open model files."""

from __future__ import annotations

from app.comfyui.mapping.entry import Case, Entry, NoCounterpart, Piece

DECODER_LATER = "The decoder is looked for in the same file."


def checkpoint(case: Case, piece: Piece) -> None:
    """A checkpoint holds three models; here a generator brings its text encoder, and the tokenizer is a node of its own."""
    name = _file(case, "ckpt_name")
    piece.add("main", "generator/load_generator", file=name)
    piece.add("tokenizer", "tokenizer/load_tokenizer", (0, 1), if_used=True, file=name)
    piece.gives = {0: ("main", "generator"), 1: ("main", "text_encoder"), 2: ("tokenizer", "tokenizer")}


def diffusion_model(case: Case, piece: Piece) -> None:
    piece.add("main", "generator/load_generator", file=_file(case, "unet_name"))
    piece.gives = {0: ("main", "generator")}
    if str(case.value("weight_dtype", "default")) != "default":
        piece.differs(f"weight_dtype {case.value('weight_dtype')} is left out: precision is chosen by the device")


def vae(case: Case, piece: Piece) -> None:
    piece.add("main", "tokenizer/load_tokenizer", file=_file(case, "vae_name"))
    piece.gives = {0: ("main", "tokenizer")}


def _file(case: Case, widget: str) -> str:
    if case.origin(widget):
        raise NoCounterpart("its file comes over a link, and here a file must be known before the run")
    return str(case.value(widget, "")).replace("\\", "/")


ENTRIES = (
    Entry("CheckpointLoaderSimple", "Load Checkpoint", checkpoint),
    Entry("CheckpointLoader", "Load Checkpoint With Config (DEPRECATED)", checkpoint),
    Entry("unCLIPCheckpointLoader", "unCLIPCheckpointLoader", checkpoint),
    Entry("UNETLoader", "Load Diffusion Model", diffusion_model),
    Entry("VAELoader", "Load VAE", vae),
)
