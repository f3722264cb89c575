"""The queue as the window sees it: jobs of this window by the document that they came from, and what can be done with any job."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from psygnal import Signal

from app.document import Document
from app.queue.job import PAUSED, RUNNING, STOPPED, WAITING, Job, Record
from app.queue.jobs import Jobs, QueueTrouble
from app.wording import seconds_text
from graph_engine.graph import Graph
from graph_engine.workflow import Workflow, write


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


class Asked(NamedTuple):
    """Where a job came from: its document, and the graph as it was then."""

    document: Document
    graph: Graph


class Queueing:
    changed = Signal()

    def __init__(self) -> None:
        self.worker: Worker | None = None
        self._asked: dict[str, Asked] = {}

    def add(self, document: Document, graph: Graph, seeds: dict[str, int], targets: tuple[str, ...]) -> None:
        """Put a document as it is now at the end of the queue."""
        assert self.worker
        scope = str(document.path or "")
        job = Job(0, document.name, write(document.workflow), targets or None, scope=scope, record=Record(seeds=seeds))
        self._asked[self.worker.add(job).run] = Asked(document, graph)
        self.worker.go_on(try_again=True)

    def asked(self, run: str) -> Asked | None:
        """Where a run of this window came from; nobody knows of those that an earlier window left."""
        return self._asked.get(run)

    @property
    def is_busy(self) -> bool:
        """Whether a job of this window runs, of whichever document."""
        return self.worker is not None and self.worker.current is not None

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

    def state_text(self, job: Job) -> str:
        """How a job stands, in a few words."""
        if job.state == WAITING and self.worker and job.owner != self.worker.jobs.me:
            return "Waiting for tessera queue run" if not job.owner else "Not finished"
        if job.state == RUNNING and job.wish:
            return {PAUSED: "Pausing", WAITING: "Running"}.get(job.wish, "Stopping")
        if job.record.failures:
            return f"Failed: {job.record.failures[0].message}"
        if job.record.problems:
            return f"Did not run: {job.record.problems[0].message}"
        if job.state == STOPPED and job.began is None:
            return "Canceled"
        if job.is_finished:
            count = len(job.record.files)
            files = "" if not count else " · 1 file" if count == 1 else f" · {count} files"
            return f"{job.state.capitalize()} {'in' if job.state == 'done' else 'after'} {seconds_text(job.record.seconds)}{files}"
        return job.state.capitalize()

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
