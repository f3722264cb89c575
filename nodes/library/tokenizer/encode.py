"""The node from pictures to latents or tokens."""

from __future__ import annotations

from graph_engine.context import Context
from graph_engine.declaration import node
from nodes.runtime import foretelling
from nodes.runtime.coding import encoded
from nodes.values import Image, Latent, Tokenizer, Tokens


@node(foretells=foretelling.encoded, uses="model device", words=("vae encode", "image to latent"))
def encode(context: Context, image: Image, tokenizer: Tokenizer) -> Latent | Tokens:
    """Turn pictures into latents or tokens, where generators work.

    The encoder half of the tokenizer (Rombach et al. 2022, section 3.1), without sampling: the same picture gives the
    same latent. A picture without alpha counts as opaque. Its sides must be multiples of the tokenizer's cell, 8 px for
    the starter autoencoder.

    Args:
        image: The pictures to encode.
        tokenizer: The tokenizer whose latents or tokens are wanted.

    Returns:
        One latent, or one row of tokens, for each item of the batch; which of both is the tokenizer's kind.
    """
    return encoded(tokenizer, image, context)
