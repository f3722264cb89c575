"""The node that takes one of two sides."""

from __future__ import annotations

from typing import Annotated, TypeVar

from graph_engine.declaration import Lazy, node
from graph_engine.errors import Failure

Value = TypeVar("Value")


def side(choice: bool) -> tuple[str, ...]:
    return ("on",) if choice else ("off",)


@node(needs=side, words=("if", "toggle", "bypass", "either", "condition"))
def switch(
    on: Annotated[Value | None, Lazy()] = None,
    off: Annotated[Value | None, Lazy()] = None,
    choice: bool = True,
) -> Value:
    """Pass on one of two things, and make only that one.

    What feeds the other side does not run, and changes there make nothing run again. The choice can be typed, exposed
    for the command line, or linked: then the run finds out which side it needs.

    Args:
        on: What is passed on while the choice is on.
        off: What is passed on while the choice is off.
        choice: Which side is taken.

    Returns:
        What came from the side that is taken.
    """
    taken = on if choice else off
    if taken is None:
        name = "on" if choice else "off"
        raise Failure(f"{name}: must be connected where the choice is {name}, nothing is", "Connect that side, or choose the other.")
    return taken
