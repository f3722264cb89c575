"""Model files: safetensors only, told by content, read by their header; the header is not trusted."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from graph_engine.errors import MissingModel

HEADER_LIMIT = 100_000_000
ITEM_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
PICKLE_SUFFIXES = (".ckpt", ".pt", ".pth", ".bin", ".pkl")
CONVERT = "A pickled file can run code. Bring it into safetensors form, without running it: tessera convert FILE"
AGAIN = "Copy or download the file again."


@dataclass(frozen=True)
class Header:
    """What a safetensors file says of itself: shapes by tensor name, and the metadata."""

    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model file that was read and found sound. Values name it; `nodes.runtime.models` holds the weights.

    Attributes:
        digest: SHA-256 of the file: who the model is, wherever the file lies.
        stamp: size, time and inode when it was read, so that a later change is seen.
    """

    path: Path
    digest: str
    layout: str
    config: Mapping[str, Any] = field(default_factory=dict)
    stamp: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self.path.name


def stamp(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return (found.st_size, found.st_mtime_ns, found.st_ino)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, remembered while its size, time and inode stay."""
    return _sha256(path, stamp(path))


@functools.lru_cache(maxsize=4096)
def _sha256(path: Path, _: tuple[int, ...]) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_header(path: Path) -> Header:
    """The header of a safetensors file, checked against the file's size.

    Raises:
        MissingModel: the file cannot be read, is a pickle or something else, or is cut short.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
            _refuse_foreign(path, start)
            length = int.from_bytes(start, "little")
            room = os.fstat(file.fileno()).st_size - 8 - length
            if len(start) < 8 or length > HEADER_LIMIT or room < 0:
                raise _refused(path)
            header = json.loads(file.read(length))
    except OSError as error:
        raise MissingModel(f"{path.name}: cannot be read, {error.strerror or error}", "Check the file and its permissions.") from error
    except (ValueError, RecursionError) as error:
        raise _refused(path) from error
    return _checked(path, header, room)


def read_tensors(path: Path, dtype: torch.dtype) -> dict[str, Tensor]:
    """The weights on the CPU.

    Raises:
        MissingModel: the file cannot be read.
    """
    try:
        with safe_open(path, "pt") as opened:
            return {key: opened.get_tensor(key).to(dtype) for key in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise MissingModel(f"{path.name}: cannot be read, {error}", AGAIN) from error


def _refuse_foreign(path: Path, start: bytes) -> None:
    """Pickles and archives of pickles have their own first bytes, whatever the file is called."""
    if start.startswith(b"PK\x03\x04"):
        raise MissingModel(f"{path.name}: must be a safetensors file, is a zip archive as torch.save writes it (pickled)", CONVERT)
    # A header may be as long as these two bytes say; what follows them in a pickle would be a length beyond all headers.
    pickled = start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    if pickled and int.from_bytes(start, "little") > HEADER_LIMIT:
        raise MissingModel(f"{path.name}: must be a safetensors file, is a pickle", CONVERT)


def _refused(path: Path) -> MissingModel:
    if path.suffix.lower() in PICKLE_SUFFIXES:
        return MissingModel(f"{path.name}: must be a safetensors file, has no safetensors header", CONVERT)
    return MissingModel(f"{path.name}: must begin with a whole safetensors header, has a damaged one or none", AGAIN)


def _checked(path: Path, header: Any, room: int) -> Header:
    """Every tensor lies inside the file and has the bytes that its type and shape need."""
    if not isinstance(header, dict):
        raise _refused(path)
    metadata = header.pop("__metadata__", {})
    end = 0
    try:
        for entry in header.values():
            first, last = entry["data_offsets"]
            # Types that are unknown here are left to the reader of weights.
            bytes_each = ITEM_BYTES.get(entry["dtype"])
            if not 0 <= first <= last or (bytes_each and last - first != math.prod(entry["shape"]) * bytes_each):
                raise _refused(path)
            end = max(end, last)
        shapes = {name: tuple(int(side) for side in entry["shape"]) for name, entry in header.items()}
        metadata = {str(key): str(value) for key, value in metadata.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refused(path) from error
    if end != room:
        raise MissingModel(f"{path.name}: must hold {end:,} bytes of weights, holds {room:,}", f"The file is cut short or damaged. {AGAIN}")
    return Header(shapes, metadata)
