"""The node that holds a number."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Number, node


@node(words=("float", "value", "constant", "primitive"))
def number(value: Annotated[float, Number(soft=(0, 10), step=0.1)] = 1.0) -> float:
    """A number, typed once and used in several places.

    Link it to any parameter that holds a number: what was typed there counts for nothing while the link lasts.

    Args:
        value: The number.

    Returns:
        The number, as typed.
    """
    return value
