"""The node that decodes tokens in random order."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.strategies import Picking, RandomOrder, TokenStrategy


@node(foretells=True, work=("steps",), words=("randar", "arpg", "parallel", "order", "autoregressive"))
def random_order(
    steps: Annotated[int, Integer(soft=(1, 256), hard=(1, 4096))] = 64,
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
    top_k: Annotated[int, Integer(soft=(0, 4000), hard=(0, 2**20))] = 0,
    top_p: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.01)] = 1.0,
) -> TokenStrategy:
    """Write tokens in random order, few at first and many in the end.

    For generators that can be asked for any place next (Pang et al. 2024, "RandAR: decoder-only autoregressive visual
    generation in random orders"; Li et al. 2025, "ARPG"), and for masked ones. Every picture has an order of its own.

    Args:
        steps: In how many steps the picture is written; as many as tokens is one by one.
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.
        top_k: How many of the likeliest tokens may be drawn; 0 is all.
        top_p: How much of the likelihood the tokens hold that may be drawn; 1 is all.

    Returns:
        The strategy, for Generate.
    """
    return RandomOrder(Picking(temperature, top_k, top_p), steps)
