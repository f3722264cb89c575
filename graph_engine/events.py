"""What a run tells the world, as plain data through one callable. Nothing is asked back."""

from __future__ import annotations

from typing import Any

import msgspec

from graph_engine.values import Cells, Pixels


class Event(msgspec.Struct, frozen=True, tag_field="event"):
    run: str  # id of the run


class RunStarted(Event, frozen=True, tag="run_started"):
    steps: tuple[str, ...]  # nodes that will run, in order
    cached: tuple[str, ...]  # nodes whose results are held already


class StepStarted(Event, frozen=True, tag="step_started", gc=False):
    node: str
    reason: str = ""


class StepProgress(Event, frozen=True, tag="step_progress", gc=False):
    """A step that runs once an item counts items; ``part`` is then the share of the running one that is done."""

    node: str
    done: int
    total: int
    note: str = ""
    part: float = 0.0


class StepPreview(Event, frozen=True, tag="step_preview"):
    node: str
    pixels: Pixels


class Result(msgspec.Struct, frozen=True, gc=False):
    """One output of a finished node: what it is, not the value itself. A list has a result for each item, and no looks of its own."""

    output: str
    type: str  # as "Image", or "list[Image]"
    digest: str
    description: str = ""
    pixels: Pixels | None = None
    items: tuple[Result, ...] = ()
    cells: Cells | None = None


class StepFinished(Event, frozen=True, tag="step_finished", gc=False):
    node: str
    state: str  # "ran", "memory" or "disk"
    seconds: float
    results: tuple[Result, ...] = ()
    files: tuple[str, ...] = ()  # paths that the node wrote
    notes: tuple[str, ...] = ()
    items_ran: int = 0  # of a step that runs once an item: how many were not held


class StepFailed(Event, frozen=True, tag="step_failed"):
    """``kind`` is "failed", "missing_model", "out_of_memory" or "bug" (not a `Failure`: ``detail`` holds the traceback)."""

    node: str
    kind: str
    message: str
    remedy: str = ""
    detail: str = ""


class RunFinished(Event, frozen=True, tag="run_finished"):
    state: str  # "done", "failed" or "stopped"; "lost" is said by whoever sees the process of the run die
    seconds: float
    ran: tuple[str, ...] = ()
    summary: dict[str, Any] = {}


AnyEvent = RunStarted | StepStarted | StepProgress | StepPreview | StepFinished | StepFailed | RunFinished
EVENTS = (RunStarted, StepStarted, StepProgress, StepPreview, StepFinished, StepFailed, RunFinished)
