"""The node that holds a whole number."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, node


@node(title="Whole number", words=("int", "integer", "value", "constant", "primitive"))
def integer(value: Annotated[int, Integer(soft=(0, 1024))] = 0) -> int:
    """A whole number, typed once and used in several places: a width, a number of steps.

    Link it to any parameter that holds a number: what was typed there counts for nothing while the link lasts.

    Args:
        value: The whole number.

    Returns:
        The whole number, as typed.
    """
    return value
