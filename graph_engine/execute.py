"""Running a graph: back from the targets to what is held, then forward through what is left.

Each step is found by its key, else by the content key of what its sources gave, else it runs. Finished steps are in the cache before the next
begins, so nothing that was done is lost when a later step fails, stops or takes the process with it.
"""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from graph_engine.cache import Cache, Entry, entry_of
from graph_engine.catalogue import Catalogue
from graph_engine.check import Problem, check, default_targets, errors
from graph_engine.context import Context
from graph_engine.errors import Failure, Stopped
from graph_engine.events import (
    AnyEvent,
    Result,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepStarted,
)
from graph_engine.graph import Graph
from graph_engine.history import History
from graph_engine.keys import FileDigests, key_of
from graph_engine.parameters import resolved, seeds
from graph_engine.plan import Prepared, prepared, why
from graph_engine.values import value_type_of


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
) -> Outcome:
    """Run what the targets need (by default `default_targets`).

    Args:
        graph: its seeds are already drawn.
        catalogue: with functions.
        cache: asked and filled.
        emit: called with each event, in the thread of the run.
        targets: nodes whose results are wanted.
        stop: set from anywhere to end the run at the next report of progress or step.
        output_folder: where nodes with effects write.
        workflow: the workflow file as run, for nodes that embed it.
        run_id: in every event.
        scope: the document, for reasons.
        digests: digest of what a file parameter names.
        history: memory for reasons and costs.
    """
    wanted = tuple(targets) if targets is not None else default_targets(graph, catalogue)
    problems = tuple(check(graph, catalogue, wanted))
    if errors(problems):
        return Outcome("refused", 0.0, problems=problems)
    ready = prepared(graph, catalogue, cache, wanted, digests or FileDigests())
    run = _Run(graph, catalogue, cache, emit, ready, stop or threading.Event(), history or History(), run_id or uuid.uuid4().hex)
    run.scope, run.output_folder, run.workflow = scope, output_folder, workflow
    return msgspec.structs.replace(run.go(), problems=problems)


