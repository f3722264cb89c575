"""What the nodes of benchmark graphs do: next to nothing, so that what is measured is the engine. Every call is counted."""

from __future__ import annotations

import itertools
from typing import Annotated

import torch

from graph_engine import Catalogue, Integer, Number, ValueType, digest_of, node, register_value

MODULUS = 1_000_003
Any64 = Integer(hard=(-(2**63), 2**63))

_calls = itertools.count()


def made_calls() -> int:
    """How many operations were called since this was asked last."""
    global _calls
    made, _calls = next(_calls), itertools.count()
    return made


class Plate(torch.Tensor):
    """A square of numbers, as the engine's own value type: torch's class belongs to nobody."""


def _bytes(plate: Plate) -> memoryview:
    return plate.contiguous().numpy().data.cast("B")


register_value(
    Plate,
    ValueType(
        name="Plate",
        digest=lambda plate: digest_of(str(tuple(plate.shape)), _bytes(plate)),
        size=lambda plate: 200 + plate.nbytes,
        store=lambda plate: bytes(_bytes(plate)),
        load=lambda data: (
            torch.frombuffer(bytearray(data), dtype=torch.float32).reshape(round((len(data) / 4) ** 0.5), -1).as_subclass(Plate)
        ),
    ),
)


@node()
def int_const(value: Annotated[int, Any64] = 0) -> int:
    """Give a number.

    Args:
        value: the number.
    """
    next(_calls)
    return value % MODULUS


@node()
def int_addk(a: int, k: Annotated[int, Any64] = 0) -> int:
    """Add a constant.

    Args:
        a: what it is added to.
        k: the constant.
    """
    next(_calls)
    return (a + k) % MODULUS


@node()
def int_add2(a: int, b: int, k: Annotated[int, Any64] = 0) -> int:
    """Add two numbers.

    Args:
        a: the first.
        b: the second.
        k: added to them.
    """
    next(_calls)
    return (a + b + k) % MODULUS


@node()
def int_add3(a: int, b: int, c: int, k: Annotated[int, Any64] = 0) -> int:
    """Add three numbers.

    Args:
        a: the first.
        b: the second.
        c: the third.
        k: added to them.
    """
    next(_calls)
    return (a + b + c + k) % MODULUS


@node()
def int_sum(numbers: tuple[int, ...], k: Annotated[int, Any64] = 0) -> int:
    """Add any number of numbers.

    Args:
        numbers: what is added.
        k: added to them.
    """
    next(_calls)
    return (sum(numbers) + k) % MODULUS


@node()
def sink(x: int) -> int:
    """Give what came.

    Args:
        x: what came.
    """
    next(_calls)
    return x


@node()
def t_fill(value: Annotated[float, Number()] = 0.0, side: Annotated[int, Integer(hard=(1, 4096))] = 64) -> Plate:
    """Fill a square.

    Args:
        value: what each place holds.
        side: the square's side.
    """
    next(_calls)
    return torch.full((side, side), value, dtype=torch.float32).as_subclass(Plate)


@node()
def t_addk(a: Plate, k: Annotated[float, Number()] = 0.0) -> Plate:
    """Add a constant to each place.

    Args:
        a: the square.
        k: the constant.
    """
    next(_calls)
    return a + k


@node()
def t_sink(x: Plate) -> Plate:
    """Give the square that came.

    Args:
        x: what came.
    """
    next(_calls)
    return x


catalogue = Catalogue.of(
    *[("bench", function) for function in (int_const, int_addk, int_add2, int_add3, int_sum, sink, t_fill, t_addk, t_sink)]
)
