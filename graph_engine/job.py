"""What a run is asked, and how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from graph_engine.cache import Cache
from graph_engine.catalogue import Catalogue
from graph_engine.check import Problem
from graph_engine.events import AnyEvent, Result, StepFailed
from graph_engine.graph import Graph
from graph_engine.history import History


class Outcome(msgspec.Struct, frozen=True):
    """How a run ended. ``state`` is "done", "failed", "stopped" or "refused" (the graph has errors; nothing ran)."""

    state: str
    seconds: float
    results: Mapping[str, tuple[Result, ...]] = {}
    files: tuple[str, ...] = ()
    failures: tuple[StepFailed, ...] = ()
    problems: tuple[Problem, ...] = ()
    ran: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Job(msgspec.Struct, frozen=True):
    """What `execute` was asked."""

    graph: Graph
    catalogue: Catalogue
    cache: Cache
    targets: tuple[str, ...]
    emit: Callable[[AnyEvent], None]
    stop: threading.Event
    digests: Callable[[str], str]
    history: History
    id: str
    scope: str
    output_folder: Path | None
    workflow: bytes
    threads: int
