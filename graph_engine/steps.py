"""The steps of a run: who waits for whom, and whose result is still needed. They grow where a choice brings in further ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from graph_engine.entry import Entry
from graph_engine.events import StepFinished
from graph_engine.keys import Recipe

Waiter = TypeVar("Waiter")


class Step(msgspec.Struct, eq=False, gc=False):
    """A node in a run. It refers to steps behind it alone, so steps never refer to each other in a circle."""

    node: str
    recipe: Recipe  # of a step that chose: with what it needs
    resource: str  # what it has for itself while it runs, "" = nothing
    rank: int = -1  # its turn if one ran at a time; -1: it does not run
    unmet: int = 0  # steps to run that it waits for
    uses: int = 0  # steps that are to take its result
    followers: list[Step] | None = None  # the steps that wait for it; None: it does not run, or is done
    entry: Entry | None = None  # what it gave, while a step is to take that
    told: StepFinished | None = None  # how it ended


class Steps:
    """Counts of links.

    Args:
        recipes: of every node that is spoken of.
        order: nodes to run, sources first.
        perhaps: nodes that run if a lazy input needs them; they count as users of their sources until that is known.
    """

    def __init__(self, recipes: Mapping[str, Recipe], order: list[str], perhaps: Iterable[str]) -> None:
        self._recipes = recipes
        self.by_node: dict[str, Step] = {}
        self.ranked: list[Step] = []
        """Those that run, by rank."""
        self.bytes = 0
        """Of the results that later steps are to take."""
        self._perhaps = set(perhaps)
        for node in (*self._perhaps, *order):
            self._use(self.of(node))
        self.add(order)

    def of(self, node: str) -> Step:
        if (step := self.by_node.get(node)) is None:
            recipe = self._recipes[node]
            step = self.by_node[node] = Step(node, recipe, recipe.node_type.resource)
        return step

    def add(self, order: list[str]) -> list[Step]:
        """Nodes to run from now on, sources first; gives the steps that wait for nothing."""
        new = [self.of(node) for node in order]
        for step in new:
            step.followers = []
            self.wait(step)
        ranked = turns({step: step.unmet for step in new}, lambda step: step.followers or ())
        if len(ranked) < len(new):
            ranked = list(dict.fromkeys([*ranked, *new]))  # what waits for a step outside of these
        for step in ranked:
            step.rank = len(self.ranked)
            self.ranked.append(step)
        return [step for step in new if not step.unmet]

    def wait(self, step: Step) -> int:
        """Let a step wait for those of its sources that are not done; gives how many they are."""
        recipe, unmet = step.recipe, 0
        for source in recipe.feeders if not recipe.undecided else dict.fromkeys([source for _, source, _ in recipe.sure]):
            if (found := self.by_node.get(source)) and found.followers is not None:
                found.followers.append(step)
                unmet += 1
        step.unmet = unmet
        return unmet

    def hold(self, step: Step, entry: Entry) -> None:
        """Keep what a step gave while others are to take it; the cache holds on to it as its budget allows."""
        if step.uses:
            step.entry = entry
            self.bytes += entry.size

    def done(self, step: Step) -> list[Step]:
        """A step is done: what only it was to take is let go. Gives the steps that wait for nothing more."""
        self._release(step.recipe.feeders)
        met = []
        for follower in step.followers or ():
            follower.unmet -= 1
            if not follower.unmet:
                met.append(follower)
        step.followers = None
        return met

    def narrow(self, step: Step, recipe: Recipe) -> None:
        """A step chose what it needs: what only it might have taken is let go."""
        before = {source for _, source, _ in step.recipe.sources}
        step.recipe = recipe
        self._release(before.difference([source for _, source, _ in recipe.sources]))

    def wanted(self, chooser: Step, found: Callable[[Step], bool]) -> list[str]:
        """The nodes that now run since a step chose them, sources first. ``found`` tells whether a result is there, and fetches it."""
        order: list[str] = []
        opened: set[str] = set()
        waiting = self._sources(chooser)
        while waiting:
            node = waiting[-1]
            step = self.of(node)
            if node in opened or step.followers is not None or found(step):
                waiting.pop()
                if node in opened and node not in order:
                    order.append(node)
                continue
            if node in self._perhaps:
                self._perhaps.discard(node)
            else:
                self._use(step)
            opened.add(node)
            waiting += self._sources(step)
        return order

    def _sources(self, step: Step) -> list[str]:
        return [source for _, source, _ in reversed(step.recipe.sure)]

    def _use(self, step: Step) -> None:
        for source in step.recipe.feeders:
            self.of(source).uses += 1

    def _release(self, sources: Iterable[str]) -> None:
        """One step less is to take the results of these nodes."""
        waiting = list(sources)
        for source in waiting:  # grows while it is walked
            step = self.by_node[source]
            step.uses -= 1
            if step.uses:
                continue
            if step.entry is not None:
                self.bytes -= step.entry.size
                step.entry = None
            if source in self._perhaps:  # it never runs: nor does it take anything
                self._perhaps.discard(source)
                waiting += step.recipe.feeders


def turns(unmet: Mapping[Waiter, int], followers: Callable[[Waiter], Sequence[Waiter]]) -> list[Waiter]:
    """The order in which they go one at a time, the newest first: a branch is finished, and its results let go, before the next begins.

    Args:
        unmet: for how many of these each waits.
        followers: which of these wait for one, each once.
    """
    left = dict(unmet)
    waiting = [one for one, count in left.items() if not count][::-1]
    found = []
    while waiting:
        one = waiting.pop()
        found.append(one)
        for follower in reversed(followers(one)):
            left[follower] -= 1
            if not left[follower]:
                waiting.append(follower)
    return found
