"""Files that nodes write: whole or not at all, below the output folder, and never over another file."""

from __future__ import annotations

import errno
import os
import re
import uuid
from pathlib import Path

from graph_engine.errors import Failure

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)|.*[. ]$")


def rooted(folder: Path, name: str) -> Path:
    """The path below the folder that a name stands for; the name may have folders of its own.

    Raises:
        Failure: the name is empty, absolute, climbs out (also through a link), or cannot be a file's name everywhere.
    """
    parts = name.replace("\\", "/").split("/")
    for part in parts:
        if not part or part in (".", "..") or RESERVED.match(part) or re.search(r'[<>:"|?*\x00-\x1f]', part):
            message = f"name: must be a file name, or folders and a file name, below the output folder, got {name!r}"
            raise Failure(message, 'Use letters, digits, "_" and "-", as in stickers/cat.')
    path = folder.joinpath(*parts)
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise Failure(f"name: must stay below the output folder, {name!r} leads out of it through a link", "Choose another name.")
    return path


def write_new(stem: Path, suffix: str, data: bytes) -> Path:
    """Write ``<stem>_0001<suffix>``, or the next number that is free.

    Raises:
        Failure: the folder cannot be made or written, or has no room; nothing is left behind then.
    """
    part = stem.with_name(f".{stem.name}.{uuid.uuid4().hex}.part")
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            return _numbered(part, stem, suffix)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise Failure(
                f"{stem.parent}: has no room for {len(data):,} bytes", "Free some space, or choose another output folder."
            ) from error
        raise Failure(
            f"{stem.parent}: cannot be written, {error.strerror or error}", "Choose an output folder that you may write to."
        ) from error


def _numbered(part: Path, stem: Path, suffix: str) -> Path:
    """Give a written file its name. A link fails where the name is taken, also by another process at this moment."""
    number = _last_number(stem, suffix)
    while True:
        number += 1
        path = stem.with_name(f"{stem.name}_{number:04d}{suffix}")
        try:
            os.link(part, path)
        except FileExistsError:
            continue
        except OSError:  # the file system has no links: claim the name, then put the file in its place
            try:
                path.open("xb").close()
            except FileExistsError:
                continue
            part.replace(path)
        return path


def _last_number(stem: Path, suffix: str) -> int:
    pattern = re.compile(re.escape(stem.name) + r"_(\d{4,})" + re.escape(suffix))
    return max((int(found[1]) for file in stem.parent.iterdir() if (found := pattern.fullmatch(file.name))), default=0)
