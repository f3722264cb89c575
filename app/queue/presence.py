"""A file that is locked as long as its process lives. The system frees the lock, however the process ends."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    _look = _lock
else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _look(file: BinaryIO) -> None:
        # Shared, so that two who look at the same moment do not take each other for the owner.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


class Presence:
    """This process among those that share a folder. A process number alone would not do: numbers are given out again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"{os.getpid()}-{os.urandom(6).hex()}"
        self._path = folder / self.name
        self._file = self._path.open("xb")
        _lock(self._file)

    def end(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def is_present(folder: Path, name: str) -> bool:
    """Whether the process of that name still lives; what a dead one left is removed."""
    path = folder / name
    try:
        with path.open("rb+") as file:
            _look(file)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    with contextlib.suppress(OSError):
        path.unlink()
    return False
