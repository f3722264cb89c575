"""The node that decodes several tokens a pass without changing what comes out."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.jacobi import Jacobi
from nodes.decoding.strategies import Picking, TokenStrategy


@node(foretells=True, title="Speculative Jacobi", words=("sjd", "speculative", "fast", "lossless", "draft", "autoregressive", "next token"))
def speculative_jacobi(
    window: Annotated[int, Integer(soft=(2, 64), hard=(1, 4096))] = 16,
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
    top_k: Annotated[int, Integer(soft=(0, 4000), hard=(0, 2**20))] = 0,
    top_p: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.01)] = 1.0,
) -> TokenStrategy:
    """Write tokens row by row, several a pass, as likely as one by one.

    A pass guesses the tokens that come next and checks the guesses of the pass before; what agrees with the generator
    stays (Teng et al. 2024, "Accelerating auto-regressive text-to-image generation with training-free speculative Jacobi
    decoding"). Guesses are accepted so that every picture is as likely as with Raster; at temperature 0 it is the same one.
    A note says how many passes it took.

    Args:
        window: How many tokens are guessed together; more saves passes where the picture is plain, and makes each one dearer.
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.
        top_k: How many of the likeliest tokens may be drawn; 0 is all. Fewer agree more often.
        top_p: How much of the likelihood the tokens hold that may be drawn; 1 is all.

    Returns:
        The strategy, for Generate.
    """
    return Jacobi(Picking(temperature, top_k, top_p), window)
