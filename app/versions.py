"""The last contents of each workflow file that was saved, so that an overwritten one can be had back."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from app.contents import contents
from graph_engine.atomic import replace_file, write_atomically
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import Workflow, read

KEPT = 10
SUFFIX = ".json"


class Version(NamedTuple):
    """What a file held, and when it was saved or found so, in seconds since 1970."""

    when: float
    file: Path

    @property
    def workflow(self) -> Workflow:
        """
        Raises:
            BadWorkflow: what was kept is no workflow, or cannot be read.
        """
        return read(contents(self.file), f"the version of {moment(self.when)}")


def moment(when: float) -> str:
    """A time as people write it; of today without the date."""
    then = datetime.fromtimestamp(when)
    return then.strftime("%H:%M:%S" if then.date() == datetime.now().date() else "%Y-%m-%d %H:%M:%S")


def save_and_keep(path: Path, data: bytes, folder: Path | None) -> str:
    """Write a file whole or not at all, and keep what it held before and holds now; why they could not be kept, or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    trouble = _kept(path, None, folder)
    write_atomically(path, data)
    return trouble or _kept(path, data, folder)


def versions(path: Path, folder: Path) -> list[Version]:
    """What is kept of a file, the latest first."""
    try:
        names = os.listdir(_shelf(path, folder))
    except OSError:
        return []
    found = [(name.partition("-")[0], name) for name in names if name.endswith(SUFFIX)]
    return [Version(int(when) / 1e9, _shelf(path, folder) / name) for when, name in sorted(found, reverse=True) if when.isdecimal()]


def described(found: list[Version]) -> list[str]:
    """A line for each version: when it was saved, how many nodes it has, and what differs from the one before it."""
    read_back = [_read_or_none(version) for version in found]
    lines = []
    for version, now, before in zip(found, read_back, [*read_back[1:], None], strict=True):
        nodes = "damaged" if now is None else f"{len(now.graph.nodes)} nodes"
        lines.append("   ".join(filter(None, (moment(version.when), nodes, news(before, now) if now and before else ""))))
    return lines


def news(before: Workflow, now: Workflow) -> str:
    """What is other in a workflow than in the one before."""
    old, new = before.graph.nodes, now.graph.nodes
    counts = {
        "added": len(new.keys() - old.keys()),
        "gone": len(old.keys() - new.keys()),
        "changed": sum(old[key] != new[key] for key in old.keys() & new.keys()),
    }
    links = len(set(before.graph.links) ^ set(now.graph.links))
    told = [f"{count} {word}" for word, count in counts.items() if count] + ([f"{links} links"] if links else [])
    return ", ".join(told) or "same nodes"


def _read_or_none(version: Version) -> Workflow | None:
    try:
        return version.workflow
    except BadWorkflow:
        return None


def restored(path: Path, found: list[Version], number: int, folder: Path) -> None:
    """Make a file what it was at a version, counted from 1. What it holds now is kept before.

    Raises:
        BadWorkflow: there is no such version, or it cannot be read or written.
    """
    if number > len(found):
        raise BadWorkflow(f"{path}: --restore: must be one of the {len(found)} versions that are kept, got {number}")
    try:
        save_and_keep(path, contents(found[number - 1].file), folder)
    except OSError as error:
        raise BadWorkflow(f"{path}: cannot be written: {error.strerror}") from None


def keep(path: Path, data: bytes, nanoseconds: int, folder: Path) -> None:
    """Keep what a file holds. The same content is kept once, by the time it was last seen; of others the latest ten.

    Raises:
        OSError: it cannot be written.
    """
    shelf = _shelf(path, folder)
    shelf.mkdir(parents=True, exist_ok=True)
    digest = _digest(data)
    same = next((version for version in versions(path, folder) if version.file.stem.endswith(digest)), None)
    name = f"{nanoseconds:020d}-{digest}{SUFFIX}"
    if same is None or same.file.name < name:
        replace_file(str(shelf / name), [data], durable=True)
        if same:
            same.file.unlink(missing_ok=True)
    for version in versions(path, folder)[KEPT:]:
        version.file.unlink(missing_ok=True)


def digest_of_file(path: Path) -> str:
    """The digest of what a file holds; empty where it cannot be read."""
    try:
        return _digest(path.read_bytes())
    except OSError:
        return ""


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _kept(path: Path, data: bytes | None, folder: Path | None) -> str:
    """Keep what was written, or what is there; why not, or nothing."""
    if folder is None:
        return ""
    try:
        if path.is_file():
            found, when = (path.read_bytes(), path.stat().st_mtime_ns) if data is None else (data, time.time_ns())
            keep(path, found, when, folder)
    except OSError as error:
        return f"earlier versions of {path.name} could not be kept: {error.strerror}"
    return ""


def _shelf(path: Path, folder: Path) -> Path:
    """The folder of one file's versions: named by where the file really is."""
    return folder / "versions" / hashlib.blake2b(os.fsencode(os.path.realpath(path)), digest_size=16).hexdigest()
