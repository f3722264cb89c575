"""What the cache holds of a step: its outputs, what they are, and what making them took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from graph_engine.values import ValueType, value_type_of

RAM = "ram"
"""The pool of the machine's own memory; pools of devices have the names that value types give them."""


class Held(msgspec.Struct, frozen=True, gc=False):
    """One output in an entry: its type, digest and size, without the value."""

    type: str
    digest: str
    size: int
    description: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """The outputs of one step, and what making them took. ``pool`` says whose memory holds them."""

    content_key: str
    values: Mapping[str, Any]
    held: Mapping[str, Held]
    size: int  # bytes of all outputs
    seconds: float
    notes: tuple[str, ...] = ()
    pool: str = RAM
    parts: tuple[str, ...] = ()  # content keys of the entries of items, where a step ran once an item: its values are theirs


def held_of(value: Any, known: ValueType) -> Held:
    """What an entry says of a value of a known type."""
    return Held(known.name, known.digest(value), known.size(value), known.describe(value) if known.describe else "")


def size_of(held: Mapping[str, Held]) -> int:
    """Bytes of all outputs."""
    return sum([one.size for one in held.values()])


def entry_of(content_key: str, values: Mapping[str, Any], seconds: float, notes: tuple[str, ...] = ()) -> Entry:
    """An entry of fresh values: digests, sizes and pools are asked of their types."""
    held, pool = {}, RAM
    for name, value in values.items():
        known = value_type_of(value)
        held[name] = held_of(value, known)
        if (of_value := known.pool(value)) != RAM:
            pool = of_value
    return Entry(content_key, values, held, size_of(held), seconds, notes, pool)
