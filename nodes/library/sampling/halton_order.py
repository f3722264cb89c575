"""The node that decodes tokens in an evenly spread order."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.strategies import Halton, Picking, TokenStrategy


@node(foretells=True, work=("steps",), words=("maskgit", "low discrepancy", "halton", "masked", "order"))
def halton_order(
    steps: Annotated[int, Integer(soft=(1, 64), hard=(1, 4096))] = 32,
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
    top_k: Annotated[int, Integer(soft=(0, 4000), hard=(0, 2**20))] = 0,
    roll: bool = True,
) -> TokenStrategy:
    """Write tokens in an order that is spread evenly over the picture, taking none back.

    Tokens of one step are far from one another, so that they seldom contradict each other; confidence plays no part
    (Besnier et al. 2025, "Halton scheduler for masked generative image transformer"). Fewer repeated details than by
    confidence, most of all with many steps.

    Args:
        steps: In how many steps the picture is written.
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.
        top_k: How many of the likeliest tokens may be drawn; 0 is all.
        roll: Begin at another place for every picture.

    Returns:
        The strategy, for Generate.
    """
    return Halton(Picking(temperature, top_k), steps, roll)
