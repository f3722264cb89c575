"""The disk tier: one file an entry, written beside and renamed, verified when read; readers take no lock.

A file is the frame ``digest (32 hex) | header length | header JSON | blobs``; whatever does not verify counts as absent and is removed.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from graph_engine.values import digest_of, value_type_of, value_types

DIGEST = 32
LENGTH = 8


class DiskCache:
    """Entries below a folder, within a budget of bytes. Any number of processes may share it.

    A write that fails (disk full, folder gone) loses the entry, never the run: ``trouble`` then holds the last reason.
    """

    def __init__(self, folder: Path, budget: int = 20 << 30) -> None:
        self.folder = folder
        self.budget = budget
        self.trouble = ""
        self._written = 0

    def __contains__(self, key: str) -> bool:
        return self._entry(self._target(key)).exists()

    def read(self, key: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The facts and the values of a key or content key."""
        path = self._entry(self._target(key))
        try:
            frame = path.read_bytes()
        except OSError:
            return None
        body = frame[DIGEST:]
        if frame[:DIGEST] != digest_of(body).encode():
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # age is time since use
        return _unpacked(body)

    def write(self, key: str, content_key: str, facts: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Store an entry if all of its values can be stored."""
        blobs: dict[str, bytes] = {}
        for name, value in values.items():
            store = value_type_of(value).store
            if store is None:
                return
            blobs[name] = store(value)
        path = self._entry(content_key)
        if not path.exists():
            header = msgspec.json.encode({**facts, "blobs": {name: len(blob) for name, blob in blobs.items()}})
            body = b"".join([len(header).to_bytes(LENGTH, "little"), header, *blobs.values()])
            self._replace(path, digest_of(body).encode() + body)
        self.point(key, content_key)

    def point(self, key: str, content_key: str) -> None:
        if key != content_key:
            self._replace(self._pointer(key), content_key.encode())

    def size(self) -> int:
        """Bytes on disk."""
        return sum(facts.st_size for _, facts in self._files())

    def clear(self) -> None:
        for path, _ in self._files():
            path.unlink(missing_ok=True)

    def _entry(self, content_key: str) -> Path:
        return self.folder / "entries" / content_key[:2] / content_key

    def _pointer(self, key: str) -> Path:
        return self.folder / "keys" / key[:2] / key

    def _target(self, key: str) -> str:
        try:
            return self._pointer(key).read_text()
        except (OSError, UnicodeDecodeError):
            return key

    def _replace(self, path: Path, data: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(part, path)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
        except OSError as error:
            self.trouble = f"{path.parent}: {error.strerror}"
            return
        self._written += len(data)
        if self._written > self.budget // 20:
            self._written = 0
            self._shrink()

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in self.folder.glob("*/*/*"):
            with contextlib.suppress(OSError):
                found.append((path, path.stat()))
        return found

    def _shrink(self) -> None:
        """Remove what was not used longest until the budget holds; looked at each time a twentieth of it has been written."""
        files = sorted(self._files(), key=lambda pair: pair[1].st_mtime)
        used = sum(facts.st_size for _, facts in files)
        for path, facts in files:
            if used <= self.budget:
                return
            path.unlink(missing_ok=True)
            used -= facts.st_size


def _unpacked(body: bytes) -> tuple[dict[str, Any], dict[str, Any]] | None:
    start = LENGTH + int.from_bytes(body[:LENGTH], "little")
    facts = msgspec.json.decode(body[LENGTH:start])
    types = value_types()
    values: dict[str, Any] = {}
    for name, length in facts.pop("blobs").items():
        known = types.get(facts["held"][name]["type"])
        if known is None or known.load is None:
            return None
        values[name] = known.load(body[start : start + length])
        start += length
    return facts, values
