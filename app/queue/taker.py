"""Takes jobs from the queue, one at a time, has a worker run them, and writes down what comes of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Protocol

from app import wire
from app.queue.job import DONE, FAILED, STOPPED, WAITING, Job, Record, Recording
from app.queue.jobs import Jobs
from app.worker_link import LOST
from graph_engine.check import Problem
from graph_engine.events import AnyEvent, RunFinished, StepFailed, StepStarted

MAX_DEATHS = 2
"""Workers that may end in a row without having finished a step of a job; then it is the job's fault."""
DIED = ("The worker ended while this ran, twice.", "Use a smaller picture or fewer at a time, or close other programs; then retry the job.")


class Link(Protocol):
    """What is asked of the worker (`app.worker_link.WorkerLink`)."""

    @property
    def gave_up(self) -> bool: ...

    def plan(self, message: wire.AskPlan) -> None: ...

    def run(self, message: wire.Run) -> None: ...

    def stop(self, run: str) -> None: ...


class Taker:
    """Everything is called from one thread. ``others`` as for `Jobs.take`."""

    def __init__(self, jobs: Jobs, link: Link, others: bool = False) -> None:
        self.jobs, self._link, self._others = jobs, link, others
        self.current: Job | None = None
        self._recording = Recording(Job(0, "", b"").record)
        self._at = ""
        self._stopping = self._leaving = False
        self._began = 0.0

    def take(self) -> Job | None:
        """Begin the next job, if none runs and there is one."""
        if self.current or (job := self.jobs.take(self._others)) is None:
            return None
        self.current, self._recording, self._at = job, Recording(job.record), ""
        self._stopping, self._leaving, self._began = False, False, time.monotonic()
        if not job.sweep:  # what it will take is known before it begins
            self._link.plan(wire.AskPlan(job.run, job.workflow, job.targets, job.scope))
        written = job.record.wrote
        self._link.run(wire.Run(job.run, job.workflow, job.targets, job.output_folder, job.scope, written, job.sweep))
        return job

    def hear(self, said: AnyEvent | wire.Refused) -> Job | None:
        """Take in what the worker says; the job if that was its end."""
        job = self.current
        if job is None or said.run != job.run:
            return None
        if isinstance(said, wire.Refused):
            return self._end(FAILED, said.problems)
        if isinstance(said, RunFinished):
            return self._lose() if said.state == LOST else self._end(said.state)
        if isinstance(said, StepStarted):
            self._at = said.node
        if self._recording.take(said):
            self.jobs.keep(job, self._recording.record(deaths=0))
        return None

    def look(self) -> None:
        """Do what others wish of the job that runs. To be called when the queue changed elsewhere, or now and then."""
        if self.current and not self._stopping and self.jobs.job(self.current.id).wish:
            self._stop()

    def leave(self) -> None:
        """Stop the job that runs; it waits for whoever takes it next."""
        if self.current and not self._stopping:
            self._leaving = True
            self._stop()

    def abandon(self) -> None:
        """The worker is gone, and so is this process soon: what ran waits for whoever takes it next."""
        if self.current:
            self._write(WAITING, self._recording.record(self._seconds()))

    def _stop(self) -> None:
        assert self.current
        self._stopping = True
        self._link.stop(self.current.run)

    def _end(self, state: str, problems: Iterable[Problem] = ()) -> Job:
        """``state`` is the run's; "done" and "failed" stand also where something else was wished too late."""
        assert self.current
        ending = {"done": DONE, "failed": FAILED}.get(state, WAITING if self._leaving else STOPPED)
        return self._write(ending, self._recording.record(self._seconds(), problems=tuple(problems), deaths=0))

    def _lose(self) -> Job:
        """The worker died: the job goes on with the next, unless it is at fault."""
        assert self.current
        deaths = 1 if self._recording.steps_done else self.current.record.deaths + 1
        if self._stopping:
            return self._write(WAITING if self._leaving else STOPPED, self._recording.record(self._seconds()))
        if self._link.gave_up:  # no job's fault: it waits until a worker can be started
            return self._write(WAITING, self._recording.record(self._seconds()))
        if deaths >= MAX_DEATHS:
            self._recording.take(StepFailed(self.current.run, self._at, "worker_lost", *DIED))
            return self._write(FAILED, self._recording.record(self._seconds(), deaths=deaths))
        return self._write(WAITING, self._recording.record(self._seconds(), deaths=deaths))

    def _write(self, state: str, record: Record) -> Job:
        assert self.current
        ended = self.jobs.end(self.current, state, record)
        self.current = None
        return ended

    def _seconds(self) -> float:
        return round(time.monotonic() - self._began, 3)
