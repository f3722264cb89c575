"""The node that decodes tokens near to what is known and far from one another."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.strategies import LocalityAware, Picking, TokenStrategy


@node(foretells=True, title="Locality-aware order", work=("steps",), words=("lpd", "parallel", "order", "autoregressive"))
def locality_aware(
    steps: Annotated[int, Integer(soft=(1, 64), hard=(1, 4096))] = 20,
    proximity: Annotated[float, Number(soft=(0, 4), hard=(0, 8), step=0.1)] = 1.0,
    repulsion: Annotated[int, Integer(soft=(0, 6), hard=(0, 64))] = 2,
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
) -> TokenStrategy:
    """Write several tokens at a time, each near to what is known and far from the others.

    What is near to known tokens is easy to tell, and what is far from each other can be drawn together (Zhang et al.
    2025, "Locality-aware parallel decoding for efficient autoregressive image generation", algorithm 1).

    Args:
        steps: In how many steps the picture is written.
        proximity: How many known neighbors a token should have; 1 is one that touches.
        repulsion: Tokens of one step are further apart than this, in tokens.
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.

    Returns:
        The strategy, for Generate.
    """
    return LocalityAware(Picking(temperature), steps, proximity, repulsion)
