"""Digests of the files that nodes read, remembered so that a large model file is not read through for each run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from graph_engine.atomic import replace_file

Finder = Callable[[str], Path | None]
"""Where a file parameter's text leads to; None where there is no such file."""

MISSING = "missing"
SETTLED_SECONDS = 2.0
"""A file changed less than this before it was read may change again within the clock's grain: its digest is not remembered."""
LARGE = 16 << 20
"""Digests of files this large are worth writing down for the next process."""


class _Known(msgspec.Struct, frozen=True):
    stamp: tuple[int, ...]
    digest: str


class FileDigests:
    """Digests of files by content, remembered while size, both times, inode and device stay.

    The time of change is set by the system alone, so that giving a changed file its old time back deceives nobody.
    With a path, digests of large files outlive the process.
    """

    def __init__(self, find: Finder | None = None, path: Path | None = None, settled: float = SETTLED_SECONDS) -> None:
        self._find: Finder = find or _existing
        self._path = path
        self._settled = settled
        self._known: dict[str, _Known] = _read(path) if path else {}

    def __call__(self, text: str) -> str:
        """The digest of the file that a parameter's text leads to, or `MISSING`."""
        path = self._find(text)
        if path is None:
            return MISSING
        try:
            stamp = _stamp(path)
            known = self._known.get(str(path))
            if known and known.stamp == stamp:
                return known.digest
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
            if _stamp(path) == stamp and time.time() - max(stamp[1], stamp[2]) / 1e9 > self._settled:
                self._remember(str(path), _Known(stamp, digest))
        except OSError:
            return MISSING
        return digest

    def _remember(self, path: str, known: _Known) -> None:
        self._known[path] = known
        if self._path and known.stamp[0] >= LARGE:
            large = {path: known for path, known in self._known.items() if known.stamp[0] >= LARGE}
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(str(self._path), [msgspec.json.encode(large)])


def _existing(text: str) -> Path | None:
    return Path(text) if os.path.isfile(text) else None  # where `Path` would raise, as for a name too long, there is no file


def _stamp(path: Path) -> tuple[int, ...]:
    facts = os.stat(path)
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino, facts.st_dev


def _read(path: Path) -> dict[str, _Known]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, _Known])
    except (OSError, msgspec.DecodeError):
        return {}
