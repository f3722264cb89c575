"""The worker process seen from the window: what it says becomes Qt signals in the window's own thread, here and nowhere else."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot

from app import places, wire
from app.worker_link import WorkerLink
from graph_engine.catalogue import Catalogue
from graph_engine.workflow import Workflow, write, write_atomically

CATALOGUE = "catalogue.json"


class Runner(QObject):
    """One run at a time. The worker starts when asked to, not with the object: the window is shown first."""

    ready = Signal(object)  # the Catalogue
    happened = Signal(object)  # an event of a run
    refused = Signal(object)  # the problems that kept a run from starting
    planned = Signal(object)  # the Plan asked for last
    lost = Signal(str)  # why the worker ended; another was started
    _heard = Signal(object)  # from the link's thread to the window's

    def __init__(self, nodes: str = "", cache: Path | None = None, output_folder: Path | None = None) -> None:
        super().__init__()
        self._cache = cache or places.cache_folder()
        self._output_folder = output_folder
        self._nodes = nodes
        self.link = WorkerLink(self._heard.emit, self.lost_in_thread, nodes, cache)
        self._numbers = itertools.count(1)
        self._run = self._asked = ""
        self._heard.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self.link.start()

    def close(self) -> None:
        self.link.close()

    def run(self, workflow: Workflow, targets: tuple[str, ...], scope: str = "") -> str:
        """Begin a run; the id that its events carry. A worker that could not be started is tried once more."""
        if self.link.gave_up:
            self.link.start()
        self._run = f"run-{next(self._numbers)}"
        folder = str(self._output_folder or places.output_folder())
        self.link.run(wire.Run(self._run, write(workflow), targets or None, folder, scope))
        return self._run

    def stop(self) -> None:
        self.link.stop(self._run)

    def plan(self, workflow: Workflow, scope: str = "") -> None:
        """Ask what a run would do; only the answer to the latest question is passed on."""
        self._asked = f"plan-{next(self._numbers)}"
        self.link.plan(wire.AskPlan(self._asked, write(workflow), None, scope))

    def lost_in_thread(self, reason: str) -> None:
        self._heard.emit(reason)

    @Slot(object)
    def _take(self, message: object) -> None:
        match message:
            case wire.Ready():
                self._remember(message.catalogue)
                self.ready.emit(Catalogue.from_json(message.catalogue))
            case wire.Refused():
                if message.run == self._run:
                    self.refused.emit(message.problems)
            case wire.Planned():
                if message.ask == self._asked:
                    self.planned.emit(message.plan)
            case str():
                self.lost.emit(message)
            case _:
                self.happened.emit(message)

    # the catalogue of last time

    def remembered(self) -> Catalogue:
        """The catalogue of the last start, so that the window opens without waiting; empty if there was none."""
        try:
            return Catalogue.from_json(self._catalogue_file().read_bytes())
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
        return self._cache / f"{self._nodes or 'nodes'}.{CATALOGUE}"
