"""Checkpoints as torch.save writes them, read as data: where the values of each tensor lie in the file."""

from __future__ import annotations

import io
import mmap
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from nodes.models.pickles import Described, LeftOut, Refused, Storage, described

PICKLE_LIMIT = 32 * 2**20
"""Bytes of names and sizes; those of the largest published models come to less than one megabyte."""

PARTS = ("model_ema", "ema", "ema_parameters", "model", "module", "state_dict", "var_wo_ddp")
"""Where training scripts keep the weights, the averaged ones first."""

AROUND = "trainer"
"""What VAR's script puts around them."""

WRAPPERS = ("module.", "_orig_mod.")
"""What wrappers of a module put before every name."""

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A checkpoint that is open: its tree, and the place (start, bytes) of each storage."""

    tree: Any
    data: mmap.mmap
    storages: Mapping[str, tuple[int, int]]

    def tensor(self, wanted: Described) -> Tensor:
        """The values, which stay on disk until they are looked at.

        Raises:
            Refused: the file does not hold them.
        """
        storage = wanted.storage
        start, room = self.storages.get(storage.key, (0, -1))
        if room < storage.count * storage.dtype.itemsize:
            raise Refused(f"lacks the values of storage {storage.key}")
        if not storage.count:
            return torch.empty(wanted.shape, dtype=storage.dtype)
        values = torch.frombuffer(self.data, dtype=storage.dtype, count=storage.count, offset=start)
        return values.as_strided(wanted.shape, wanted.stride, wanted.offset)


def open_checkpoint(path: Path) -> Checkpoint:
    """A file of torch.save, of the zip kind or the older one.

    Raises:
        Refused: it is something else, damaged, or has what is not read here.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise Refused("is empty")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)  # torch wants memory that it may write to; the file stays
        return _zipped(file, data) if data[:4] == b"PK\x03\x04" else _legacy(data)


def weights(tree: Any) -> dict[str, Described]:
    """The tensors of a tree by name: the tree itself, or the first of `PARTS` that holds some, without what wrappers put before names.

    Where there are none, they are looked for below `AROUND`.

    Raises:
        Refused: there are none.
    """
    top = tree if isinstance(tree, dict) else {}
    below = top[AROUND] if isinstance(top.get(AROUND), dict) else {}
    for found in (tree, *(around.get(part) for around in (top, below) for part in PARTS)):
        tensors = {key: value for key, value in found.items() if isinstance(value, Described)} if isinstance(found, dict) else {}
        if tensors and all(isinstance(key, str) for key in tensors):
            for wrapper in WRAPPERS:
                if all(key.startswith(wrapper) for key in tensors):
                    tensors = {key.removeprefix(wrapper): value for key, value in tensors.items()}
            return tensors
    raise Refused(f"holds no tensors by name; at its top there is {_told(tree)}")


def _told(tree: Any) -> str:
    if isinstance(tree, dict):
        return ", ".join(str(key)[:40] for key in list(tree)[:8]) or "nothing"
    return tree.what if isinstance(tree, LeftOut) else type(tree).__name__


def _zipped(file: IO[bytes], data: mmap.mmap) -> Checkpoint:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(f"is a damaged archive: {error}") from error
    pickles = [name for name in entries if name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise Refused(f"must hold one data.pkl as torch.save writes it, holds {len(pickles)}")
    folder = pickles[0].removesuffix("data.pkl")
    places = {name.removeprefix(folder): _place(data, entry) for name, entry in entries.items() if name.startswith(folder)}
    if "byteorder" in places and _bytes(data, *places["byteorder"]) != b"little":
        raise Refused("must hold little-endian values")
    start, size = places["data.pkl"]
    if size > PICKLE_LIMIT:
        raise Refused(f"names more than fits into {PICKLE_LIMIT:,} bytes")
    tree = described(io.BytesIO(_bytes(data, start, size)))
    return Checkpoint(tree, data, {name.removeprefix("data/"): place for name, place in places.items() if name.startswith("data/")})


def _bytes(data: mmap.mmap, start: int, size: int) -> bytes:
    return data[start : start + size]


def _place(data: mmap.mmap, entry: zipfile.ZipInfo) -> tuple[int, int]:
    """Where the bytes of an entry lie: torch.save packs nothing, so they can be read in place."""
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
        raise Refused(f"must hold its entries unpacked and open, {entry.filename[:60]} is not")
    head = _bytes(data, entry.header_offset, 30)
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        raise Refused(f"is a damaged archive at {entry.filename[:60]}")
    start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    if start + entry.file_size > len(data):
        raise Refused(f"is cut short at {entry.filename[:60]}")
    return start, entry.file_size


def _legacy(data: mmap.mmap) -> Checkpoint:
    """Before torch 1.6: pickles of a magic number, a version, the machine, the tree, the keys of storages; then the storages."""
    if described(data) != LEGACY_MAGIC:
        raise Refused("must be a file of torch.save, is a pickle of something else")
    described(data)
    machine = described(data)
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise Refused("must hold little-endian values")
    known: dict[str, Storage] = {}
    tree, keys = described(data, known), described(data)
    if not isinstance(keys, list) or not all(isinstance(key, str) and key in known for key in keys):
        raise Refused("is damaged: no list of storages")
    storages: dict[str, tuple[int, int]] = {}
    at = data.tell()
    for key in keys:
        size = int.from_bytes(_bytes(data, at, 8), "little") * known[key].dtype.itemsize
        storages[key] = (at + 8, size)
        at += 8 + size
    if at > len(data):
        raise Refused("is cut short")
    return Checkpoint(tree, data, storages)
