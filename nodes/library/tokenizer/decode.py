"""The node from latents or tokens to pictures."""

from __future__ import annotations

from graph_engine.context import Context
from graph_engine.declaration import node
from nodes.runtime import foretelling
from nodes.runtime.coding import decoded
from nodes.values import Conditioning, Image, Latent, Tokenizer, Tokens


@node(foretells=foretelling.decoded, uses="model device", words=("vae decode", "latent to image", "tokens to image"))
def decode(context: Context, latent: Latent | Tokens, tokenizer: Tokenizer, words: Conditioning | None = None) -> Image:
    """Turn latents or tokens into pictures.

    The decoder half of the tokenizer draws the pixels of each latent (Rombach et al. 2022, section 3.1) or of the codes
    that tokens name. A tokenizer with native transparency gives pictures with straight alpha.

    Args:
        latent: What Generate or Encode made, latents or tokens.
        tokenizer: The tokenizer that the generator was trained with.
        words: What the picture shows, for tokenizers that read along (Kim et al. 2025, "TA-TiTok"); others do not look at it.

    Returns:
        One picture for each item of the batch.
    """
    return decoded(tokenizer, latent, context, words)
