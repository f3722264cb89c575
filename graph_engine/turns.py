"""One at a time among processes and threads: a lock that ends with whoever holds it, also when that is killed."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator

FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.2
"""Seconds between two looks at a lock that another holds: short at first, since most waits are."""


def held(path: str) -> int | None:
    """Take the lock of a file, which is made if it is not there. None where another holds it.

    Raises:
        OSError: the file cannot be made.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _locked(handle):
            os.close(handle)
            return None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        os.close(handle)  # whoever held it took the file away meanwhile: the lock is of a file without a name


def let_go(path: str, handle: int) -> None:
    """Give back a lock and take its file away."""
    with contextlib.suppress(OSError):
        os.unlink(path)
    os.close(handle)


@contextlib.contextmanager
def turn(path: str, patience: float, stop: threading.Event) -> Iterator[float]:
    """Hold a lock for the length of the block; gives the seconds that were waited for it.

    The block is entered without the lock when patience or the run ends first, or where no lock can be made: who waits for a result
    makes it then by itself, which is only slower.
    """
    began = time.monotonic()
    handle = None
    pause = FIRST_PAUSE
    with contextlib.suppress(OSError):
        while (handle := held(path)) is None and time.monotonic() - began < patience and not stop.wait(pause):
            pause = min(pause * 1.5, LONGEST_PAUSE)
    try:
        yield time.monotonic() - began if pause > FIRST_PAUSE else 0.0
    finally:
        if handle is not None:
            let_go(path, handle)


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
