"""The journal of a document: its unsaved edits on disk, so that they outlive the window however it ends.

A journal is there only while there is unsaved work. It is lines, each with its own check, written by a thread at most 100 ms after an edit
and only ever added to; a torn last line is left out when it is read.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from graph_engine.atomic import replace_file
from graph_engine.difference import difference, plain, take_difference
from graph_engine.errors import BadWorkflow
from graph_engine.turns import held, let_go
from graph_engine.workflow import Workflow, read

PAUSE = 0.1
"""Seconds between two writes while edits come one after another."""
LONGEST = 8 << 20
"""Bytes past which a journal is written anew, as one step from what was saved to what is now."""
SUFFIX, LOCK = ".journal", ".lock"


class Saved(NamedTuple):
    """What the edits stand on: the workflow that a file holds, or that a new document began with."""

    workflow: Workflow
    path: Path | None = None
    digest: str = ""
    """Of the file's bytes; empty where no file holds the workflow."""


class Journal:
    """``take`` costs nothing: comparing and writing are the thread's."""

    def __init__(self, folder: Path, saved: Saved) -> None:
        self.trouble = ""
        """Why edits could not be written down."""
        self._folder = folder
        self._saved = saved
        self._wanted = self._written = saved.workflow
        self._file = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        self._lock: int | None = None
        self._size = 0
        self._changed = threading.Condition()  # held for a moment only
        self._writing = threading.Lock()  # held while the disk is waited for
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, workflow: Workflow) -> None:
        """The document as it is now."""
        with self._changed:
            self._wanted = workflow
            if self._thread is None and workflow is not self._written:
                self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def begin_again(self, saved: Saved) -> None:
        """The document was saved: there is nothing to be recovered."""
        with self._writing:
            self._saved, self._wanted, self._written = saved, saved.workflow, saved.workflow
            self._remove()

    def flush(self, patience: float = 5.0) -> bool:
        """Wait until what was taken is written down; False = it was not, in that time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._written is self._wanted, patience) and not self.trouble

    def close(self) -> None:
        """The document is left on purpose: nothing is kept."""
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread:
            self._thread.join()
        self._remove()

    def _work(self) -> None:
        """Thread: writes down what is new, then rests a little."""
        while self._is_wanted():
            with self._writing:
                wanted = self._wanted
                try:
                    self._write(wanted)
                    self.trouble = ""
                except OSError as error:
                    self._size = LONGEST + 1  # what was written last is not known: begin anew
                    self.trouble = f"edits cannot be written down for a recovery: {error.strerror or error}"
                self._written = wanted
            with self._changed:
                self._changed.notify_all()
            self._closed.wait(PAUSE)

    def _is_wanted(self) -> bool:
        """Wait for an edit, or for the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed.is_set() or self._wanted is not self._written)
        return not self._closed.is_set()

    def _write(self, workflow: Workflow) -> None:
        if workflow is self._saved.workflow:
            self._remove()
        elif self._lock is None or self._size > LONGEST:
            self._begin(workflow)
        elif change := difference(self._written, workflow):
            self._add(_line({"at": time.time(), "change": change}))

    def _add(self, line: bytes) -> None:
        with self._file.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._size += len(line)

    def _begin(self, workflow: Workflow) -> None:
        """A journal from what was saved to what is now."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._lock is None:
            self._lock = held(str(self._file.with_suffix(LOCK)))
        saved = self._saved
        path = str(saved.path) if saved.path else None
        head = {"journal": 1, "path": path, "digest": saved.digest, "workflow": plain(saved.workflow)}
        lines = [_line(head), _line({"at": time.time(), "change": difference(saved.workflow, workflow)})]
        replace_file(str(self._file), lines, durable=True)
        self._size = 0  # what is here cannot become less

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
        if self._lock is not None:
            let_go(str(self._file.with_suffix(LOCK)), self._lock)
            self._lock = None


class Lost(NamedTuple):
    """Unsaved work that a process left behind when it ended. Whoever has one has its lock: no other window is offered it."""

    workflow: Workflow
    saved: Saved
    when: float
    file: Path
    lock: int

    @property
    def name(self) -> str:
        return self.saved.path.stem if self.saved.path else self.workflow.name or "Untitled"

    def forget(self) -> None:
        """It is in another journal now, or nobody wants it."""
        self.file.unlink(missing_ok=True)
        let_go(str(self.file.with_suffix(LOCK)), self.lock)


def lost_work(folder: Path) -> list[Lost]:
    """What processes that are gone left in the folder of journals, the latest first."""
    found = []
    for file in folder.glob(f"*{SUFFIX}"):
        if (lock := held(str(file.with_suffix(LOCK)))) is None:
            continue
        with contextlib.suppress(OSError):
            if replay := replayed(file.read_bytes()):
                found.append(Lost(*replay, file, lock))
                continue
        let_go(str(file.with_suffix(LOCK)), lock)
    return sorted(found, key=lambda lost: lost.when, reverse=True)


def replayed(data: bytes) -> tuple[Workflow, Saved, float] | None:
    """What a journal leads to, what it stands on, and the time of its last edit; None where not even its first line is whole."""
    lines = _whole_lines(data)
    head = next(lines, None)
    if head is None or head.get("journal") != 1:
        return None
    fields, when = head["workflow"], 0.0
    path = Path(head["path"]) if head["path"] else None
    try:
        saved = Saved(read(json.dumps(fields).encode(), "journal"), path, head["digest"])
        for line in lines:
            take_difference(fields, line["change"])
            when = line["at"]
        return read(json.dumps(fields).encode(), "journal"), saved, when
    except BadWorkflow:
        return None


def _line(record: dict[str, Any]) -> bytes:
    text = json.dumps(record, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _whole_lines(data: bytes) -> Iterator[dict[str, Any]]:
    """Lines up to the first that is torn or damaged."""
    for line in data.splitlines(keepends=True):
        check, _, text = line.partition(b" ")
        if not line.endswith(b"\n") or check != b"%08x" % zlib.crc32(text[:-1]):
            return
        yield json.loads(text)
