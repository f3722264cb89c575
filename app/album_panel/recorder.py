"""Keeps the pictures of this window's runs: a thread of its own makes the files, so that no run and no hand waits for a disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt, Signal
from PySide6.QtGui import QImage

from app.album.album import Album
from app.album.entry import Entry, Made
from app.album.keeping import Keeping
from app.language import tr
from app.pictures import to_qimage
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
        """Keep the pictures of a step, if it is one to be kept."""
        if job is None or job.sweep or job.run != event.run or not isinstance(event, StepFinished):
            return
        for made in self.keeping.worth_keeping(event, job, self._session.installed):
            self._threads.submit(self._keep, made).add_done_callback(lambda future, job=job: self._made.emit((future, job)))

    def _keep(self, made: Made) -> Entry | None:
        """Thread: write the picture down."""
        image = to_qimage(made.pixels)
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
            if document := self.keeping.document_of(job):
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
