"""The node that holds several seeds."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import SEED_LIMIT, Integer, Seed, node


@node(words=("variations", "list", "random", "sweep", "batch"))
def seeds(
    seed: Annotated[int, Seed()] = 0,
    count: Annotated[int, Integer(soft=(1, 16), hard=(1, 256))] = 9,
) -> list[int]:
    """Seeds in a row, for variations of one picture.

    What takes one seed runs once for each. Every variation is remembered by itself, and can be made again alone with the seed
    that stands below it on a *Contact sheet*.

    Args:
        seed: The first seed.
        count: How many.

    Returns:
        The seed and those that follow it, as a list.
    """
    return [(seed + number) % SEED_LIMIT for number in range(count)]
