"""One run: back from the targets to what is held, then forward through what is left, several steps at a time where they are independent.

Each step is found by its key, else by the content key of what its sources gave, else it runs. A finished step is in the cache before a
step that needs it begins, so nothing that was done is lost when a later one fails, stops or takes the process with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from graph_engine.cache import Cache, Entry, entry_of
from graph_engine.calling import called, check_types, failure_of, results_of
from graph_engine.catalogue import Catalogue
from graph_engine.check import Problem
from graph_engine.context import Context
from graph_engine.errors import Stopped
from graph_engine.events import AnyEvent, Result, RunFinished, RunStarted, StepFailed, StepFinished, StepStarted
from graph_engine.graph import Graph
from graph_engine.history import History
from graph_engine.keys import Recipe, files_still_true, key_of
from graph_engine.parameters import seeds
from graph_engine.plan import Prepared, prepared, why
from graph_engine.schedule import Schedule, Task, ranks

QUICK_SECONDS = 0.002
"""Steps of a type that take less are not worth waking a thread for."""


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


class Run:
    """The state of a run. Whatever several threads change is changed under the schedule's lock."""

    def __init__(self, job: Job) -> None:
        self.job, self.cache = job, job.cache
        self.schedule = Schedule(self._work, self._resource, self._quick, self._crowded, job.stop, job.threads)
        self.emit = _one_at_a_time(job.emit)
        self.ready, self.held = self._frontier()
        self.recipes, self.keys = self.ready.made.recipes, self.ready.made.keys
        self.order = self.ready.in_order(self.ready.to_run)
        self.unmet, self.followers = self._links_to_meet()
        self.ranks = ranks(self.order, self.unmet, self.followers)
        self.uses = self._uses()
        self.entries: dict[str, Entry] = {}
        self.holding = 0
        self.finished: dict[str, StepFinished] = {}
        self.failures: dict[str, StepFailed] = {}
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

    def _links_to_meet(self) -> tuple[dict[str, int], dict[str, list[str]]]:
        """For each step how many links come from steps that are still to run, and the steps that wait for it, once a link."""
        unmet = dict.fromkeys(self.order, 0)
        followers: dict[str, list[str]] = {node: [] for node in self.order}
        for node in self.order:
            for _, source, _ in self.recipes[node].facts.sources:
                if source in unmet:
                    unmet[node] += 1
                    followers[source].append(node)
        return unmet, followers

    def _uses(self) -> dict[str, int]:
        """How many steps still need each node's result."""
        uses: dict[str, int] = {}
        for node in self.order:
            for source in {source for _, source, _ in self.recipes[node].facts.sources}:
                uses[source] = uses.get(source, 0) + 1
        return uses

    def go(self) -> Outcome:
        began = time.monotonic()
        self.emit(RunStarted(self.job.id, tuple(sorted(self.order, key=self.ranks.__getitem__)), tuple(self.held)))
        for node, (state, entry) in self.held.items():
            self._finish(node, entry, results_of(entry), state)
        self.schedule.add([(self.ranks[node], -1, node) for node in self.order if not self.unmet[node]])
        try:
            state = "stopped" if not self.schedule.run() else "failed" if self.failures else "done"
        except Stopped:
            state = "stopped"
        return self._outcome(state, began)

    def _outcome(self, state: str, began: float) -> Outcome:
        """The outcome in the order of the graph, whatever the order in which threads were done."""
        told = [self.finished[node] for node in (*self.held, *self.ranks) if node in self.finished]
        results = {event.node: event.results for event in told}
        notes = dict.fromkeys([note for event in told for note in event.notes])
        ran = tuple([event.node for event in told if event.state == "ran"])
        self.job.history.ran(self.job.scope, self.ready.made, results)
        self.job.history.save()
        if self.cache.trouble:
            notes[f"results are not kept on disk: {self.cache.trouble}"] = None
        seconds = time.monotonic() - began
        self.emit(RunFinished(self.job.id, state, seconds, ran))
        failures = tuple([self.failures[node] for node in self.ranks if node in self.failures])
        files = tuple([path for event in told for path in event.files])
        return Outcome(state, seconds, results, files, failures, ran=ran, notes=tuple(notes))

    def _resource(self, node: str) -> str:
        return self.recipes[node].node_type.resource

    def _quick(self, node: str) -> bool:
        cost = self.job.history.cost(self.recipes[node].node_type.id)
        return cost is not None and cost.seconds < QUICK_SECONDS

    def _crowded(self) -> bool:
        """Whether the results that later steps wait for fill the memory budget: then one thread goes on alone."""
        return self.holding > self.cache.memory.budget

    def _work(self, task: Task) -> None:
        """Find or make one node's result."""
        node = task[2]
        recipe, key = self.recipes[node], self.keys[node]
        sources = [(self.entries[source], output) for _, source, output in recipe.facts.sources]
        content_key = key_of(recipe.said, [entry.held[output].digest for entry, output in sources])
        if not recipe.node_type.effect and content_key != key and self._found(node, content_key):
            return
        self._make(node, recipe, content_key, [entry.values[output] for entry, output in sources])

    def _found(self, node: str, content_key: str) -> bool:
        """Finish a step whose sources gave what they gave before: its result is held under their digests."""
        state = self.cache.where(content_key)
        entry = self.cache.find(content_key) if state else None
        if entry is None:
            return False
        self.cache.point(self.keys[node], content_key)
        self._finish(node, entry, results_of(entry), state)
        return True

    def _make(self, node: str, recipe: Recipe, content_key: str, given: list[object]) -> None:
        """Make a result, unless another process is just making it: then wait for that."""
        if recipe.node_type.effect or self._quick(node):
            return self._run(node, recipe, content_key, given)
        with self.cache.turn(content_key, self.job.stop) as waited:
            if self.job.stop.is_set():
                raise Stopped
            if not (waited and self._found(node, content_key)):
                self._run(node, recipe, content_key, given)

    def _run(self, node: str, recipe: Recipe, content_key: str, given: list[object]) -> None:
        self.emit(StepStarted(self.job.id, node, why(node, self.ready, self.job.history, self.job.scope)))
        node_type = recipe.node_type
        context = self._context(node) if node_type.takes_context else None
        began = time.perf_counter()
        try:
            values = called(self.job.catalogue.function(node_type.id), recipe, given, context)
            entry = entry_of(content_key, values, time.perf_counter() - began, tuple(context.notes) if context else ())
            check_types(node_type, entry)
            results = results_of(entry)
            if not node_type.effect and (not node_type.files or files_still_true(recipe, self.job.digests)):
                self.cache.put(self.keys[node], entry)
        except Exception as error:  # a node is anyone's code: whatever it raises is its own step's failure
            self._fail(failure_of(self.job.id, node, error))
            return
        with self.schedule.lock:
            self.job.history.took(node_type.id, entry.seconds, entry.size)
        self._finish(node, entry, results, "ran", entry.seconds, tuple(context.files) if context else ())

    def _context(self, node: str) -> Context:
        with self.schedule.lock:
            if self._seeds is None:
                self._seeds = seeds(self.job.graph, self.job.catalogue, self.recipes)
        return Context(
            node, run=self.job.id, emit=self.emit, stop=self.job.stop, output_folder=self.job.output_folder,
            workflow=self.job.workflow, seeds=self._seeds,
        )  # fmt: skip

    def _finish(
        self, node: str, entry: Entry, results: tuple[Result, ...], state: str, seconds: float = 0.0, files: tuple[str, ...] = ()
    ) -> None:
        """Tell that a step is done, let go what only it needed, and let those begin that waited for it."""
        told = StepFinished(self.job.id, node, state, seconds, results, files, entry.notes)
        self.emit(told)
        with self.schedule.lock:
            self.finished[node] = told
            if node in self.uses:
                self.entries[node] = entry
                self.holding += entry.size
            if node in self.unmet:
                self._let_go(self.recipes[node])
                self._meet(self.followers[node])

    def _meet(self, followers: list[str]) -> None:
        met = []
        for follower in followers:
            self.unmet[follower] -= 1
            if not self.unmet[follower]:
                met.append((self.ranks[follower], -1, follower))
        self.schedule.add(met)

    def _let_go(self, recipe: Recipe) -> None:
        """Let results go after their last use in this run; the cache holds on to them as its budget allows."""
        for source in {source for _, source, _ in recipe.facts.sources}:
            self.uses[source] -= 1
            if not self.uses[source]:
                self.holding -= self.entries.pop(source).size

    def _fail(self, failed: StepFailed) -> None:
        self.failures[failed.node] = failed
        self.emit(failed)


def _one_at_a_time(emit: Callable[[AnyEvent], None]) -> Callable[[AnyEvent], None]:
    """The same for several threads: whoever listens hears one event after the other."""
    lock = threading.Lock()

    def tell(event: AnyEvent) -> None:
        with lock:
            emit(event)

    return tell
