"""The node that holds a seed."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Seed, node


@node(words=("random", "noise", "value", "primitive"))
def seed(seed: Annotated[int, Seed()] = 0) -> int:
    """One seed for several nodes, so that they change together.

    Its policy is followed before each run, as that of any seed: fixed stays, random is drawn anew, increment goes up by one.

    Args:
        seed: The seed.

    Returns:
        The seed as a whole number, for parameters that hold seeds.
    """
    return seed
