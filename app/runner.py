"""The worker process seen from the window: what it says becomes Qt signals in the window's own thread, here and nowhere else."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal, Slot

from app import places, wire
from app.node_words import catalogue_in_language
from app.queue.job import Job
from app.queue.jobs import opened_or_begun_anew
from app.queue.taker import Taker
from app.worker_link import WorkerLink
from graph_engine.catalogue import Catalogue
from graph_engine.workflow import Workflow, write, write_atomically

CATALOGUE = "catalogue.json"
LOOK_PAUSE = 100  # milliseconds from a change of the queue's file to the look at it: changes come in flocks


class Runner(QObject):
    """Has the worker run this window's jobs, one after the other. The worker starts when asked to: the window is shown first."""

    ready = Signal(object)  # the Catalogue
    happened = Signal(object)  # an event of a run
    refused = Signal(object)  # the `wire.Refused` of a run that did not start
    planned = Signal(object)  # the Plan asked for last
    expected = Signal(str, object)  # the run that begins, and its Plan
    holdings_told = Signal(object)  # `wire.HoldingsTold`
    words_told = Signal(object)  # `wire.WordsTold`
    lost = Signal(str)  # why the worker ended; another was started
    began = Signal(object)  # the Job that runs now
    ended = Signal(object)  # a Job that is over, or waits again
    queue_changed = Signal()
    _heard = Signal(object)  # from the link's thread to the window's

    def __init__(self, nodes: str = "", cache: Path | None = None, output_folder: Path | None = None) -> None:
        super().__init__()
        self._cache = cache or places.cache_folder()
        self._output_folder = output_folder
        self.nodes = nodes
        self.link = WorkerLink(self._heard.emit, self.lost_in_thread, nodes, cache)
        self.troubles: list[str] = []
        """What was wrong with the queue's file, to be said once there is a window."""
        self.jobs = opened_or_begun_anew(places.data_folder(), self.troubles.append)
        self._taker = Taker(self.jobs, self.link)
        self._numbers = itertools.count(1)
        self._asked = ""
        self._closed = False
        self._heard.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._look_timer = QTimer(self, singleShot=True, interval=LOOK_PAUSE)
        self._look_timer.timeout.connect(self.look)
        self._watcher = QFileSystemWatcher([f"{self.jobs.path}-wal"], self)
        self._watcher.fileChanged.connect(self._look_soon)

    def start(self) -> None:
        self.link.start()

    def close(self) -> None:
        """End the worker. Jobs that run or wait stay in the queue."""
        if self._closed:
            return
        self._closed = True
        self._look_timer.stop()
        self.link.close()
        self._taker.abandon()
        self.jobs.close()

    # jobs

    @property
    def current(self) -> Job | None:
        """The job that runs."""
        return self._taker.current

    def add(self, job: Job) -> Job:
        """Put a job at the end of the queue, for this window to run."""
        folder = str(self._output_folder or places.output_folder())
        return self.jobs.add(msgspec.structs.replace(job, owner=self.jobs.me, output_folder=job.output_folder or folder))

    def go_on(self, try_again: bool = False) -> None:
        """Take the next job, unless one runs. Where workers could not be started, only ``try_again`` starts another."""
        # Where it was not started yet, jobs wait until the worker is ready.
        can = self.link.pid is not None and (try_again or not self.link.gave_up)
        if can and (job := self._taker.take()):
            self.began.emit(job)
        self.queue_changed.emit()

    def say(self, message: wire.Aside) -> None:
        """Ask or wish something that the worker sees to beside its work."""
        self.link.say(message)

    @Slot(str)
    def _look_soon(self, path: str) -> None:
        if not self._closed:
            self._look_timer.start()

    def look(self) -> None:
        """Follow what was changed in the queue, here or by another process."""
        self._taker.look()
        self.go_on()

    def stop(self) -> None:
        if self._taker.current:
            self.jobs.cancel(self._taker.current.id)
            self._taker.look()

    def plan(self, workflow: Workflow, scope: str = "") -> None:
        """Ask what a run would do; only the answer to the latest question is passed on."""
        self._asked = f"plan-{next(self._numbers)}"
        self.link.plan(wire.AskPlan(self._asked, write(workflow), None, scope))

    def lost_in_thread(self, reason: str) -> None:
        self._heard.emit(reason)

    @Slot(object)
    def _take(self, message: object) -> None:
        if self._closed:
            return
        match message:
            case wire.Ready():
                self._remember(message.catalogue)
                self.ready.emit(catalogue_in_language(Catalogue.from_json(message.catalogue)))
                self.go_on()
            case wire.Planned():
                if message.ask == self._asked:
                    self.planned.emit(message.plan)
                elif self.current and message.ask == self.current.run:
                    self.expected.emit(message.ask, message.plan)
            case wire.HoldingsTold():
                self.holdings_told.emit(message)
            case wire.WordsTold():
                self.words_told.emit(message)
            case str():
                self.lost.emit(message)
            case _:
                self._take_news(message)

    def _take_news(self, message: object) -> None:
        """News of a run: first to those who show it, then to the queue, which may begin the next."""
        is_refusal = isinstance(message, wire.Refused)
        ended = self._taker.hear(message)  # type: ignore[arg-type]
        (self.refused if is_refusal else self.happened).emit(message)
        if ended:
            self.ended.emit(ended)
            self.go_on()

    # the catalogue of last time

    def remembered(self) -> Catalogue:
        """The catalogue of the last start, so that the window opens without waiting; empty if there was none."""
        try:
            return catalogue_in_language(Catalogue.from_json(self._catalogue_file().read_bytes()))
        except (OSError, msgspec.DecodeError):
            return Catalogue()

    def _remember(self, catalogue: bytes) -> None:
        path = self._catalogue_file()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, catalogue)
        except OSError:
            return  # only a convenience: the worker tells it again at the next start

    def _catalogue_file(self) -> Path:
        return self._cache / f"{self.nodes or 'nodes'}.{CATALOGUE}"
