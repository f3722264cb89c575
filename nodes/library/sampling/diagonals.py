"""The node that decodes tokens diagonal by diagonal."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.strategies import Diagonals, Picking, TokenStrategy


@node(foretells=True, words=("nar", "neighboring", "parallel", "autoregressive"))
def diagonals(
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
    top_k: Annotated[int, Integer(soft=(0, 4000), hard=(0, 2**20))] = 0,
    top_p: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.01)] = 1.0,
) -> TokenStrategy:
    """Write tokens outward from the upper left corner, a whole diagonal at a time.

    Each token follows from its neighbors to the left and above, so all of a diagonal come at once (He et al. 2025,
    "Neighboring autoregressive modeling for efficient visual generation"): 31 steps in place of 256.

    Args:
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.
        top_k: How many of the likeliest tokens may be drawn; 0 is all.
        top_p: How much of the likelihood the tokens hold that may be drawn; 1 is all.

    Returns:
        The strategy, for Generate.
    """
    return Diagonals(Picking(temperature, top_k, top_p))
