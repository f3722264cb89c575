"""What the engine knows of the values on links: nothing but what their types registered.

A value type teaches the engine its identity (a digest of content), its size and pool, how it is stored and how it is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

PLAIN_TYPES: dict[type, str] = {str: "Text", int: "Integer", float: "Number", bool: "Toggle"}
"""Link types of plain Python values."""


def type_name(annotation: type) -> str:
    """The name of the type of value that an annotation stands for."""
    return PLAIN_TYPES.get(annotation, annotation.__name__)


class Pixels(msgspec.Struct, frozen=True):
    """A picture to be looked at, as plain data: straight RGBA, 8 bits, rows top to bottom, ``width * height * 4`` bytes."""

    width: int
    height: int
    rgba: bytes


class ValueType(msgspec.Struct, frozen=True, kw_only=True):
    """What a type of value registers.

    Attributes:
        name: as in annotations and in `Input.type`.
        digest: content identity as hexadecimal text; equal content, equal digest, in any process.
        size: bytes held.
        pool: who holds them: ``"ram"`` or ``"gpu"``.
        store: value to bytes for the disk tier; None = never on disk (a loaded model is remade from its file).
        load: bytes of `store` back to an equal value.
        pixels: how the value looks, or None.
        describe: one line for people, as ``"RGBA 128 × 128"``.
    """

    name: str
    digest: Callable[[Any], str]
    size: Callable[[Any], int]
    pool: Callable[[Any], str] = lambda value: "ram"
    store: Callable[[Any], bytes] | None = None
    load: Callable[[bytes], Any] | None = None
    pixels: Callable[[Any], Pixels | None] | None = None
    describe: Callable[[Any], str] | None = None


def digest_of(*parts: bytes | str) -> str:
    """Content identity of a sequence of parts: 128 bits of BLAKE2b as hexadecimal text. Parts are framed, so that they cannot run together."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


def _plain(name: str) -> ValueType:
    return ValueType(
        name=name,
        digest=lambda value: digest_of(name, msgspec.json.encode(value)),
        size=lambda value: len(value) + 49 if isinstance(value, str) else 32,
        store=msgspec.json.encode,
        load=msgspec.json.decode,
        describe=lambda value: value if isinstance(value, str) and len(value) <= 60 else repr(value)[:60],
    )


_registered: dict[type, ValueType] = {python: _plain(name) for python, name in PLAIN_TYPES.items()}


def register_value(python: type, value_type: ValueType) -> None:
    """Teach the engine a type of value. Registering a class again replaces what was known."""
    _registered[python] = value_type


def value_type_of(value: Any) -> ValueType:
    """What is registered for a value's class, or for the nearest of its bases.

    Raises:
        TypeError: nothing is registered for it.
    """
    for python in type(value).__mro__:
        if found := _registered.get(python):
            return found
    raise TypeError(f"{type(value).__name__}: no value type of that name is registered")


def value_types() -> dict[str, ValueType]:
    """Everything registered, by name."""
    return {found.name: found for found in _registered.values()}
