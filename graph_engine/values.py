"""What the engine knows of the values on links: nothing but what their types registered.

A value type teaches the engine its identity (a digest of content), its size and pool, how it is stored and how it is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

import msgspec

PLAIN_TYPES: dict[type, str] = {str: "Text", int: "Integer", float: "Number", bool: "Toggle"}
"""Link types of plain Python values."""


OPEN = "*"
"""Types that begin so stand for any one type, the same wherever the name returns in a declaration."""


ALTERNATIVE = " | "
"""Between the types of an output that gives, or an input that takes, one of several."""


def type_name(annotation: type | TypeVar) -> str:
    """The name of the type of value that an annotation stands for: that of the class, or the one it was registered under."""
    if isinstance(annotation, TypeVar):
        return OPEN + annotation.__name__
    known = _registered.get(annotation)
    return PLAIN_TYPES.get(annotation, known.name if known else annotation.__name__)


def alternatives(type_: str) -> tuple[str, ...]:
    """The types that the type of an input or output stands for: one as a rule."""
    return tuple(type_.split(ALTERNATIVE))


class Pixels(msgspec.Struct, frozen=True, gc=False):
    """A picture to be looked at, as plain data: straight RGBA, 8 bits, rows top to bottom, ``width * height * 4`` bytes."""

    width: int
    height: int
    rgba: bytes


class Cells(msgspec.Struct, frozen=True, gc=False):
    """Numbers over the cells of grids that a value fills, as plain data to be drawn over its picture.

    Attributes:
        grids: the (rows, columns) that an item fills, in order.
        items: how many there are.
        maps: by name float32 of every cell, little-endian, one item after the other; of the first items, where there are many.
    """

    grids: tuple[tuple[int, int], ...]
    items: int
    maps: dict[str, bytes]


class ValueType(msgspec.Struct, frozen=True, kw_only=True):
    """What a type of value registers.

    Attributes:
        name: as in annotations and in `Input.type`.
        digest: content identity as a short text without zero bytes; equal content, equal digest, in any process.
        size: bytes held.
        pool: who holds them: ``"ram"`` or ``"gpu"``.
        store: value to bytes for the disk tier; None = never on disk (a loaded model is remade from its file).
        load: bytes of `store` back to an equal value.
        pixels: how the value looks, or None.
        describe: one line for people, as ``"RGBA 128 × 128"``.
        cells: what is known of the cells of a value that fills grids, or None.
    """

    name: str
    digest: Callable[[Any], str]
    size: Callable[[Any], int]
    pool: Callable[[Any], str] = lambda value: "ram"
    store: Callable[[Any], bytes] | None = None
    load: Callable[[bytes], Any] | None = None
    pixels: Callable[[Any], Pixels | None] | None = None
    describe: Callable[[Any], str] | None = None
    cells: Callable[[Any], Cells | None] | None = None


SMALL = 4096
LONGEST_NUMBER = 24
"""Characters of a number that is written out in its digest: every float and all whole numbers of a machine are."""


def digest_of(*parts: bytes | memoryview | str) -> str:
    """Content identity of a sequence of parts: 128 bits of BLAKE2b as hexadecimal text.

    Parts are framed by their length, so that they cannot run together.
    """
    small: list[bytes | memoryview] = []  # hashed together: a call for each costs more than the hashing
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        small.append(len(data).to_bytes(8, "little"))
        if len(data) < SMALL:
            small.append(data)
        else:
            state.update(b"".join(small))
            state.update(data)
            small.clear()
    state.update(b"".join(small))
    return state.hexdigest()


def _number(name: str, written: Callable[[Any], str], load: Callable[[bytes], Any], describe: Callable[[Any], str] = repr) -> ValueType:
    """A number is its own digest, as long as it is short: what is ``written`` says it all."""

    def digest(number: Any) -> str:
        text = written(number)
        return f"{name}:{text}" if len(text) <= LONGEST_NUMBER else digest_of(name, text)

    return ValueType(
        name=name, digest=digest, size=lambda number: 32, store=lambda number: written(number).encode(), load=load, describe=describe
    )


def whole_text(text: str) -> str:
    """The text with what no file or pipe can hold (half characters, as in odd file names) replaced by question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _shortened(text: str) -> str:
    return whole_text(text if len(text) <= 60 else text[:59] + "…")


def _counted(number: int) -> str:
    return str(number) if number.bit_length() <= 200 else f"{'−' * (number < 0)}2^{number.bit_length() - 1} and more"


