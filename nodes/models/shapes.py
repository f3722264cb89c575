"""Reading an architecture's sizes from the names and shapes of its tensors."""

from __future__ import annotations

from collections.abc import Mapping

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each tensor of a file, by its name."""


def has(shapes: Shapes, *keys: str) -> bool:
    """Whether all keys are there; one that ends in a dot stands for any key that begins so."""
    return all(key in shapes or (key.endswith(".") and any(name.startswith(key) for name in shapes)) for key in keys)


def count(shapes: Shapes, prefix: str) -> int:
    """How many different numbers follow a prefix: ``count(shapes, "layers.")`` is the number of layers."""
    return len({rest.split(".", 1)[0] for rest in _rests(shapes, prefix)} & {str(number) for number in range(len(shapes))})


def numbers(shapes: Shapes, prefix: str, then: str) -> tuple[int, ...]:
    """The numbers between a prefix and what follows it, ascending: levels that have attention, for instance."""
    found = {rest.split(".", 1)[0] for rest in _rests(shapes, prefix) if then in rest}
    return tuple(sorted(int(number) for number in found if number.isdecimal()))


def square_root(number: int) -> int | None:
    """The side of a square grid of so many cells; None where there is none."""
    side = round(number**0.5)
    return side if side * side == number else None


def _rests(shapes: Shapes, prefix: str) -> list[str]:
    return [name[len(prefix) :] for name in shapes if name.startswith(prefix)]
