"""Making one result: a node's function is called, unless another process is just making the same, and the cache gets the entry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import msgspec

from graph_engine.cache import Entry
from graph_engine.calling import Given, Results, called, entry_and_results, failure_of, results_of
from graph_engine.context import Context
from graph_engine.costs import Cost, work_of
from graph_engine.entry import RAM
from graph_engine.errors import Stopped
from graph_engine.events import AnyEvent, StepFailed
from graph_engine.job import Job
from graph_engine.keys import Recipe, files_still_true
from graph_engine.ladder import Ladder
from graph_engine.memory import make_room, peaks_measured, pool_short_of
from graph_engine.parameters import seeds
from graph_engine.values import value_type_of

QUICK_SECONDS = 0.002
"""Steps of a type that take less are not worth waking a thread for, nor asking other processes about."""

FEW = 64
"""One in so many quick steps is remembered."""


class Call(msgspec.Struct, frozen=True, gc=False):
    """What a result is made from, and the keys that it is held under."""

    node: str
    recipe: Recipe
    given: Given
    key: str
    content_key: str


class Made(msgspec.Struct, frozen=True, gc=False):
    """A result; it may also have been made by another thread or process meanwhile."""

    entry: Entry
    results: Results
    files: tuple[str, ...] = ()
    state: str = "ran"  # or "memory" or "disk": it was made elsewhere meanwhile

    @property
    def ran(self) -> bool:
        return self.state == "ran"


class Maker:
    """Makes results for one run, in any number of threads."""

    def __init__(self, job: Job, recipes: Mapping[str, Recipe]) -> None:
        self.job, self._recipes = job, recipes
        self._lock = threading.Lock()
        self._seeds: dict[str, int] | None = None
        self._quick: set[str] = set()
        self._quick_steps = 0
        self._making: dict[str, threading.Lock] = {}

    def quick(self, recipe: Recipe) -> bool:
        """Whether steps of the recipe's type are known to be over at once. That stands for the run: it is asked often."""
        name = recipe.type
        if name in self._quick:
            return True
        cost = self.job.history.cost(name)
        if cost is None or cost.seconds >= QUICK_SECONDS:
            return False
        self._quick.add(name)
        return True

    def make(self, call: Call, emit: Callable[[AnyEvent], None], alone: bool) -> Made | StepFailed:
        """The result of a call, or what went wrong. ``alone``: no other thread makes anything for this run meanwhile.

        Raises:
            Stopped: the run is to end.
        """
        quick = self.quick(call.recipe)
        if call.recipe.node_type.effect or (quick and alone):
            return self._run(call, emit, quick)
        while not (mine := self._begun(call.content_key)):
            pass
        try:
            if call.content_key in self.job.cache.memory and (entry := self.job.cache.find(call.content_key)):
                return Made(entry, results_of(entry), state="memory")
            return self._run(call, emit, quick) if quick else self._in_turn(call, emit)
        finally:
            del self._making[call.content_key]
            mine.release()

    def _begun(self, content_key: str) -> threading.Lock | None:
        """The sole right to make a result, among the threads of this run; None after a wait for the thread that had it."""
        mine = threading.Lock()
        mine.acquire()
        held = self._making.setdefault(content_key, mine)
        if held is mine:
            return mine
        with held:
            return None

    def _in_turn(self, call: Call, emit: Callable[[AnyEvent], None]) -> Made | StepFailed:
        """The result of a call, unless another process is just making it: then that is waited for."""
        with self.job.cache.turn(call.content_key, self.job.stop) as waited:
            if self.job.stop.is_set():
                raise Stopped
            if waited and (entry := self.job.cache.find(call.content_key)):
                return Made(entry, results_of(entry), state="disk")
            return self._run(call, emit, quick=False)

    def keep(self, key: str, entry: Entry, recipe: Recipe) -> None:
        """Give an entry to the cache, unless it is of an effect, or of files that are others by now."""
        node_type = recipe.node_type
        if not node_type.effect and (not node_type.files or files_still_true(recipe, self.job.digests)):
            self.job.cache.put(key, entry)

    def _run(self, call: Call, emit: Callable[[AnyEvent], None], quick: bool) -> Made | StepFailed:
        """Call the function; when memory runs out, again with less, as far as the node can."""
        ladder = Ladder()
        while True:
            try:
                return self._called(call, emit, ladder, quick)
            except Exception as error:  # a node is anyone's code: whatever it raises is its own step's failure
                failed = failure_of(self.job.id, call.node, error)
                if failed.kind != "out_of_memory" or call.recipe.node_type.effect or not ladder.down():
                    return failed
                short = pool_short_of(error)
            make_room(self.job.cache.memory, short == RAM)

    def _called(self, call: Call, emit: Callable[[AnyEvent], None], ladder: Ladder, quick: bool) -> Made:
        """Call the function once, keep what it gives, and remember what it cost."""
        recipe, node_type = call.recipe, call.recipe.node_type
        context = self._context(call.node, emit, ladder) if node_type.takes_context else None
        function = self.job.catalogue.function(node_type.id)
        peaks: dict[str, int] = {}
        began = time.perf_counter()
        if quick:
            values = called(function, recipe, call.given.values, context)
        else:
            with peaks_measured() as peaks:
                values = called(function, recipe, call.given.values, context)
        seconds = time.perf_counter() - began
        notes = ladder.notes() if ladder.let_go else ()
        entry, results = entry_and_results(node_type, call.content_key, values, seconds, (*context.notes, *notes) if context else notes)
        self.keep(call.key, entry, recipe)
        self._quick_steps += quick
        if not quick or self._quick_steps % FEW == 1:
            self._learn(call, entry, peaks)
        return Made(entry, results, tuple(context.files) if context else ())

    def _learn(self, call: Call, entry: Entry, peaks: dict[str, int]) -> None:
        """Remember what a step cost."""
        work = work_of(call.recipe, self._recipes, sum([value_type_of(value).size(value) for value in call.given.values]))
        with self._lock:
            self.job.history.took(call.recipe.node_type.id, Cost(entry.seconds, entry.size, peaks), work)

    def _context(self, node: str, emit: Callable[[AnyEvent], None], ladder: Ladder) -> Context:
        with self._lock:
            if self._seeds is None:
                self._seeds = seeds(self.job.graph, self.job.catalogue, self._recipes)
        return Context(
            node, run=self.job.id, emit=emit, stop=self.job.stop, output_folder=self.job.output_folder,
            workflow=self.job.workflow, seeds=self._seeds, ladder=ladder,
        )  # fmt: skip
