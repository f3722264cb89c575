"""The way in to running a graph: what is asked, and how it ended."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from graph_engine.cache import Cache
from graph_engine.catalogue import Catalogue
from graph_engine.check import check, default_targets, errors
from graph_engine.events import AnyEvent
from graph_engine.files import FileDigests
from graph_engine.graph import Graph
from graph_engine.history import History
from graph_engine.job import Job, Outcome
from graph_engine.run import Run
from graph_engine.schedule import THREADS

__all__ = ["Outcome", "execute"]


def execute(
    graph: Graph,
    catalogue: Catalogue,
    cache: Cache,
    emit: Callable[[AnyEvent], None] = lambda event: None,
    *,
    targets: Iterable[str] | None = None,
    stop: threading.Event | None = None,
    output_folder: Path | None = None,
    workflow: bytes = b"",
    run_id: str = "",
    scope: str = "",
    digests: Callable[[str], str] | None = None,
    history: History | None = None,
    threads: int = THREADS,
) -> Outcome:
    """Run what the targets need (by default `default_targets`).

    Args:
        graph: its seeds are already drawn.
        catalogue: with functions.
        cache: asked and filled.
        emit: called with each event, one at a time, in the thread of the step that it tells of.
        targets: nodes whose results are wanted.
        stop: set from anywhere to end the run at the next report of progress or step.
        output_folder: where nodes with effects write.
        workflow: the workflow file as run, for nodes that embed it.
        run_id: in every event.
        scope: the document, for reasons.
        digests: digest of what a file parameter names.
        history: memory for reasons and costs.
        threads: how many steps may run at once; with 1 the order is that of `RunStarted`.
    """
    wanted = tuple(targets) if targets is not None else default_targets(graph, catalogue)
    problems = tuple(check(graph, catalogue, wanted))
    if errors(problems):
        return Outcome("refused", 0.0, problems=problems)
    job = Job(graph, catalogue, cache, wanted, emit, stop or threading.Event(), digests or FileDigests(), history or History(),
              run_id or uuid.uuid4().hex, scope, output_folder, workflow, threads)  # fmt: skip
    return msgspec.structs.replace(Run(job).go(), problems=problems)