class _Run:
    """One run. Results live here only while a later step needs them."""

    def __init__(
        self,
        graph: Graph,
        catalogue: Catalogue,
        cache: Cache,
        emit: Callable[[AnyEvent], None],
        ready: Prepared,
        stop: threading.Event,
        history: History,
        run_id: str,
    ) -> None:
        self.graph, self.catalogue, self.cache, self.emit = graph, catalogue, cache, emit
        self.ready, self.stop, self.history, self.id = ready, stop, history, run_id
        self.scope, self.output_folder, self.workflow = "", None, b""  # type: str, Path | None, bytes
        self.seeds = seeds(graph, catalogue)
        self.entries: dict[str, Entry] = {}
        self.users = {node: len({link.target for link in graph.out_of(node)} & ready.to_run) for node in ready.made.keys}
        self.results: dict[str, tuple[Result, ...]] = {}
        self.files: list[str] = []
        self.notes: list[str] = []
        self.failures: list[StepFailed] = []
        self.ran: list[str] = []

    def go(self) -> Outcome:
        began = time.monotonic()
        order = [node for node in self.ready.made.keys if node in self.ready.to_run]
        self.emit(RunStarted(self.id, tuple(order), tuple(node for node in self.ready.made.keys if node in self.ready.held)))
        state = "done"
        try:
            for node in sorted(self.ready.held):
                self._take_held(node)
            self._run_all(order)
        except Stopped:
            state = "stopped"
        if self.failures and state == "done":
            state = "failed"
        self.history.ran(self.scope, self.ready.made, [*self.results])
        self.history.save()
        seconds = time.monotonic() - began
        self.emit(RunFinished(self.id, state, seconds, tuple(self.ran)))
        return Outcome(state, seconds, self.results, tuple(self.files), tuple(self.failures), ran=tuple(self.ran), notes=tuple(self.notes))

    def _run_all(self, order: list[str]) -> None:
        unmet = {node: sum(link.source in self.ready.to_run for link in self.graph.into(node)) for node in order}
        waiting = deque(node for node in order if not unmet[node])
        while waiting:
            node = waiting.popleft()
            if self.stop.is_set():
                raise Stopped
            if not self._step(node):
                continue
            for link in self.graph.out_of(node):
                if link.target in unmet:
                    unmet[link.target] -= 1
                    if not unmet[link.target]:
                        waiting.append(link.target)

    def _take_held(self, node: str) -> None:
        """Report what the cache holds; if it is gone or damaged by now, make it again."""
        state = self.cache.where(self.ready.made.keys[node])
        entry = self.cache.find(self.ready.made.keys[node])
        if entry is None:
            self._remake(node)
        else:
            self._finish(node, entry, state, 0.0)

    def _remake(self, node: str) -> None:
        """Run a node that was expected in the cache, and before it whatever of its sources is gone too."""
        for link in self.graph.into(node):
            if link.source not in self.entries:
                self.users[link.source] = self.users.get(link.source, 0) + 1
                self._take_held(link.source)
        self._step(node)

    def _step(self, node: str) -> bool:
        """Find or make one node's result; False where it failed."""
        node_type = self.catalogue[self.graph.nodes[node].type]
        facts = self.ready.made.facts[node]
        if any(source not in self.entries for _, source, _ in facts.sources):
            return False  # a source failed
        content_key = key_of(facts, [self.entries[source].held[output].digest for _, source, output in facts.sources])
        if not node_type.effect and (entry := self.cache.find(content_key)):
            self.cache.point(self.ready.made.keys[node], content_key)
            self._finish(node, entry, "memory", 0.0)
            return True
        self.emit(StepStarted(self.id, node, why(node, self.ready, node_type, self.history, self.scope)))
        context = Context(
            node, run=self.id, emit=self.emit, stop=self.stop, output_folder=self.output_folder, workflow=self.workflow, seeds=self.seeds
        )  # fmt: skip
        began = time.monotonic()
        try:
            values = self._call(node, context)
            entry = entry_of(content_key, values, time.monotonic() - began, tuple(context.notes))
        except Stopped:
            raise
        except Exception as error:  # a node is anyone's code: whatever it raises is its own step's failure
            self._fail(node, error)
            return False
        self.ran.append(node)
        self.files += context.files
        if not node_type.effect:
            self.cache.put(self.ready.made.keys[node], entry)
        self.history.took(node_type.id, entry.seconds, entry.size)
        self._finish(node, entry, "ran", entry.seconds, tuple(context.files))
        return True

    def _call(self, node: str, context: Context) -> dict[str, Any]:
        node_type = self.catalogue[self.graph.nodes[node].type]
        arguments = resolved(node_type, self.graph.nodes[node])
        many: dict[str, list[Any]] = {wanted.name: [] for wanted in node_type.inputs if wanted.many}
        for taken, source, output in self.ready.made.facts[node].sources:
            value = self.entries[source].values[output]
            if taken in many:
                many[taken].append(value)
            else:
                arguments[taken] = value
        arguments.update({name: tuple(values) for name, values in many.items()})
        if node_type.takes_context:
            arguments["context"] = context
        returned = self.catalogue.function(node_type.id)(**arguments)
        if not node_type.outputs:
            return {}
        values = returned if hasattr(returned, "_fields") else (returned,)
        return {output.name: value for output, value in zip(node_type.outputs, values, strict=True)}

    def _finish(self, node: str, entry: Entry, state: str, seconds: float, files: tuple[str, ...] = ()) -> None:
        self.results[node] = tuple(
            Result(name, held.type, held.digest, held.description, _looks(entry.values[name])) for name, held in entry.held.items()
        )
        self.notes += [note for note in entry.notes if note not in self.notes]
        self.emit(StepFinished(self.id, node, state, seconds, self.results[node], files, entry.notes))
        if self.users.get(node):
            self.entries[node] = entry
        for source in {source for _, source, _ in self.ready.made.facts[node].sources}:
            self._used(source)

    def _used(self, source: str) -> None:
        """Let a result go after its last use in this run; the cache holds on to it as its budget allows."""
        if source in self.users and source in self.entries:
            self.users[source] -= 1
            if self.users[source] <= 0:
                self.entries.pop(source, None)

    def _fail(self, node: str, error: Exception) -> None:
        failed = StepFailed(
            self.id,
            node,
            _kind(error),
            str(error) or type(error).__name__,
            error.remedy if isinstance(error, Failure) else "",
            "" if isinstance(error, Failure) else "".join(traceback.format_exception(error)),
        )
        self.failures.append(failed)
        self.emit(failed)


def _kind(error: Exception) -> str:
    if isinstance(error, Failure):
        return error.kind
    spoken = str(error).lower()
    memory = isinstance(error, MemoryError) or "out of memory" in spoken or "can't allocate memory" in spoken
    return "out_of_memory" if memory else "bug"


def _looks(value: Any) -> Any:
    pixels = value_type_of(value).pixels
    return pixels(value) if pixels else None
