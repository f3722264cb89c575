"""What a session does with runs: ask for them, follow the events of those that its documents asked for, plan them, stop them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.document import Document
from app.language import large, retold, tr
from app.queue.job import Job
from app.runs import Runs
from app.wire import Refused
from graph_engine.check import Problem
from graph_engine.events import AnyEvent, RunFinished, StepFinished, StepPreview
from graph_engine.flatten import flattened
from graph_engine.parameters import drawn_seeds, seeds
from graph_engine.plan import Plan
from graph_engine.sweep import Sweep
from graph_engine.workflow import read, with_graphs

Session = Any  # the session owns what is here; naming its class would close a circle


class Running:
    """``runs`` are those of the document that is shown; ``missing`` is what its last plan lacked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.runs = Runs()
        self.missing: tuple[Problem, ...] = ()
        self._runs_of: dict[Document, Runs] = {session.document: self.runs}

    def turn_to(self, document: Document) -> None:
        """Another document is shown. What is known of its runs is still there, and its job may be the one that goes on."""
        self.runs, self.missing = self._runs_of.setdefault(document, Runs()), ()
        self._follow_current()

    def forget(self, document: Document) -> None:
        """A document was left."""
        self._runs_of.pop(document, None)

    # asking

    def run(self, targets: Iterable[str] = ()) -> None:
        """Put the workflow on the queue. Seeds that are random or count up change now, visibly, as an edit."""
        session = self._session
        if session.worker is None:
            return
        if not session.document.workflow.graph.nodes:
            session.said.emit(tr("There is nothing to run yet: press Tab to add a node."), "note")
            return
        self._draw_seeds()
        session.said.emit("", "note")
        wanted = tuple(session.document.prefix + node for node in targets)
        session.queueing.add(session.document, session.flat, seeds(session.flat, session.installed), wanted)
        session.run_changed.emit()

    def vary(self, made: Sweep, folder: Path) -> None:
        """Put a sweep of what the workflow exposes on the queue; its seeds are drawn as for a run."""
        session = self._session
        self._draw_seeds()
        session.queueing.add_sweep(session.document, made, folder)
        session.said.emit(tr("{count} pictures wait in the queue; they come into {folder}.", count=made.size, folder=folder), "note")
        session.run_changed.emit()

    def _draw_seeds(self) -> None:
        session = self._session
        drawn = with_graphs(session.document.workflow, lambda graph: drawn_seeds(graph, session.catalogue))
        session.document.apply_whole(tr("Draw seeds"), drawn)

    def stop(self) -> None:
        """Stop the job that runs, of whichever document."""
        session = self._session
        if session.worker and session.queueing.is_busy:
            self.runs.ask_to_stop()
            session.run_changed.emit()
            session.worker.stop()

    # following

    def take_begin(self, job: Job) -> None:
        """A job began; if it came from the shown document, its steps are followed."""
        self._session.queueing.begin(job)
        self._follow(job)
        self._session.run_changed.emit()

    def open_job(self, job: Job) -> None:
        """Show the workflow of a job as a new document; if the job runs, its steps are followed there."""
        session = self._session
        asked = session.queueing.asked(job.run)
        if asked is None or asked.document is not session.document:
            session.show_document(Document(read(job.workflow, job.name), saved=False))
            session.queueing.shown_in(job, session.document, session.flat)
            self._follow_current()
            session.run_changed.emit()

    def _follow_current(self) -> None:
        """The job that runs may have come from the document that is shown."""
        worker = self._session.worker
        if worker and worker.current:
            self._follow(worker.current)

    def _follow(self, job: Job) -> None:
        session = self._session
        asked = session.queueing.asked(job.run)
        if asked and asked.document is session.document:
            self.runs.begin(asked.graph)
            self.runs.follow(job.run, session.queueing.pace)

    def take_event(self, event: AnyEvent) -> None:
        session = self._session
        session.queueing.take(event)
        if not self._take_elsewhere(event):
            changed = self.runs.take(event, session.flat)
            if changed and isinstance(event, StepPreview | StepFinished):
                session.look = None
            session.tell_of_steps(changed)
            self._tell_of_end(event)

    def _take_elsewhere(self, event: AnyEvent) -> bool:
        """Whether the event tells of a run of a document that is open, but not shown."""
        session = self._session
        for document, runs in self._runs_of.items():
            if document is not session.document and runs.follows(event.run):
                runs.take(event, flattened(document.workflow, session.installed).graph)
                self._tell_of_end(event)
                return True
        return False

    def _tell_of_end(self, event: AnyEvent) -> None:
        session = self._session
        session.run_changed.emit()
        if isinstance(event, RunFinished):
            session.housekeeping.ask()
            session.run_ended.emit()

    def take_refusal(self, refused: Refused) -> None:
        """A run did not start."""
        session = self._session
        if not self.runs.refuse(refused.run):
            return
        session.run_changed.emit()
        first = next(iter(refused.problems), None)
        if first:
            session.said.emit(tr("Did not run: {problem}", problem=session.problem_text(first)), "error")
            session.select({session.here(first.node)} if first.node else session.selection)

    def take_loss(self, reason: str) -> None:
        """The worker died. The document is here, untouched; its run was ended by an event before."""
        self._session.reading.begin_anew()
        self._session.said.emit(f"{large(retold(reason))}.", "warning")

    # planning

    def ask_plan(self) -> None:
        """Ask the worker what a run would do now, unless one goes on or there is nothing to run."""
        session = self._session
        if session.worker and not self.runs.running and session.document.workflow.graph.nodes:
            session.worker.plan(session.document.workflow, str(session.document.path or ""))

    def take_plan(self, plan: Plan) -> None:
        session = self._session
        session.tell_of_steps(self.runs.take_plan(plan))
        session.run_changed.emit()
        session.reading.renewed.emit()
        self.missing = plan.missing
        session.check()
