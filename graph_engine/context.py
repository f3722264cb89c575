"""What a node function may ask of the run around it: report progress, leave notes, know where to write."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from graph_engine.errors import Stopped
from graph_engine.events import AnyEvent, StepPreview, StepProgress
from graph_engine.ladder import Ladder
from graph_engine.values import Pixels, whole_text

PREVIEW_SECONDS = 0.12
"""Previews come at most this often, and with the last step: a picture costs more to make and to send than a number."""


class Context:
    """One step of a run, as its node sees it. ``Context()`` alone serves tests and scripts: it reports to nobody."""

    def __init__(
        self,
        node: str = "",
        *,
        run: str = "",
        emit: Callable[[AnyEvent], None] | None = None,
        stop: threading.Event | None = None,
        output_folder: Path | None = None,
        workflow: bytes = b"",
        seeds: Mapping[str, int] | None = None,
        ladder: Ladder | None = None,
    ) -> None:
        self.node = node
        self.output_folder = output_folder or Path.cwd()
        self.workflow = workflow
        self.seeds: Mapping[str, int] = seeds or {}
        self.notes: list[str] = []
        self.files: list[str] = []
        self._run, self._emit, self._stop = run, emit, stop
        self._previewed = 0.0
        self._ladder = ladder or Ladder()
        self._part, self._parts = 0, 1

    def at_once(self, total: int) -> int:
        """How many of ``total`` equal pieces (items of a batch) to work on at once: all, or fewer once memory ran out."""
        return self._ladder.pieces(total)

    def tile(self, side: int, least: int, unit: str = "") -> int:
        """The side of the tiles to work in: ``side`` = as a whole, or less once memory ran out, but never below ``least``."""
        return self._ladder.tile(side, least, unit)

    def offload(self) -> bool:
        """Whether memory ran out so far that weights should come to the device a part at a time."""
        return self._ladder.offload()

    @contextlib.contextmanager
    def part(self, number: int, count: int) -> Iterator[None]:
        """Progress that is reported in this block is that of one part of ``count``, the first being 0."""
        before = self._part, self._parts
        self._part, self._parts = number, count
        try:
            yield
        finally:
            self._part, self._parts = before

    def check(self) -> None:
        """Stop here if the user asked for it.

        Raises:
            Stopped: the run is to end.
        """
        if self._stop is not None and self._stop.is_set():
            raise Stopped

    def progress(self, done: int, total: int, note: str = "", preview: Callable[[], Pixels | None] | None = None) -> None:
        """Report ``done`` of ``total`` and stop here if asked. ``preview`` is called only when a picture is due.

        Raises:
            Stopped: the run is to end.
        """
        self.check()
        done, total = self._part * total + done, self._parts * total
        if self._emit is None:
            return
        self._emit(StepProgress(self._run, self.node, done, total, whole_text(note)))
        due = done == total or time.monotonic() - self._previewed >= PREVIEW_SECONDS
        if preview is not None and due:
            if pixels := preview():
                self._emit(StepPreview(self._run, self.node, pixels))
            self._previewed = time.monotonic()

    def note(self, text: str) -> None:
        """Leave a sentence that is shown with the result."""
        self.notes.append(whole_text(text))

    def wrote(self, path: Path) -> None:
        """Report a file that the node wrote."""
        self.files.append(str(path))
