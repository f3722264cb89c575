"""A small picture for each job: what it shows while it runs, what it made, or the first file that it wrote."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap

from app.pictures import thumbnail
from app.queue.job import Job
from app.queueing import Queueing
from graph_engine.values import Pixels

SIDE = 36


class Thumbnails:
    def __init__(self, queueing: Queueing) -> None:
        self._queueing = queueing
        self._made: dict[str, tuple[Pixels | tuple[str, ...], QPixmap]] = {}

    def of(self, job: Job, ratio: float) -> QPixmap:
        """The job's picture; a null one where it has none."""
        shown = self._queueing.pictures.get(job.run, job.record.files)
        made = self._made.get(job.run)
        if made is None or made[0] != shown:
            drawn = thumbnail(shown, SIDE, SIDE, ratio) if isinstance(shown, Pixels) else _of_file(shown, ratio)
            made = self._made[job.run] = shown, drawn
        return made[1]

    def keep_only(self, jobs: Iterable[Job]) -> None:
        """Forget the pictures of jobs that are no more."""
        runs = {job.run for job in jobs}
        self._made = {run: made for run, made in self._made.items() if run in runs}


def _of_file(files: Iterable[str], ratio: float) -> QPixmap:
    for file in files:
        reader = QImageReader(file)
        if reader.canRead():
            box = QSize(SIDE, SIDE) * ratio
            reader.setScaledSize(reader.size().scaled(box, Qt.AspectRatioMode.KeepAspectRatio))
            made = QPixmap.fromImage(reader.read())
            made.setDevicePixelRatio(ratio)
            return made
    return QPixmap()
