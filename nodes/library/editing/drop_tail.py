"""The node that shortens tokens in a line."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, node
from nodes.runtime.token_editing import shortened
from nodes.values import Tokens


@node(words=("tail drop", "truncate", "coarse", "compress", "1d"))
def drop_tail(tokens: Tokens, count: Annotated[int, Integer(soft=(1, 256), hard=(1, 65536))] = 32) -> Tokens:
    """Keep the first of a picture's 1D tokens: a dial from a sketch of it to all its details.

    Tokenizers trained with tail drop (Miwa et al. 2025, "One-D-Piece") put what matters most first, so that a few tokens
    already show the picture. Others of the kind (Yu et al. 2024, "TiTok") were not, and lose parts at random.

    Args:
        tokens: Tokens in a line, from Encode or Generate.
        count: How many stay, from the first.

    Returns:
        The shorter line, for Decode.
    """
    return shortened(tokens, count)
