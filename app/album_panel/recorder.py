"""Keeps the pictures of this window's runs: a thread of its own makes the files, so that no run and no hand waits for a disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt, Signal
from PySide6.QtGui import QImage

from app.album.album import Album
from app.album.entry import Entry, Lying, Made
from app.album.keeping import Keeping
from app.album.swept import of_cell, of_sheet
from app.language import tr
from app.pictures import to_pixels, to_qimage
from app.queue.job import Job
from app.session import Session
from graph_engine.events import AnyEvent, StepFinished

THUMBNAIL = 256


class Recorder(QObject):
    kept = Signal(object)  # the Entry
    trouble = Signal(str)  # why a picture was not kept
    _made = Signal(object)

    def __init__(self, album: Album, session: Session) -> None:
        super().__init__()
        self.album = album
        self.keeping = Keeping(session.queueing)
        self._session = session
        self._threads = ThreadPoolExecutor(1, "album")
        self._made.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def take(self, event: AnyEvent, job: Job | None) -> None:
        """Keep the pictures of a step, if it is one to be kept; of a sweep those of its cells, and its sheet."""
        if job is None or job.run != event.run:
            return
        if job.sweep:
            self._take_sweep(event, job)
            return
        if not isinstance(event, StepFinished):
            return
        for found in self.keeping.worth_keeping(event, job, self._session.installed):
            keep = partial(self._keep, found) if isinstance(found, Made) else partial(self._keep_lying, partial(list, [found]))
            self._threads.submit(keep).add_done_callback(lambda future, job=job: self._made.emit((future, job)))

    def _take_sweep(self, event: AnyEvent, job: Job) -> None:
        types = self._session.installed
        if isinstance(event, StepFinished):
            found = partial(of_cell, job, event.node, event.files, types)
            self._threads.submit(self._keep_lying, found).add_done_callback(lambda future: self._made.emit((future, None)))

    def take_end(self, job: Job) -> None:
        """Keep the contact sheet of a sweep that is over."""
        if job.sweep and job.is_finished:
            found = partial(of_sheet, job, self._session.installed)
            self._threads.submit(self._keep_lying, found).add_done_callback(lambda future: self._made.emit((future, None)))

    def _keep_lying(self, found: Callable[[], list[Lying]]) -> Entry | None:
        """Thread: read pictures where a sweep left them, and write them down; the last entry."""
        entry = None
        for made, path in found():
            image = QImage(str(path))
            if not image.isNull():
                entry = self._keep(replace(made, pixels=to_pixels(image)), image) or entry
        return entry

    def _keep(self, made: Made, image: QImage | None = None) -> Entry | None:
        """Thread: write the picture down."""
        image = image or to_qimage(made.pixels)
        size = image.size()
        if max(size.width(), size.height()) > THUMBNAIL:
            size.scale(THUMBNAIL, THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio)
        small = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        return self.album.add(made, png(image), png(small))

    def _tell(self, done: object) -> None:
        future, job = done  # type: ignore[misc]
        if error := future.exception():
            self.trouble.emit(tr("A picture was not kept in the history: {error}", error=error))
        elif entry := future.result():
            if job and (document := self.keeping.document_of(job)):
                self.keeping.comes_from(document, entry.id)
            self.kept.emit(entry)

    def close(self) -> None:
        """Wait for what is being written."""
        self._threads.shutdown()
        self.album.close()


def png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
