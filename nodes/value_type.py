"""Teaches the engine a value class by its fields: identity, size, pool and storage follow from them; looks and words are given.

A field holds a tensor, a plain value, a tuple of such, another value class, or something that knows its own ``digest``
(a model file).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
from safetensors.torch import load, save
from torch import Tensor

from graph_engine.values import Cells, Pixels, ValueType, register_value

Value = TypeVar("Value", bound=type)

BESIDE = "beside"
"""In the metadata of a field: it tells how a value came about and does not make it another one."""

_classes: dict[str, type] = {}  # value classes by name, as stored bytes name them


def value_type(
    *,
    name: str = "",
    stored: bool = True,
    pixels: Callable[[Any], Pixels | None] | None = None,
    describe: Callable[[Any], str] | None = None,
    cells: Callable[[Any], Cells | None] | None = None,
) -> Callable[[Value], Value]:
    """Register a frozen dataclass with the engine.

    Args:
        name: the type on links; the class's name by default. Several classes may share one.
        stored: False keeps values off the disk tier: they name a model file and are remade from it.
        pixels: how a value looks.
        describe: one line for people.
        cells: what is known of the cells of its grids.
    """

    def register(cls: Value) -> Value:
        _classes[cls.__name__] = cls
        kept = {"store": stored_bytes, "load": from_stored} if stored else {}
        looks = {"pixels": pixels, "describe": describe, "cells": cells}
        register_value(cls, ValueType(name=name or cls.__name__, digest=digest, size=size, pool=pool, **looks, **kept))  # type: ignore[arg-type]
        return cls

    return register


def digest(value: Any) -> str:
    """Content identity: equal class and equal fields, equal digest."""
    hasher = hashlib.blake2b(digest_size=16)
    for part in _parts(value):
        hasher.update(part)
    return hasher.hexdigest()


def size(value: Any) -> int:
    """Bytes of the tensors, and something for the rest."""
    return 256 + sum(tensor.nbytes for tensor in _tensors(value))


def pool(value: Any) -> str:
    return "gpu" if any(tensor.is_cuda for tensor in _tensors(value)) else "ram"


def stored_bytes(value: Any) -> bytes:
    """Safetensors bytes: tensors by number, everything else as a JSON tree in the header."""
    tensors: dict[str, Tensor] = {}
    tree = json.dumps(_tree(value, tensors))
    return save(tensors, {"value": tree})


def from_stored(data: bytes) -> Any:
    """The value of `stored_bytes`, made by its constructor and so checked by its contract."""
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return _value(json.loads(header["__metadata__"]["value"]), load(data))


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    return ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))


def _parts(value: Any) -> Iterator[bytes | memoryview[int]]:
    """Bytes that tell values apart; every part is led by its kind, so that neighbors cannot run together."""
    if isinstance(value, Tensor):
        yield f"tensor {value.dtype} {tuple(value.shape)} ".encode()
        yield value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data
    elif isinstance(value, tuple):
        yield f"tuple {len(value)} ".encode()
        for part in value:
            yield from _parts(part)
    elif isinstance(found := getattr(value, "digest", None), str):
        yield f"digest {found} ".encode()
    elif dataclasses.is_dataclass(value):
        yield f"class {type(value).__name__} ".encode()
        for field in dataclasses.fields(value):
            if BESIDE not in field.metadata:
                yield f"field {field.name} ".encode()
                yield from _parts(getattr(value, field.name))
    else:
        yield f"{type(value).__name__} {value!r} ".encode()


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _tensors(part)
    elif type(value).__name__ in _classes:
        for _, part in _fields(value):
            yield from _tensors(part)


def _tree(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        tensors[str(len(tensors))] = value.detach().cpu().contiguous()
        return {"tensor": str(len(tensors) - 1)}
    if isinstance(value, tuple):
        return {"tuple": [_tree(part, tensors) for part in value]}
    if type(value).__name__ in _classes:
        return {"class": type(value).__name__, "fields": {name: _tree(part, tensors) for name, part in _fields(value)}}
    return value


def _value(tree: Any, tensors: dict[str, Tensor]) -> Any:
    match tree:
        case {"tensor": key}:
            return tensors[key]
        case {"tuple": parts}:
            return tuple(_value(part, tensors) for part in parts)
        case {"class": name, "fields": fields}:
            return _classes[name](**{key: _value(part, tensors) for key, part in fields.items()})
    return tree
