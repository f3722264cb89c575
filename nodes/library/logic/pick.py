"""The node that takes one item out of a list."""

from __future__ import annotations

from typing import Annotated, TypeVar

from graph_engine.declaration import Integer, node
from graph_engine.errors import Failure

Value = TypeVar("Value")


@node(words=("item", "index", "list", "select", "get"))
def pick(items: list[Value], number: Annotated[int, Integer(soft=(1, 16), hard=(-(2**31), 2**31))] = 1) -> Value:
    """Take one item out of a list.

    What comes behind then runs for that item alone. All that made the list still runs; to make one of several things
    only, choose before with *Choose* or *Switch*.

    Args:
        items: The list.
        number: Which item: 1 is the first; -1 is the last, -2 the one before it.

    Returns:
        The item.
    """
    if not 1 <= abs(number) <= len(items):
        raise Failure(f"number: must be within 1 to {len(items)}, or as far from the end, got {number}", "Pick an item that is there.")
    return items[number - 1 if number > 0 else number]
