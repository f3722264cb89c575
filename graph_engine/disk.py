"""The disk tier: one file an entry, written beside and renamed, verified when read; readers take no lock.

A file is the frame ``magic | digest (32 hex) | header length | header JSON | blobs``; whatever does not verify counts as absent and is
removed. So nothing here waits for the disk: a power cut may cost an entry, never a wrong result.

What a file is worth is written down as its time: last use, and later the more seconds a byte it would take to make it again. So any process
can tell which goes first without opening one, and a treasure that nobody uses goes in the end.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from graph_engine.atomic import replace_file
from graph_engine.turns import held, let_go, turn
from graph_engine.values import digest_of, stored_type, value_type_of

MAGIC = b"tessera-result-2\n"
DIGEST = 32
LENGTH = 8
BLOCK = 4096
"""Bytes that the smallest file takes."""
WORTH_OF_A_SECOND_PER_BYTE = 24 * 3600 * 1e6
"""A megabyte that takes one second to make again is kept a day longer than one that takes no time; ten seconds, ten days."""
WORTH_LIMIT = 90 * 24 * 3600.0
POINTER_WORTH = 7 * 24 * 3600.0
"""Pointers are a block each and worth as much as what they lead to: kept a week when nobody follows them."""
LEFT_SECONDS = 3600.0
_PART = "/.part-"
_KEY = re.compile(r"[0-9a-f]{32}")


class DiskCache:
    """Entries below a folder, within a budget of bytes. Any number of processes may share it.

    A write that fails (disk full, folder gone) loses the entry, never the run: ``trouble`` then holds the last reason.
    """

    def __init__(self, folder: Path, budget: int = 20 << 30, patience: float = 600.0, clock: Callable[[], float] = time.time) -> None:
        """``patience``: seconds that a process waits at most for another that makes the same result."""
        self.folder = folder
        self.budget = budget
        self.patience = patience
        self._clock = clock
        self._folder = str(folder)
        self.trouble = ""
        self._written = budget  # looked at on the first write: many short runs must not outgrow the budget together

    def __contains__(self, key: str) -> bool:
        return os.path.exists(self._entry(self._target(key)))

    def read(self, key: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The facts and the values of a key or content key."""
        content_key = self._target(key)
        path = self._entry(content_key)
        try:
            with open(path, "rb") as file:
                frame = file.read()
        except OSError:
            return None
        found = _unpacked(frame)
        with contextlib.suppress(OSError):
            if found is None:
                os.unlink(path)
            else:
                worth = _worth(found[0], len(frame))
                self._used(path, worth)
                if key != content_key:
                    self._used(self._pointer(key), worth)
        return found

    def write(self, key: str, content_key: str, facts: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Store an entry if all of its values can be stored. ``facts`` say under ``"seconds"`` what making them took."""
        stores = {name: value_type_of(value).store for name, value in values.items()}
        if None in stores.values():
            return
        path = self._entry(content_key)
        if not os.path.exists(path):
            blobs = {name: store(values[name]) for name, store in stores.items() if store}
            header = msgspec.json.encode({**facts, "blobs": {name: len(blob) for name, blob in blobs.items()}})
            body = b"".join([len(header).to_bytes(LENGTH, "little"), header, *blobs.values()])
            self._replace(path, [MAGIC, digest_of(body).encode(), body], _worth(facts, len(body)))
        self.point(key, content_key)

    def point(self, key: str, content_key: str) -> None:
        """Let a further key lead to an entry."""
        if key != content_key:
            self._replace(self._pointer(key), [content_key.encode()], POINTER_WORTH)

    @contextlib.contextmanager
    def turn(self, content_key: str, stop: threading.Event) -> Iterator[float]:
        """Hold the sole right to make an entry, among all processes; gives the seconds that were waited for it.

        After a wait the entry is likely there. The right ends with its holder; patience with a living one ends too.
        """
        path = f"{self._folder}/turns/{content_key}"
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with turn(path, self.patience, stop) as waited:
            yield waited

    def size(self) -> int:
        """Bytes on disk."""
        return sum(size for _, _, size in self._files())

    def resize(self, budget: int) -> None:
        """Set the budget; what has no room in it goes at once, as far as other processes let it."""
        self.budget = budget
        self._shrink()

    def clear(self) -> None:
        for path, _, _ in self._files():
            with contextlib.suppress(OSError):
                os.unlink(path)

    def _entry(self, content_key: str) -> str:
        return f"{self._folder}/entries/{content_key[:2]}/{content_key}"

    def _pointer(self, key: str) -> str:
        return f"{self._folder}/keys/{key[:2]}/{key}"

    def _target(self, key: str) -> str:
        """The content key that a key leads to; a key without a pointer, or with a damaged one, is its own."""
        try:
            with open(self._pointer(key), encoding="ascii") as file:
                text = file.read(DIGEST + 1)
        except (OSError, UnicodeDecodeError):
            return key
        return text if _KEY.fullmatch(text) else key

    def _replace(self, path: str, parts: list[bytes], worth: float) -> None:
        try:
            try:
                replace_file(path, parts)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                replace_file(path, parts)
        except OSError as error:
            self.trouble = f"{os.path.dirname(path)}: {error.strerror}"
            return
        with contextlib.suppress(OSError):
            self._used(path, worth)
        self._written += sum(map(len, parts))
        if self._written > self.budget // 20:
            self._written = 0
            self._shrink()

    def _used(self, path: str, worth: float) -> None:
        """A file's time is when it is as little worth as one that nobody would miss and that was used just now."""
        now = self._clock()
        os.utime(path, (now, now + worth))

    def _files(self) -> list[tuple[str, float, int]]:
        """Path, time and bytes of every file, half-written ones of ended processes too."""
        found = []
        for path in [*_walked(f"{self._folder}/entries", 2), *_walked(f"{self._folder}/keys", 2)]:
            with contextlib.suppress(OSError):
                facts = os.stat(path)
                blocks = getattr(facts, "st_blocks", 0) * 512  # a small file takes a whole block
                found.append((path, facts.st_mtime, max(facts.st_size, blocks)))
        return found

    def _shrink(self) -> None:
        """Remove what has the earliest time until the budget holds, unless another process is at it.

        Looked at each time a twentieth of the budget has been written. What is half-written stays for an hour; its process may live.
        """
        lock = f"{self._folder}/shrinking"
        try:
            if (handle := held(lock)) is None:
                return
        except OSError:
            return
        try:
            files = sorted(self._files(), key=lambda file: file[1])
            excess = sum(size for _, _, size in files) - self.budget
            for path, at, size in files:
                goes = at < self._clock() - LEFT_SECONDS if _PART in path else excess > 0
                if goes:
                    excess -= size
                    with contextlib.suppress(OSError):
                        os.unlink(path)
            for path in _walked(f"{self._folder}/turns", 1):  # files without a holder, left by killed processes
                if (turn_handle := held(path)) is not None:
                    let_go(path, turn_handle)
        except OSError:
            pass
        finally:
            let_go(lock, handle)


def _worth(facts: Mapping[str, Any], size: int) -> float:
    """How much longer than a worthless one an entry is kept after its last use, in seconds."""
    return min(WORTH_LIMIT, float(facts.get("seconds", 0.0)) / max(size, BLOCK) * WORTH_OF_A_SECOND_PER_BYTE)


def _walked(folder: str, levels: int) -> list[str]:
    """Files that many levels below a folder."""
    try:
        with os.scandir(folder) as entries:
            paths = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False) == (levels > 1)]
    except OSError:
        return []
    return paths if levels == 1 else [path for inner in paths for path in _walked(inner, levels - 1)]


def _unpacked(frame: bytes) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Facts and values of a frame that verifies and whose value types this process knows, in the layout that it knows."""
    body = memoryview(frame)[len(MAGIC) + DIGEST :]
    if not frame.startswith(MAGIC) or frame[len(MAGIC) : len(MAGIC) + DIGEST] != digest_of(body).encode():
        return None
    try:
        start = LENGTH + int.from_bytes(body[:LENGTH], "little")
        facts = msgspec.json.decode(body[LENGTH:start])
        values: dict[str, Any] = {}
        for name, length in facts.pop("blobs").items():
            load = stored_type(facts["held"][name]["type"]).load
            if load is None:
                return None
            values[name] = load(bytes(body[start : start + length]))
            start += length
    except (KeyError, TypeError, ValueError, OSError):  # written by a version of the program whose values were otherwise
        return None
    return facts, values
