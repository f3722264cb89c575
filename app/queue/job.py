"""A job: a frozen workflow, what is wanted of it, how it stands and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from graph_engine.check import Problem
from graph_engine.events import AnyEvent, Result, StepFailed, StepFinished

WAITING, RUNNING, PAUSED = "waiting", "running", "paused"
DONE, FAILED, STOPPED = "done", "failed", "stopped"
STATES = (WAITING, RUNNING, PAUSED, DONE, FAILED, STOPPED)
FINISHED = (DONE, FAILED, STOPPED)


class Made(msgspec.Struct, frozen=True, omit_defaults=True):
    """One output of a node: not the value, but what names it, and each item of a list."""

    type: str
    digest: str
    items: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True):
    """What came of a job so far."""

    seconds: float = 0.0
    results: Mapping[str, Mapping[str, Made]] = {}
    files: tuple[str, ...] = ()
    wrote: tuple[str, ...] = ()  # nodes whose files are there: a job that goes on does not write them twice
    ran: tuple[str, ...] = ()
    seeds: Mapping[str, int] = {}
    notes: tuple[str, ...] = ()
    failures: tuple[StepFailed, ...] = ()
    problems: tuple[Problem, ...] = ()
    deaths: int = 0  # workers that ended in a row without having finished a step of it


class Job(msgspec.Struct, frozen=True):
    """``wish`` is the state that a running job is to end in; ``owner`` is the process that runs it, or is to run it ("" = any)."""

    id: int
    name: str
    workflow: bytes
    targets: tuple[str, ...] | None = None
    output_folder: str = ""
    scope: str = ""
    sweep: bytes = b""
    state: str = WAITING
    wish: str = ""
    owner: str = ""
    place: int = 0
    added: float = 0.0
    began: float | None = None
    ended: float | None = None
    interruptions: int = 0
    record: Record = Record()

    @property
    def run(self) -> str:
        """The id that the job's events carry."""
        return f"job-{self.id}"

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED


def made_of(result: Result) -> Made:
    return Made(result.type, result.digest, tuple(item.digest for item in result.items))


class Recording:
    """A record in the making: folds the events of a run onto what an interrupted one left."""

    def __init__(self, before: Record) -> None:
        self._before = before
        self._results = {node: dict(made) for node, made in before.results.items()}
        self._files, self._wrote = dict.fromkeys(before.files), dict.fromkeys(before.wrote)
        self._ran, self._notes = dict.fromkeys(before.ran), dict.fromkeys(before.notes)
        self._failures: list[StepFailed] = []
        self.steps_done = 0

    def take(self, event: AnyEvent) -> bool:
        """Add an event; whether it told of files, which must not be forgotten."""
        if isinstance(event, StepFailed):
            self._failures.append(event)
        elif isinstance(event, StepFinished):
            self._finish(event)
            return bool(event.files)
        return False

    def _finish(self, event: StepFinished) -> None:
        self._results[event.node] = {result.output: made_of(result) for result in event.results}
        self._notes |= dict.fromkeys(event.notes)
        if event.files:
            self._files |= dict.fromkeys(event.files)
            self._wrote[event.node] = None
        if event.state == "ran":
            self._ran[event.node] = None
            self.steps_done += 1

    def record(self, seconds: float = 0.0, **changes: Any) -> Record:
        """The record as it stands; ``seconds`` are added to those of earlier attempts."""
        made = msgspec.structs.replace(
            self._before, seconds=self._before.seconds + seconds, results=self._results, files=tuple(self._files), wrote=tuple(self._wrote),
            ran=tuple(self._ran), notes=tuple(self._notes), failures=tuple(self._failures),
        )  # fmt: skip
        return msgspec.structs.replace(made, **changes)


def as_data(job: Job) -> dict[str, Any]:
    """A job for ``--json``: everything but the frozen workflow."""
    shown: dict[str, Any] = msgspec.to_builtins(job)
    del shown["workflow"], shown["sweep"], shown["place"], shown["scope"]
    record = shown.pop("record")
    return {**shown, "sweep": bool(job.sweep), **record}
