"""The node that keeps a picture outside of a mask while the rest is made."""

from __future__ import annotations

from typing import Annotated

from graph_engine.context import Context
from graph_engine.declaration import Number, node
from graph_engine.errors import Failure
from nodes.runtime.controlling import kept
from nodes.values import Control, Image, Mask, Tokenizer

Level = Number(soft=(0, 1), hard=(0, 1))


@node(uses="model device", words=("inpaint", "outpaint", "fill", "known", "mask", "latent noise mask"))
def keep_picture(
    context: Context,
    image: Image,
    mask: Mask,
    tokenizer: Tokenizer,
    start: Annotated[float, Level] = 1.0,
    end: Annotated[float, Level] = 0.0,
) -> Control:
    """Keep a picture where a mask does not select, and let Generate make the rest to fit.

    What is known takes the place of its prediction at every step (Song et al. 2021, "Score-based generative modeling through
    stochastic differential equations", appendix I.2), so what is made sees it and joins it. A model that was trained with
    known pictures gets it as a hint besides. The prompt should say all that the finished picture shows.

    Latent cells cover several pixels, and one that the mask touches is made anew: lay the result back with *Blend by
    mask*, and every pixel outside of the mask is what it was.

    Args:
        image: The picture to keep; sides must be multiples of the generator's step, 16 px for the starter.
        mask: What is to be made, of the same size.
        tokenizer: The autoencoder that the generator was trained with.
        start: The highest noise level at which the picture is held.
        end: The lowest one; above 0 the last steps may change the rest a little, for a softer join.

    Returns:
        What leads Generate.
    """
    if end > start:
        raise Failure(f"end: must not be above start ({start:g}), got {end:g}", "The way goes from noise level 1 down to 0.")
    return kept(context, image, mask, tokenizer, start, end)
