"""The node that opens a tokenizer's file."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import File, node
from nodes.runtime.loading import open_tokenizer
from nodes.values import Tokenizer


@node(foretells=True, words=("vae", "autoencoder", "model", "load"))
def load_tokenizer(file: Annotated[str, File((".safetensors",), "model")] = "starter/rgba_autoencoder") -> Tokenizer:
    """Open a tokenizer: the model that turns pictures into latents or tokens, and back.

    Generators of tokens write ids of a codebook (Van den Oord et al. 2017, "Neural discrete representation learning"),
    in a grid, in grids of growing size, or in a line. Other generators work in the small space of an autoencoder
    (Rombach et al. 2022, "High-resolution image synthesis with latent diffusion models"). The starter autoencoder has
    native transparency: alpha in means alpha out.

    Only safetensors files are opened, since pickled checkpoints can run code.

    Args:
        file: A model's name below a model folder, as starter/rgba_autoencoder, or the path of a safetensors file.

    Returns:
        The tokenizer, for Decode and Encode.
    """
    return open_tokenizer(file)
