"""The node that takes one of several things by its number."""

from __future__ import annotations

from typing import Annotated, TypeVar

from graph_engine.declaration import Integer, Lazy, node
from graph_engine.errors import Failure

Value = TypeVar("Value")
NAMES = ("one", "two", "three", "four", "five", "six")


def side(number: int) -> tuple[str, ...]:
    return (NAMES[number - 1],)


@node(needs=side, words=("select", "index", "switch", "case", "number"))
def choose(
    one: Annotated[Value | None, Lazy()] = None,
    two: Annotated[Value | None, Lazy()] = None,
    three: Annotated[Value | None, Lazy()] = None,
    four: Annotated[Value | None, Lazy()] = None,
    five: Annotated[Value | None, Lazy()] = None,
    six: Annotated[Value | None, Lazy()] = None,
    number: Annotated[int, Integer(soft=(1, 6), hard=(1, 6))] = 1,
) -> Value:
    """Pass on one of up to six things by its number, and make only that one.

    What feeds the others does not run. A sweep over the number compares them, and each is made once.

    Args:
        one: What is passed on for number 1.
        two: What is passed on for number 2.
        three: What is passed on for number 3.
        four: What is passed on for number 4.
        five: What is passed on for number 5.
        six: What is passed on for number 6.
        number: Which one is taken.

    Returns:
        What came from the one that is taken.
    """
    taken = (one, two, three, four, five, six)[number - 1]
    if taken is None:
        name = NAMES[number - 1]
        raise Failure(f"{name}: must be connected where the number is {number}, nothing is", "Connect it, or choose another number.")
    return taken
