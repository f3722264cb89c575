"""Files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
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
        OSError: the folder or the file may not be written, the disk is full, or what is there is no file (a device, a pipe);
            what was there stands as it was.
    """
    target = os.path.realpath(path)
    _check_replaceable(target)
    replace_file(target, [data], durable=True)
    with contextlib.suppress(OSError):  # the rename reaches the disk with its folder; not every system lets a folder be opened
        handle = os.open(os.path.dirname(target), os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _check_replaceable(path: str) -> None:
    """A folder that may be written allows to replace a file that may not, and a device by a file: neither is meant."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "Not a file", path)
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


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
                _keep_rights(part, os.stat(path))
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def _keep_rights(part: str, before: os.stat_result) -> None:
    """Owner and group as far as the system lets them be given, then the mode, which a change of owner would take bits from."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(part, before.st_uid, before.st_gid)
    os.chmod(part, stat.S_IMODE(before.st_mode) & 0o777)
