"""What is ordered, and how many of it are made together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph_engine.context import Context
from nodes.values import Control


@dataclass(frozen=True)
class Order:
    """How many pictures of which size.

    Items ``first`` to ``first + count − 1`` of the batch that the seed names; a side of 0 px is that of a picture that leads, or the
    generator's own. ``controls`` lead beside words.
    """

    seed: int
    count: int
    first: int
    width: int
    height: int
    controls: tuple[Control, ...] = ()


def batches(context: Context, count: int, alone: bool = False) -> Iterator[range]:
    """The items of a batch, as many together as memory allows, or each by itself; each range is a part of the progress."""
    at_once = 1 if alone else context.at_once(count)
    starts = range(0, count, at_once)
    for number, start in enumerate(starts):
        with context.part(number, len(starts)):
            yield range(start, min(start + at_once, count))
