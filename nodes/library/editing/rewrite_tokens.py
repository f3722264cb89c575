"""The node that changes single tokens by hand."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Text, node
from nodes.runtime.token_editing import rewritten
from nodes.values import Tokens


@node(words=("token editor", "ids", "codebook", "set"))
def rewrite_tokens(
    tokens: Tokens,
    changes: Annotated[str, Text(multiline=True)] = "",
    scale: Annotated[int, Integer(soft=(-1, 9), hard=(-64, 63))] = -1,
) -> Tokens:
    """Write single tokens by hand: see what one does, copy one to another place, or free one.

    Each line says row, column = id, as 3, 4 = 17; rows and columns count from 0. A question mark in place of the id frees
    the token, and Generate makes it new. Tokens in a line lie in row 0.

    Args:
        tokens: The tokens to change.
        changes: What to write, one token a line.
        scale: Which scale the places are of, where there are several; -1 is the finest.

    Returns:
        The changed tokens.
    """
    return rewritten(tokens, changes, scale)
