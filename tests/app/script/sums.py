"""Nodes of every form that are quick to run: lists, several outputs, many links, a choice."""

from pathlib import Path
from typing import Annotated, NamedTuple

from graph_engine import Catalogue, Context
from graph_engine.declaration import Integer, Lazy, Lines, Number, Text, node
from graph_engine.ends import lines_of


@node()
def number(value: Annotated[int, Integer()] = 1) -> int:
    """Give a whole number.

    Args:
        value: the number.
    """
    return value


@node()
def add(context: Context, a: int, b: int = 1, note: str = "") -> int:
    """Add two whole numbers.

    Args:
        a: the first.
        b: the second.
        note: what is not used.
    """
    context.check()
    return 3 * a + b


@node()
def half(share: Annotated[float, Number()] = 1.0) -> int:
    """Tell whether a number came as one with a fraction.

    Args:
        share: the number.
    """
    return round(share * 2) if type(share) is float else -1


@node()
def lengths(text: Annotated[str, Text(multiline=True)] = "a\nbb") -> Annotated[list[int], Lines("text")]:
    """The length of every line.

    Args:
        text: the lines.
    """
    return [len(line) for line in lines_of(text)]


@node()
def upto(count: int) -> list[int]:
    """The numbers below one.

    Args:
        count: how many.
    """
    return list(range(count % 4))


@node()
def total(numbers: tuple[int, ...]) -> int:
    """Add whatever comes, by its place.

    Args:
        numbers: many.
    """
    return sum((at + 1) * each for at, each in enumerate(numbers))


@node()
def size(numbers: list[int]) -> int:
    """How many there are.

    Args:
        numbers: a list.
    """
    return len(numbers)


class Both(NamedTuple):
    more: int
    others: list[int]


@node()
def both(a: int) -> Both:
    """One more, and two others.

    Args:
        a: the number.

    Returns:
        more: one more.
        others: two others.
    """
    return Both(a + 1, [a, -a])


@node(needs=lambda on: ("left",) if on else ("right",))
def either(left: Annotated[int | None, Lazy()] = None, right: Annotated[int | None, Lazy()] = None, on: bool = True) -> int:
    """Give one of two.

    Args:
        left: given when on.
        right: given when off.
        on: which.
    """
    taken = left if on else right
    assert taken is not None
    return taken


@node()
def odd(a: int) -> bool:
    """Whether a number is odd.

    Args:
        a: the number.
    """
    return a % 2 == 1


@node(effect=True)
def tell(context: Context, a: int) -> int:
    """Say a number.

    Args:
        a: the number.
    """
    context.wrote(Path(f"told {a}"))
    return a


SUMS = Catalogue.of(*(("sums", each) for each in (number, add, half, lengths, upto, total, size, both, either, odd, tell)))
