"""The node that moves tokens aside to make room."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, node
from nodes.runtime.token_editing import slid_tokens
from nodes.values import Tokens

Cells = Integer(soft=(-16, 16), hard=(-4096, 4096))


@node(words=("outpaint", "extend", "pan", "scroll", "shift", "panorama"))
def slide_tokens(
    tokens: Tokens,
    right: Annotated[int, Cells] = 0,
    down: Annotated[int, Cells] = 0,
) -> Tokens:
    """Move a picture over its canvas by whole tokens and let Generate fill what comes free.

    The picture keeps its size: what is moved out is gone, and what comes in is unknown. Slide by half the width, generate,
    and go on with the result to paint a panorama. What stays are the same tokens, not a new encoding of them.

    Args:
        tokens: Tokens that fill one grid.
        right: How many tokens to the right; negative is to the left.
        down: How many tokens downwards; negative is upwards.

    Returns:
        The moved tokens, known in part, for Generate.
    """
    return slid_tokens(tokens, down, right)
