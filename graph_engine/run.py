"""One run: back from the targets to what is held, then forward through what is left, several steps at a time where they are independent.

Each step is found by its key, else by the content key of what its sources gave, else it runs. A finished step is in the cache before a
step that needs it begins, so nothing that was done is lost when a later one fails, stops or takes the process with it.
"""

from __future__ import annotations

import threading
import time

from graph_engine.cache import Entry
from graph_engine.calling import Given, arguments_of, failure_of, results_of
from graph_engine.choosing import chosen_of
from graph_engine.errors import Failure, Stopped
from graph_engine.events import AnyEvent, Result, RunFinished, RunStarted, StepFailed, StepFinished, StepProgress, StepStarted
from graph_engine.job import Job, Outcome
from graph_engine.keys import Recipe, key_of
from graph_engine.making import Call, Made, Maker
from graph_engine.mapping import Spread, count_of, found_whole, item_of, without_values
from graph_engine.plan import Prepared, prepared, why
from graph_engine.schedule import Schedule, Task
from graph_engine.steps import Step, Steps


class Run:
    """The state of a run. Whatever several threads change is changed under the schedule's lock."""

    def __init__(self, job: Job) -> None:
        self.job, self.cache = job, job.cache
        self._telling = threading.Lock()
        self.ready, self.held = self._frontier()
        self.maker = Maker(job, self.ready.made.recipes)
        self.schedule = Schedule(self._work, lambda step: self.maker.quick(step.recipe), self._crowded, job.stop, job.threads)
        self.steps = Steps(self.ready.made.recipes, self.ready.in_order(self.ready.to_run), self.ready.perhaps)
        self.remembered = job.history.remembered(job.scope)
        self.failures: dict[str, StepFailed] = {}
        self.files: dict[str, tuple[str, ...]] = {}  # what failed steps wrote
        self.spreads: dict[str, Spread] = {}

    def _frontier(self) -> tuple[Prepared, dict[str, tuple[str, Entry]]]:
        """Where the walk back ended, with the entries there. An entry that turns out gone or damaged moves the frontier back."""
        job = self.job
        lost: set[str] = set()
        while True:
            ready = prepared(job.graph, job.catalogue, job.cache, job.targets, job.digests, lost)
            held: dict[str, tuple[str, Entry]] = {}
            for node in ready.in_order(ready.held):
                recipe = ready.made.recipes[node]
                state = job.cache.where(recipe.key)
                if entry := found_whole(job.cache, recipe, recipe.key):
                    held[node] = state or "memory", entry
                else:
                    lost.add(recipe.key)
            if len(held) == len(ready.held):
                return ready, held

    def go(self) -> Outcome:
        began = time.monotonic()
        self.emit(RunStarted(self.job.id, tuple([step.node for step in self.steps.ranked]), tuple(self.held)))
        for node, (state, entry) in self.held.items():
            self._take(self.steps.of(node), state, entry)
        with self.schedule.lock:
            self._begin([step for step in self.steps.ranked if not step.unmet])
        try:
            state = "stopped" if not self.schedule.run() else "failed" if self.failures else "done"
        except Stopped:
            state = "stopped"
        return self._outcome(state, began)

    def _outcome(self, state: str, began: float) -> Outcome:
        """The outcome in the order of the graph, whatever the order in which threads were done."""
        needed = self.job.graph.needed_by(self.job.targets)[1]
        results: dict[str, tuple[Result, ...]] = {}
        notes: dict[str, None] = {}
        files: list[str] = []
        for node in needed:
            if (step := self.steps.by_node.get(node)) and (told := step.told):
                results[node] = told.results
                if told.files:
                    files += told.files
                if told.notes:
                    notes.update(dict.fromkeys(told.notes))
            elif node in self.files:
                files += self.files[node]
        ran = [step.node for step in self.steps.ranked if step.told and step.told.state == "ran"]
        self.job.history.ran(self.job.scope, self.ready.made, results)
        self.job.history.save()
        if self.cache.trouble:
            notes[f"results are not kept on disk: {self.cache.trouble}"] = None
        seconds = time.monotonic() - began
        self.emit(RunFinished(self.job.id, state, seconds, tuple(ran)))
        failures = tuple([self.failures[node] for node in needed if node in self.failures]) if self.failures else ()
        return Outcome(state, seconds, results, tuple(files), failures, ran=tuple(ran), notes=tuple(notes))

    def _crowded(self) -> bool:
        """Whether the results that later steps wait for fill the memory budget: then one thread goes on alone."""
        return self.steps.bytes > self.cache.memory.budget

    def _work(self, task: Task) -> None:
        _, item, step = task
        if item < 0:
            self._step(step)
        else:
            self._item(step, item)

    def _step(self, step: Step) -> None:
        """Find or make one node's result, or begin with its items."""
        if step.recipe.undecided and not self._choose(step):
            return
        node, recipe = step.node, step.recipe
        given = self._given(recipe)
        content_key = key_of(recipe.said, given.digests)
        if not recipe.node_type.effect and (state := self.cache.where(content_key)) and self._found(step, content_key, state):
            return
        self._tell(StepStarted(self.job.id, node, why(node, self.ready, self.remembered)))
        try:
            count = count_of(recipe, given.values)
        except Failure as failure:
            self._fail(failure_of(self.job.id, node, failure))
            return
        if count is not None:
            self._spread(step, Spread(content_key, given, count))
            return
        made = self.maker.make(Call(node, recipe, given, recipe.key, content_key), self.emit, self.schedule.alone)
        if isinstance(made, StepFailed):
            self._fail(made)
            return
        entry, state, seconds = made.entry, made.state, made.entry.seconds
        if state != "ran":
            self.cache.point(recipe.key, content_key)
            seconds = 0.0
        self._finish(step, StepFinished(self.job.id, node, state, seconds, made.results, made.files, entry.notes), entry)

    def _given(self, recipe: Recipe) -> Given:
        """What the sources gave."""
        values, digests = [], []
        for _, source, output in recipe.sources:
            entry = self.steps.by_node[source].entry
            assert entry is not None  # it is let go after the last that takes it
            values.append(entry.values[output])
            digests.append(entry.held[output].digest)
        return Given(values, digests)

    def _found(self, step: Step, content_key: str, state: str) -> bool:
        """Whether the result is held under another key; then the step is done."""
        if (entry := found_whole(self.cache, step.recipe, content_key)) is None:
            return False
        self.cache.point(step.recipe.key, content_key)
        self._take(step, state, entry)
        return True

    def _take(self, step: Step, state: str, entry: Entry) -> None:
        """A step is done with what is held."""
        self._finish(step, StepFinished(self.job.id, step.node, state, 0.0, results_of(entry), notes=entry.notes), entry)

    def _spread(self, step: Step, spread: Spread) -> None:
        """Begin with the items of a step."""
        self.spreads[step.node] = spread
        self.emit(StepProgress(self.job.id, step.node, 0, spread.count))
        if spread.count:
            with self.schedule.lock:
                for number in range(spread.count):
                    self.schedule.add((step.rank, number, step))
        else:
            self._close(step, spread)

    def _item(self, step: Step, number: int) -> None:
        """Find or make what a step gives for one item; the last one ends the step."""
        node, recipe, spread = step.node, step.recipe, self.spreads[step.node]
        given = item_of(recipe, spread.given, number)
        content_key = key_of(recipe.said, given.digests)
        held = None if recipe.node_type.effect else self.cache.find(content_key)
        if held is None:
            call = Call(node, recipe, given, content_key, content_key)
            made = self.maker.make(call, spread.telling(number, self.emit), self.schedule.alone)
        else:
            made = Made(held, results_of(held), state="memory")
        if spread.take(number, made, lambda done: self.emit(StepProgress(self.job.id, node, done, spread.count))):
            self._close(step, spread)

    def _close(self, step: Step, spread: Spread) -> None:
        """All items of a step are done."""
        node, recipe, files = step.node, step.recipe, spread.files
        del self.spreads[node]
        if failed := spread.failure():
            self.files[node] = files
            self._fail(failed)
            return
        entry, results = spread.whole(recipe)
        self.maker.keep(step.recipe.key, without_values(entry), recipe)
        state = "ran" if spread.ran or not spread.count else "memory"
        self._finish(step, StepFinished(self.job.id, node, state, spread.seconds, results, files, entry.notes, spread.ran), entry)

    def _choose(self, step: Step) -> bool:
        """Find out which lazy inputs a step needs; False where it has to wait for what feeds them, or cannot tell."""
        recipe = step.recipe
        sure = recipe.narrowed(())
        given = self._given(sure)
        try:
            count = count_of(sure, given.values)
            items = [given] if count is None else [item_of(sure, given, number) for number in range(count)]
            needed = chosen_of(self.job.catalogue, recipe.node_type, [arguments_of(sure, item.values) for item in items])
        except Exception as error:  # a node is anyone's code: whatever it raises is its own step's failure
            self._fail(failure_of(self.job.id, step.node, error))
            return False
        with self.schedule.lock:
            self.steps.narrow(step, recipe.narrowed(needed))
            self._begin(self.steps.add(self.steps.wanted(step, self._fetched)))
            return not self.steps.wait(step)

    def _fetched(self, step: Step) -> bool:
        """Whether the result of a step that was chosen is there, or in the cache."""
        if step.entry is not None:
            return True
        state = "" if step.recipe.node_type.effect else self.cache.where(step.recipe.key)
        if not state or (entry := found_whole(self.cache, step.recipe, step.recipe.key)) is None:
            return False
        self._take(step, state, entry)
        return True

    def _finish(self, step: Step, told: StepFinished, entry: Entry) -> None:
        """Tell that a step is done, let go what only it needed, and let those begin that waited for it."""
        self._tell(told)
        if self.schedule.alone:
            self._settle(step, told, entry)
        else:
            with self.schedule.lock:
                self._settle(step, told, entry)

    def _settle(self, step: Step, told: StepFinished, entry: Entry) -> None:
        step.told = told
        self.steps.hold(step, entry)
        if step.rank >= 0:
            self._begin(self.steps.done(step))

    def _begin(self, steps: list[Step]) -> None:
        for step in steps:
            self.schedule.add((step.rank, -1, step))

    def emit(self, event: AnyEvent) -> None:
        """Tell of something, in any thread: whoever listens hears one event after the other."""
        with self._telling:
            self.job.emit(event)

    def _tell(self, event: AnyEvent) -> None:
        """The same before and after a node's function, when nothing else speaks if the run's own thread is alone."""
        if self.schedule.alone:
            self.job.emit(event)
        else:
            self.emit(event)

    def _fail(self, failed: StepFailed) -> None:
        self.failures[failed.node] = failed
        self.emit(failed)
