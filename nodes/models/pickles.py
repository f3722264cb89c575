"""What a pickle says of tensors, without unpickling it: opcodes are read one by one, and none calls anything.

A pickle is a program whose ``GLOBAL`` and ``REDUCE`` name any function and call it; that is how a model file runs code. Here names are
words, a known few of which describe a tensor or a dictionary. Everything else that a pickle would make is left out: it becomes a mark that
says what it was. An opcode that state dictionaries do not need is refused.
"""

from __future__ import annotations

import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import torch

DTYPES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


class Refused(ValueError):
    """The pickle is damaged or asks for what is not done here."""


@dataclass(frozen=True)
class Name:
    """What a pickle would import."""

    module: str
    name: str


@dataclass(frozen=True)
class LeftOut:
    """In place of an object that is not made."""

    what: str


@dataclass(frozen=True)
class Storage:
    """Values of one type, elsewhere in the file."""

    dtype: torch.dtype
    key: str
    count: int


@dataclass(frozen=True)
class Described:
    """A tensor: which values of a storage, in which shape. Its values always lie inside the storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


_MARK = object()


def described(file: IO[bytes], storages: dict[str, Storage] | None = None) -> Any:
    """The tree of the next pickle of a file: dictionaries, lists, tuples, numbers, texts, `Described` and `LeftOut`.

    Args:
        file: stands behind the pickle afterwards.
        storages: takes every storage that is referred to, by its key.

    Raises:
        Refused: it is damaged, has an opcode that is not on the list, or describes a tensor that cannot be.
    """
    machine = _Machine({} if storages is None else storages)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a name with an escape that does not exist is one that is damaged
            for opcode, argument, _ in pickletools.genops(file):
                if opcode.name == "STOP":
                    return machine.stack[-1]
                if opcode.name not in _HANDLERS:
                    raise Refused(f"has the opcode {opcode.name}, which no list of tensors needs")
                _HANDLERS[opcode.name](machine, argument)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, Warning) as error:
        raise error if isinstance(error, Refused) else Refused(f"is damaged: {error}") from error
    raise Refused("ends before it stops")


class _Machine:
    def __init__(self, storages: dict[str, Storage]) -> None:
        self.storages = storages
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise Refused("is damaged: a mark where a value should be")
        return value

    def since_mark(self) -> list[Any]:
        found = []
        while (value := self.stack.pop()) is not _MARK:
            found.append(value)
        return found[::-1]

    def tuple_of(self, count: int) -> None:
        values = [self.pop() for _ in range(count)]
        self.stack.append(tuple(values[::-1]))

    def remember(self, key: int | None) -> None:
        self.memo[len(self.memo) if key is None else key] = self.stack[-1]

    def add(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(values)
        elif not isinstance(target, LeftOut):
            raise Refused("is damaged: a value is appended to what is no list")

    def set(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, dict):
            target.update(_pairs(zip(values[::2], values[1::2], strict=True)))
        elif not isinstance(target, LeftOut):
            raise Refused("is damaged: a pair is put into what is no dictionary")

    def refer(self, _: Any) -> None:
        kind, storage, key, _, count, *more = self.pop()
        known = isinstance(storage, Name) and storage.module in ("torch", "torch.cuda") and storage.name in DTYPES
        if kind != "storage" or not known or not isinstance(key, str) or not _whole(count) or more not in ([], [None]):
            raise Refused(f"refers to a storage that is not known: {_spoken(storage)}")
        self.storages[key] = Storage(DTYPES[storage.name], key, count)
        self.stack.append(self.storages[key])

    def call(self, _: Any) -> None:
        arguments, called = self.pop(), self.pop()
        known = KNOWN.get((called.module, called.name)) if isinstance(called, Name) else None
        self.stack.append(known(arguments) if known else LeftOut(_spoken(called)))

    def make(self, _: Any) -> None:
        self.pop()
        self.stack.append(LeftOut(_spoken(self.pop())))

    def name(self, argument: str) -> None:
        self.stack.append(Name(*argument.split(" ", 1)))

    def name_from_stack(self, _: Any) -> None:
        name, module = self.pop(), self.pop()
        if not isinstance(module, str) or not isinstance(name, str):
            raise Refused("is damaged: a name that is no text")
        self.stack.append(Name(module, name))


def _spoken(called: Any) -> str:
    return f"{called.module}.{called.name}" if isinstance(called, Name) else "something"


def _whole(*numbers: Any) -> bool:
    return all(type(number) is int and number >= 0 for number in numbers)


def _pairs(pairs: Any) -> dict[Any, Any]:
    """Only words and whole numbers are keys here; what else has a name is left out with it."""
    return {key: value for key, value in pairs if isinstance(key, str | int)}


def _tensor(arguments: tuple[Any, ...]) -> Described:
    storage, offset, shape, stride = arguments[:4]
    whole = isinstance(storage, Storage) and isinstance(shape, tuple) and isinstance(stride, tuple) and _whole(offset, *shape, *stride)
    if not whole or len(shape) != len(stride) or len(shape) > 16:
        raise Refused("describes a tensor by what are no sizes")
    count = 1
    for side in shape:
        count *= side
    last = offset + sum((side - 1) * step for side, step in zip(shape, stride, strict=True)) if count else 0
    # A tensor that shows values more than once would grow when it is written.
    if last >= max(storage.count, 1) or count > storage.count:
        raise Refused(f"describes a tensor of shape {shape} outside its {storage.count} values")
    return Described(storage, offset, shape, stride)


def _dictionary(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    return _pairs(arguments[0]) if arguments else {}


KNOWN: dict[tuple[str, str], Callable[[tuple[Any, ...]], Any]] = {
    ("collections", "OrderedDict"): _dictionary,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): lambda arguments: arguments[0],
    ("torch._utils", "_rebuild_parameter_with_state"): lambda arguments: arguments[0],
    ("torch", "Size"): lambda arguments: tuple(arguments[0]),
}
"""The calls that are understood: each says what the pickle means, none is carried out."""


def _push(make: Callable[[], Any]) -> Callable[[_Machine, Any], None]:
    return lambda machine, _: machine.stack.append(make())


def _argument(machine: _Machine, argument: Any) -> None:
    machine.stack.append(argument)


def _nothing(machine: _Machine, argument: Any) -> None:
    """What was made keeps no attributes: they hold nothing that is read here."""


_HANDLERS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME"), _nothing),
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), _argument),
    **dict.fromkeys(("SHORT_BINSTRING", "BINSTRING", "SHORT_BINBYTES", "BINBYTES"), _argument),
    "NONE": _push(lambda: None),
    "NEWTRUE": _push(lambda: True),
    "NEWFALSE": _push(lambda: False),
    "EMPTY_DICT": _push(dict),
    "EMPTY_LIST": _push(list),
    "EMPTY_TUPLE": _push(tuple),
    "EMPTY_SET": _push(lambda: LeftOut("a set")),
    "MARK": _push(lambda: _MARK),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": lambda machine, _: machine.add([machine.pop()]),
    "APPENDS": lambda machine, _: machine.add(machine.since_mark()),
    "ADDITEMS": lambda machine, _: machine.add(machine.since_mark()),
    "SETITEM": lambda machine, _: machine.set([machine.pop(), machine.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.set(machine.since_mark()),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT", "MEMOIZE"), _Machine.remember),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda machine, key: machine.stack.append(machine.memo[key])),
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name_from_stack,
    "BINPERSID": _Machine.refer,
    "REDUCE": _Machine.call,
    "NEWOBJ": _Machine.make,
    "BUILD": lambda machine, _: machine.stack.pop() and None,
}
"""All opcodes that are understood."""
