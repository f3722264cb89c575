"""Live: while it is on, whatever is painted or set shows at once what comes of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.queue.job import Job
from app.session import Session
from graph_engine.check import default_targets
from graph_engine.parameters import seeds
from graph_engine.workflow import Workflow

PAUSE = 100
"""Milliseconds in which further changes join the first."""


class Live(QObject):
    """Runs follow one another while the document changes, one at a time: a change during one waits for its end.

    They go towards what feeds the nodes that act on the world, and not to those: nothing is saved, the history keeps nothing, the queue
    forgets them, and seeds stay as they are. The viewer keeps to what comes of them, unless it keeps to something already: the node that
    is selected is often the one that is being painted.
    """

    turned = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.on = False
        self._waits = False
        self._watched = ""
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self._go)
        session.workflow_changed.connect(self._take_change)
        session.document_changed.connect(self._soon)

    def turn(self, on: bool) -> None:
        self.on = on
        self.turned.emit()
        if not on and self._watched and self.session.watched == self._watched:
            self._watch("")
        self._soon()

    def take_end(self, job: Job) -> None:
        """A job is over: what changed meanwhile may run."""
        if self._waits:
            self._go()

    def _take_change(self, before: Workflow, after: Workflow) -> None:
        if before.graph != after.graph or before.definitions is not after.definitions:
            self._soon()

    def _soon(self) -> None:
        if self.on and not self._timer.isActive():
            self._timer.start()

    def _go(self) -> None:
        session = self.session
        self._waits = self.on and (session.queueing.is_busy or session.queueing.passes)
        if self.on and not self._waits and (targets := self._targets()):
            session.queueing.add(session.document, session.flat, seeds(session.flat, session.installed), targets, passing=True)
            session.run_changed.emit()
            if not session.watched:
                self._watch(session.here(targets[-1]))

    def _watch(self, node: str) -> None:
        self._watched = self.session.watched = node
        self.session.picture_changed.emit()

    def _targets(self) -> tuple[str, ...]:
        """What leads into the nodes that act on the world; nothing where the graph cannot run."""
        session = self.session
        if session.worker is None or any(problem.severity == "error" for problem in session.problems):
            return ()
        graph, types = session.flat, session.installed
        found: dict[str, None] = {}
        for node in default_targets(graph, types):
            found |= dict.fromkeys([link.source for link in graph.into(node)] if types[graph.nodes[node].type].effect else [node])
        return tuple(found)
