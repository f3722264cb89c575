"""What the engine knows of the values on links: nothing but what their types registered.

A value type teaches the engine its identity (a digest of content), its size and pool, how it is stored and how it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec


class Pixels(msgspec.Struct, frozen=True):
    """A picture to be looked at, as plain data: straight RGBA, 8 bits, rows top to bottom, ``width * height * 4`` bytes."""

    width: int
    height: int
    rgba: bytes


class ValueType(msgspec.Struct, frozen=True):
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
    pool: Callable[[Any], str]
    store: Callable[[Any], bytes] | None = None
    load: Callable[[bytes], Any] | None = None
    pixels: Callable[[Any], Pixels | None] | None = None
    describe: Callable[[Any], str] | None = None
