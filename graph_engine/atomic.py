"""Files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, *parts: bytes, durable: bool = True) -> None:
    """Write beside, flush, rename: at ``path`` stands what was there before or all of the parts, never half.

    Args:
        path: a link is followed, so that what it leads to is replaced.
        parts: written one after the other.
        durable: wait for the disk, so that a power cut cannot take the file back. What is checked when read needs no waiting.

    Raises:
        OSError: the folder cannot be written or the disk is full; what was there stands as it was.
    """
    target = Path(os.path.realpath(path))
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(part, target.stat().st_mode & 0o777 if target.exists() else 0o644)
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    if durable:
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """The rename itself reaches the disk with its folder. Not every system lets folders be opened for it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
