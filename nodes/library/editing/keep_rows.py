"""The node that leaves a picture's first rows for a generator to go on from."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, node
from nodes.runtime.token_editing import kept_rows
from nodes.values import Tokens


@node(words=("continue", "complete", "prefix", "autoregressive"))
def keep_rows(tokens: Tokens, rows: Annotated[int, Integer(soft=(0, 16), hard=(0, 4096))] = 8) -> Tokens:
    """Keep the first rows of a picture's tokens and let Generate continue from there.

    Generators that write row by row (Sun et al. 2024, "LlamaGen") complete a picture from its upper part as they were
    trained to: everything they know lies above. Half of the rows is a good start.

    Args:
        tokens: What Encode made of the picture.
        rows: How many rows of tokens stay; with a cell of 16 px, 8 rows are 128 px.

    Returns:
        The tokens, known in their first rows, for Generate.
    """
    return kept_rows(tokens, rows)
