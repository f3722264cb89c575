"""Running a graph: back from the targets to what is held, then forward through what is left.

Each step is found by its key, else by the content key of what its sources gave, else it runs. Finished steps are in the cache before
the next begins, so nothing that was done is lost when a later step fails, stops or takes the process with it.
"""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from graph_engine.cache import Cache, Entry, entry_of
from graph_engine.catalogue import Catalogue
from graph_engine.check import Problem, check, default_targets, errors
from graph_engine.context import Context
from graph_engine.declaration import NodeType
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
from graph_engine.files import FileDigests
from graph_engine.graph import Graph
from graph_engine.history import History
from graph_engine.keys import Recipe, files_still_true, key_of
from graph_engine.kinds import Number, broken_rule
from graph_engine.parameters import seeds
from graph_engine.plan import Prepared, prepared, why
from graph_engine.values import value_type_of, whole_text


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
    job = _Job(graph, catalogue, cache, wanted, emit, stop or threading.Event(), digests or FileDigests(), history or History(),
               run_id or uuid.uuid4().hex, scope, output_folder, workflow)  # fmt: skip
    return msgspec.structs.replace(_Run(job).go(), problems=problems)


class _Job(msgspec.Struct, frozen=True):
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


class _Run:
    """One run. Results live here only while a later step needs them."""

    def __init__(self, job: _Job) -> None:
        self.job, self.graph, self.cache, self.emit = job, job.graph, job.cache, job.emit
        self.ready, self.held = self._frontier()
        self.recipes, self.keys = self.ready.made.recipes, self.ready.made.keys
        self.uses = self._uses()
        self.entries: dict[str, Entry] = {}
        self.results: dict[str, tuple[Result, ...]] = {}
        self.files: list[str] = []
        self.notes: dict[str, None] = {}
        self.failures: list[StepFailed] = []
        self.ran: list[str] = []
        self._seeds: dict[str, int] | None = None

    def _frontier(self) -> tuple[Prepared, dict[str, tuple[str, Entry]]]:
        """Where the walk back ended, with the entries there. An entry that turns out gone or damaged moves the frontier back."""
        job = self.job
        lost: set[str] = set()
        while True:
            ready = prepared(job.graph, job.catalogue, job.cache, job.targets, job.digests, lost)
            held: dict[str, tuple[str, Entry]] = {}
            for node in ready.in_order(ready.held):
                key = ready.made.keys[node]
                state = job.cache.where(key)
                if entry := job.cache.find(key):
                    held[node] = state or "memory", entry
                else:
                    lost.add(key)
            if len(held) == len(ready.held):
                return ready, held

    def _uses(self) -> dict[str, int]:
        """How many steps still need each node's result."""
        uses: dict[str, int] = {}
        for node in self.ready.to_run:
            for source in {source for _, source, _ in self.recipes[node].facts.sources}:
                uses[source] = uses.get(source, 0) + 1
        return uses

    def go(self) -> Outcome:
        began = time.monotonic()
        order = self.ready.in_order(self.ready.to_run)
        self.emit(RunStarted(self.job.id, tuple(order), tuple(self.held)))
        for node, (state, entry) in self.held.items():
            self._finish(node, entry, _results(entry), state)
        state = "done"
        try:
            self._run_all(order)
            state = "failed" if self.failures else "done"
        except Stopped:
            state = "stopped"
        self.job.history.ran(self.job.scope, self.ready.made, self.results)
        self.job.history.save()
        if self.cache.trouble:
            self.notes[f"results are not kept on disk: {self.cache.trouble}"] = None
        seconds = time.monotonic() - began
        self.emit(RunFinished(self.job.id, state, seconds, tuple(self.ran)))
        return Outcome(state, seconds, self.results, tuple(self.files), tuple(self.failures), ran=tuple(self.ran), notes=tuple(self.notes))

    def _run_all(self, order: list[str]) -> None:
        """Run steps as their sources are met, the newest first: a branch is finished, and its results let go, before the next begins."""
        to_run = self.ready.to_run
        unmet = {node: sum([source in to_run for _, source, _ in self.recipes[node].facts.sources]) for node in order}
        waiting = [node for node in reversed(order) if not unmet[node]]
        while waiting:
            if self.job.stop.is_set():
                raise Stopped
            node = waiting.pop()
            if not self._step(node):
                continue
            met = []
            for link in self.graph.out_of(node):
                if link.target in unmet:
                    unmet[link.target] -= 1
                    if not unmet[link.target]:
                        met.append(link.target)
            waiting.extend(reversed(met))

    def _step(self, node: str) -> bool:
        """Find or make one node's result; False where it failed."""
        recipe, key = self.recipes[node], self.keys[node]
        content_key = key_of(recipe.said, [self.entries[source].held[output].digest for _, source, output in recipe.facts.sources])
        if not recipe.node_type.effect and content_key != key:
            state = self.cache.where(content_key)
            if state and (entry := self.cache.find(content_key)):
                self.cache.point(key, content_key)
                self._finish(node, entry, _results(entry), state)
                return True
        return self._make(node, recipe, content_key)

    def _make(self, node: str, recipe: Recipe, content_key: str) -> bool:
        self.emit(StepStarted(self.job.id, node, why(node, self.ready, self.job.history, self.job.scope)))
        node_type = recipe.node_type
        context = self._context(node) if node_type.takes_context else None
        began = time.perf_counter()
        try:
            values = self._called(node_type, recipe, context)
            entry = entry_of(content_key, values, time.perf_counter() - began, tuple(context.notes) if context else ())
            _check_types(node_type, entry)
            results = _results(entry)
            if not node_type.effect and (not node_type.files or files_still_true(recipe, self.job.digests)):
                self.cache.put(self.keys[node], entry)
        except Exception as error:  # a node is anyone's code: whatever it raises is its own step's failure
            self._fail(node, error)
            return False
        self.ran.append(node)
        self.job.history.took(node_type.id, entry.seconds, entry.size)
        self._finish(node, entry, results, "ran", entry.seconds, tuple(context.files) if context else ())
        return True

    def _context(self, node: str) -> Context:
        if self._seeds is None:
            self._seeds = seeds(self.graph, self.job.catalogue, self.recipes)
        return Context(
            node, run=self.job.id, emit=self.emit, stop=self.job.stop, output_folder=self.job.output_folder,
            workflow=self.job.workflow, seeds=self._seeds,
        )  # fmt: skip

    def _called(self, node_type: NodeType, recipe: Recipe, context: Context | None) -> dict[str, Any]:
        """What the node's function gives for its parameters and for what its sources gave, by output."""
        arguments = recipe.arguments.copy()
        many: dict[str, list[Any]] = {name: [] for name in node_type.many}
        for taken, source, output in recipe.facts.sources:
            value = self.entries[source].values[output]
            if taken in many:
                many[taken].append(value)
                continue
            if parameter := node_type.parameter(taken):
                if rule := broken_rule(parameter.kind, value):
                    raise Failure(f"{taken}: {rule} from node {source}", "link a value that fits")
                value = float(value) if isinstance(parameter.kind, Number) else value
            arguments[taken] = value
        for name, values in many.items():
            arguments[name] = tuple(values)
        if context is not None:
            arguments["context"] = context
        returned = self.job.catalogue.function(node_type.id)(**arguments)
        outputs = node_type.outputs
        if not outputs:
            return {}
        if len(outputs) == 1 and not hasattr(returned, "_fields"):
            return {outputs[0].name: returned}
        return {output.name: value for output, value in zip(outputs, returned, strict=True)}

    def _finish(
        self, node: str, entry: Entry, results: tuple[Result, ...], state: str, seconds: float = 0.0, files: tuple[str, ...] = ()
    ) -> None:
        self.results[node] = results
        for note in entry.notes:
            self.notes[note] = None
        self.files += files
        self.emit(StepFinished(self.job.id, node, state, seconds, results, files, entry.notes))
        if node in self.uses:
            self.entries[node] = entry
        if node in self.ready.to_run:
            self._let_go(self.recipes[node])

    def _let_go(self, recipe: Recipe) -> None:
        """Let results go after their last use in this run; the cache holds on to them as its budget allows."""
        for source in {source for _, source, _ in recipe.facts.sources}:
            self.uses[source] -= 1
            if not self.uses[source]:
                del self.entries[source]

    def _fail(self, node: str, error: Exception) -> None:
        message, remedy, kind = str(error) or type(error).__name__, "", _kind(error)
        if isinstance(error, Failure):
            remedy = error.remedy
        elif kind == "out_of_memory":
            remedy = "use a smaller picture or fewer at a time, or close other programs"
        detail = "" if isinstance(error, Failure) else "".join(traceback.format_exception(error))
        failed = StepFailed(self.job.id, node, kind, whole_text(message), whole_text(remedy), whole_text(detail))
        self.failures.append(failed)
        self.emit(failed)


def _kind(error: Exception) -> str:
    if isinstance(error, Failure):
        return error.kind
    spoken = str(error).lower()
    memory = isinstance(error, MemoryError) or "out of memory" in spoken or "allocate memory" in spoken or "not enough memory" in spoken
    return "out_of_memory" if memory else "bug"


def _check_types(node_type: NodeType, entry: Entry) -> None:
    for output in node_type.outputs:
        if (came := entry.held[output.name].type) != output.type:
            raise TypeError(f"output {output.name}: must be {output.type}, got {came}")


def _results(entry: Entry) -> tuple[Result, ...]:
    return tuple([Result(name, held.type, held.digest, held.description, _looks(entry.values[name])) for name, held in entry.held.items()])


def _looks(value: Any) -> Any:
    pixels = value_type_of(value).pixels
    return pixels(value) if pixels else None
