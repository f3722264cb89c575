"""The queue as the window sees it: jobs of this window by the document that they came from, and what can be done with any job."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from app.document import Document
from app.language import marked, retold, tr
from app.pace import Pace
from app.queue.job import PAUSED, RUNNING, STOPPED, WAITING, Job, Record
from app.queue.jobs import Jobs, QueueTrouble
from app.sheet import shrunk
from app.signals import Signal
from app.sweep_record import source_of
from app.wire import Aside
from app.wording import seconds_text, title_of_step
from graph_engine.declaration import NodeType
from graph_engine.events import AnyEvent, StepFinished, StepPreview
from graph_engine.graph import Graph
from graph_engine.interface import types_with
from graph_engine.plan import Plan
from graph_engine.sweep import Sweep
from graph_engine.values import Pixels
from graph_engine.workflow import Workflow, read, write

PICTURE_SIDE = 128


class Worker(Protocol):
    """What is asked of the worker process and its queue; answers come as events."""

    jobs: Jobs

    @property
    def current(self) -> Job | None: ...

    def add(self, job: Job) -> Job: ...

    def go_on(self, try_again: bool = False) -> None: ...

    def look(self) -> None: ...

    def plan(self, workflow: Workflow, scope: str = "") -> None: ...

    def stop(self) -> None: ...

    def say(self, message: Aside) -> None: ...


class Asked(NamedTuple):
    """Where a job came from: its document, and the graph as it was then. What is ``passing`` is seen and forgotten."""

    document: Document
    workflow: Workflow
    graph: Graph
    passing: bool = False


class Queueing:
    changed = Signal()

    def __init__(self, types: Callable[[], Mapping[str, NodeType]]) -> None:
        """``types`` gives the node types that are installed."""
        self.worker: Worker | None = None
        self.pace = Pace()
        """Of the job that runs."""
        self.pictures: dict[str, Pixels] = {}
        """What each run of this session has shown last, small."""
        self._types = types
        self._asked: dict[str, Asked] = {}
        self._running = Workflow()

    def add_sweep(self, document: Document, made: Sweep, folder: Path) -> None:
        """Put a sweep of a document as it is now at the end of the queue. Its steps are cells: no document follows them."""
        assert self.worker
        workflow = document.workflow
        name = tr("{name}, {count} pictures", name=document.name, count=made.size)
        self.worker.add(Job(0, name, write(workflow), None, str(folder), source_of(workflow), msgspec.json.encode(made)))
        self.worker.go_on(try_again=True)

    def add(self, document: Document, graph: Graph, seeds: dict[str, int], targets: tuple[str, ...], passing: bool = False) -> None:
        """Put a document as it is now at the end of the queue."""
        assert self.worker
        scope = str(document.path or "")
        job = Job(0, document.name, write(document.workflow), targets or None, scope=scope, record=Record(seeds=seeds))
        self._asked[self.worker.add(job).run] = Asked(document, document.workflow, graph, passing)
        self.worker.go_on(try_again=True)

    def asked(self, run: str) -> Asked | None:
        """Where a run of this window came from; nobody knows of those that an earlier window left."""
        return self._asked.get(run)

    def shown_in(self, job: Job, document: Document, graph: Graph) -> None:
        """A job's workflow was opened: from now on it is as if it had come from that document."""
        self._asked[job.run] = Asked(document, document.workflow, graph)

    @property
    def is_busy(self) -> bool:
        """Whether a job of this window runs, of whichever document."""
        return self.worker is not None and self.worker.current is not None

    @property
    def passes(self) -> bool:
        """Whether a passing job of this window runs, or waits to."""
        return any(not job.is_finished and (asked := self.asked(job.run)) and asked.passing for job in self.all())

    # the job that runs

    def begin(self, job: Job) -> None:
        """From now on events tell of this job."""
        asked = self._asked.get(job.run)
        self._running = asked.workflow if asked else read(job.workflow, job.name)
        self.pace = Pace()

    def expect(self, run: str, plan: Plan) -> None:
        """What a job will do, as it was planned just before it began."""
        if self.runs(run):
            self.pace.expect(plan)

    def take(self, event: AnyEvent) -> None:
        if not self.runs(event.run):
            return
        self.pace.take(event)
        if isinstance(event, StepPreview):
            self.pictures[event.run] = shrunk(event.pixels, PICTURE_SIDE)
        elif isinstance(event, StepFinished):
            shown = [one.pixels for result in event.results for one in (result, *result.items) if one.pixels]
            if shown:
                self.pictures[event.run] = shrunk(shown[0], PICTURE_SIDE)

    def take_end(self, job: Job) -> None:
        """A job is over, or waits again."""
        if (asked := self.asked(job.run)) and asked.passing and job.is_finished:
            del self._asked[job.run]
            self.pictures.pop(job.run, None)
            self._do(lambda jobs: jobs.forget(job.id))

    def standing(self, job: Job) -> str:
        """How a job stands, in a line."""
        if not self.runs(job.run) or job.wish:
            return self.state_text(job)
        types = types_with(self._running.definitions, self._types())
        return self.pace.standing(lambda step: title_of_step(self._running, types, step)) or tr("Starting")

    def runs(self, run: str) -> bool:
        """Whether a run goes on now."""
        current = self.worker.current if self.worker else None
        return current is not None and current.run == run

    # what the panel shows and does

    def all(self) -> list[Job]:
        return self.worker.jobs.all() if self.worker else []

    def left(self) -> list[Job]:
        """Jobs of a window or runner that was closed or killed, and of nobody else."""
        return self.worker.jobs.left_over() if self.worker else []

    def find_left(self) -> list[Job]:
        """`left`, with those that a window or runner had not the time to leave."""
        if self.worker:
            self.worker.jobs.find_interrupted()
        return self.left()

    def take_over(self, numbers: Iterable[int]) -> None:
        """Jobs that somebody else left, or that were added without a window, are run here."""
        numbers = list(numbers)
        self._do(lambda jobs: jobs.adopt(numbers))

    def pause_or_resume(self, numbers: Iterable[int]) -> None:
        for job in self._jobs(numbers):
            if job.state == PAUSED or (job.state == RUNNING and job.wish == PAUSED):
                self._do(lambda jobs, number=job.id: jobs.resume(number))
                self.take_over([job.id])
            else:
                self._do(lambda jobs, number=job.id: jobs.pause(number))

    def cancel(self, numbers: Iterable[int]) -> None:
        for job in self._jobs(numbers):
            if not job.is_finished:
                self._do(lambda jobs, number=job.id: jobs.cancel(number))

    def retry(self, numbers: Iterable[int]) -> None:
        for job in self._jobs(numbers):
            if job.is_finished:
                self._do(lambda jobs, number=job.id: jobs.retry(number, jobs.me))

    def move(self, number: int, place: int) -> None:
        self._do(lambda jobs: jobs.move(number, place))

    def clear_finished(self) -> None:
        self._do(Jobs.clear_finished)
        kept = {job.run for job in self.all()}
        self.pictures = {run: picture for run, picture in self.pictures.items() if run in kept}

    def state_text(self, job: Job) -> str:
        """How a job stands, in a few words."""
        if job.state == WAITING and self.worker and job.owner != self.worker.jobs.me:
            return tr("Waiting for tessera queue run") if not job.owner else tr("Not finished")
        if job.state == RUNNING and job.wish:
            return tr("Pausing") if job.wish == PAUSED else tr("Running") if job.wish == WAITING else tr("Stopping")
        if job.record.failures:
            return tr("Failed: {message}", message=retold(job.record.failures[0].message))
        if job.record.problems:
            return tr("Did not run: {message}", message=retold(job.record.problems[0].message))
        if job.state == STOPPED and job.began is None:
            return tr("Canceled")
        if job.is_finished:
            count = len(job.record.files)
            files = "" if not count else tr(" · 1 file") if count == 1 else tr(" · {count} files", count=count)
            return tr(_ENDED[job.state], time=seconds_text(job.record.seconds)) + files
        return tr(_STANDING[job.state])

    def tell(self) -> None:
        """The queue may look different now."""
        self.changed.emit()

    def _jobs(self, numbers: Iterable[int]) -> list[Job]:
        wanted = set(numbers)
        return [job for job in self.all() if job.id in wanted]

    def _do(self, change: Callable[[Jobs], object]) -> None:
        """Another process may have been quicker: then the list just shows how it is."""
        if self.worker:
            with contextlib.suppress(QueueTrouble):
                change(self.worker.jobs)
            self.worker.look()


_STANDING = {"waiting": marked("Waiting"), "running": marked("Running"), "paused": marked("Paused")}
_ENDED = {"done": marked("Done in {time}"), "failed": marked("Failed after {time}"), "stopped": marked("Stopped after {time}")}
