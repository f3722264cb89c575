"""Files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterable
from pathlib import Path

_count = itertools.count()
_process = os.urandom(6).hex()


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside, flush, rename, and wait for the disk: what was there before or the data, never half, not even after a power cut.

    Args:
        path: a link is followed, so that what it leads to is replaced.
        data: the whole file.

    Raises:
        OSError: the folder cannot be written or the disk is full; what was there stands as it was.
    """
    target = os.path.realpath(path)
    replace_file(target, [data], durable=True)
    with contextlib.suppress(OSError):  # the rename reaches the disk with its folder; not every system lets a folder be opened
        handle = os.open(os.path.dirname(target), os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_file(path: str, parts: Iterable[bytes], durable: bool = False) -> None:
    """Write the parts beside and rename, without waiting for the disk: enough for what is checked when it is read.

    Raises:
        OSError: as for `write_atomically`.
    """
    # Unique among processes, threads and machines that share the folder; the dot hides it from listings.
    part = os.path.join(os.path.dirname(path), f".part-{_process}-{os.getpid()}-{next(_count)}")
    try:
        with open(part, "xb") as file:
            file.writelines(parts)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if durable:
            with contextlib.suppress(FileNotFoundError):
                os.chmod(part, os.stat(path).st_mode & 0o777)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
