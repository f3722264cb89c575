"""The node that decodes one token of every region at a time."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.strategies import Picking, Regions, TokenStrategy


@node(foretells=True, words=("par", "parallel", "autoregressive"))
def regions(
    parts: Literal["4", "9", "16"] = "4",
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
    top_k: Annotated[int, Integer(soft=(0, 4000), hard=(0, 2**20))] = 0,
    top_p: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.01)] = 1.0,
) -> TokenStrategy:
    """Write one token in every region of the picture at a time.

    Tokens that are far from one another hardly depend on each other and can be drawn together, once the first of each
    region has settled the whole (Wang et al. 2024, "Parallelized autoregressive visual generation").

    Args:
        parts: How many regions; it must be the number that the generator was trained with.
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.
        top_k: How many of the likeliest tokens may be drawn; 0 is all.
        top_p: How much of the likelihood the tokens hold that may be drawn; 1 is all.

    Returns:
        The strategy, for Generate.
    """
    return Regions(Picking(temperature, top_k, top_p), int(parts))
