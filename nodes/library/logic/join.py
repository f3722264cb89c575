"""The node that makes one list of several."""

from __future__ import annotations

from typing import TypeVar

from graph_engine.declaration import node

Value = TypeVar("Value")


@node(words=("concatenate", "append", "list", "batch", "merge"))
def join(items: tuple[Value, ...]) -> list[Value]:
    """Put values and lists of one type end to end, as one list.

    Whatever takes a single value runs once for each item of the list that comes out. The order is that of the links.

    Args:
        items: Values and lists, any number of them.

    Returns:
        All of them as one list.
    """
    return list(items)