_PLAIN = {
    str: ValueType(
        name="Text",
        digest=lambda text: digest_of("Text", text),
        size=lambda text: len(text) + 49,
        store=lambda text: text.encode(errors="surrogatepass"),
        load=lambda data: data.decode(errors="surrogatepass"),
        describe=_shortened,
    ),
    # Hexadecimal has no limit of digits, and keeps every bit of a float, NaN and the infinities too.
    int: _number("Integer", hex, lambda data: int(data, 16), describe=_counted),
    float: _number("Number", float.hex, lambda data: float.fromhex(data.decode()), describe="{:g}".format),
    bool: _number("Toggle", "{:d}".format, lambda data: data == b"1"),
}  # fmt: skip
_registered: dict[type, ValueType] = dict(_PLAIN)
_nearest: dict[type, ValueType] = {}  # what `value_type_of` found, until the next registration


def register_value(python: type, value_type: ValueType) -> None:
    """Teach the engine a type of value. Registering a class again replaces what was known."""
    _registered[python] = value_type
    _nearest.clear()


def value_type_of(value: Any) -> ValueType:
    """What is registered for a value's class, or for the nearest of its bases; for `Items` it follows from what is in them.

    Raises:
        TypeError: nothing is registered for it.
    """
    if known := _nearest.get(type(value)):
        return known
    if isinstance(value, Items):
        return _type_of_items(value)
    for python in type(value).__mro__:
        if found := _registered.get(python):
            _nearest[type(value)] = found
            return found
    raise TypeError(f"{type(value).__name__}: no value type is registered for it")


def value_types() -> dict[str, ValueType]:
    """Everything registered, by name."""
    return {found.name: found for found in _registered.values()}


def stored_type(name: str) -> ValueType:
    """The type that stored values of a name are loaded with.

    Raises:
        KeyError: nothing is registered under the name.
    """
    kind = name.removeprefix("list[").removesuffix("]")
    return value_types()[name] if kind == name else _type_of_items(Items(kind, ()))


class Items(tuple[Any, ...]):
    """Several values of one type on one link. Lists never lie in lists."""

    type: str  # of each; "Any" where there is none to tell

    def __new__(cls, type: str, values: Iterable[Any], digests: Iterable[str] | None = None) -> Items:
        made = super().__new__(cls, values)
        made.type = type
        if digests is not None:
            made.__dict__["digests"] = tuple(digests)
        return made

    @cached_property
    def digests(self) -> tuple[str, ...]:
        return tuple([value_type_of(value).digest(value) for value in self])


def items_of(declared: str, values: Iterable[Any]) -> Items:
    """Values as one list of a declared type; an open type is settled by the first.

    Raises:
        TypeError: a value is of another type.
    """
    found = tuple(values)
    names = [value_type_of(value).name for value in found]
    wanted = (names[0] if names else "Any") if declared.startswith(OPEN) else declared
    if strangers := [name for name in names if name != wanted]:
        raise TypeError(f"a list of {wanted} must hold nothing else, got {strangers[0]}")
    return Items(wanted, found)


def _type_of_items(items: Items) -> ValueType:
    """Identity over the items, sizes and bytes one after the other; kept off the disk where one of them is."""
    stores = [value_type_of(item).store for item in items]
    return ValueType(
        name=f"list[{items.type}]",
        digest=lambda items: digest_of("list", items.type, *items.digests),
        size=lambda items: 64 + sum([value_type_of(item).size(item) for item in items]),
        pool=lambda items: next((pool for item in items if (pool := value_type_of(item).pool(item)) != "ram"), "ram"),
        store=None if None in stores else _stored_items,
        load=lambda data: Items(items.type, _loaded_items(items.type, data)),
        describe=lambda items: f"{len(items)} item{'' if len(items) == 1 else 's'}",
    )


def _stored_items(items: Items) -> bytes:
    parts = []
    for item in items:
        store = value_type_of(item).store
        assert store is not None
        data = store(item)
        parts += [len(data).to_bytes(8, "little"), data]
    return b"".join(parts)


def _loaded_items(kind: str, data: bytes) -> list[Any]:
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 8], "little")
        load = value_types()[kind].load
        if load is None:
            raise ValueError(f"{kind}: must be of a type that is stored")
        found.append(load(data[at + 8 : at + 8 + length]))
        at += 8 + length
    return found
