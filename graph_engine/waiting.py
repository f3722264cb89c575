"""Who waits for whom in a run, and whose result is still needed. It grows where a choice brings in further steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from graph_engine.keys import Recipe
from graph_engine.schedule import ranks


class Waiting:
    """Counts of links. ``recipes`` are those of the run: a step that chose has a narrower one.

    Args:
        recipes: of every node that is spoken of.
        order: steps to run, sources first.
        perhaps: steps that run if a lazy input needs them; they count as users of their sources until that is known.
    """

    def __init__(self, recipes: dict[str, Recipe], order: list[str], perhaps: Iterable[str]) -> None:
        self.recipes = recipes
        self.unmet: dict[str, int] = {}
        self.followers: dict[str, list[str]] = {}
        self.ranks: dict[str, int] = {}
        self.uses: dict[str, int] = {}
        self.perhaps = set(perhaps)
        for node in (*self.perhaps, *order):
            self._use(node)
        self.add(order)

    def add(self, order: list[str]) -> list[str]:
        """Steps to run from now on, sources first; gives those that wait for nothing."""
        for node in order:
            self.followers[node] = []
            self.wait(node)
        found = ranks(order, self.unmet, self.followers)
        if len(found) < len(order):
            for node in order:
                found.setdefault(node, len(found))  # what waits for a step outside of these
        first = len(self.ranks)
        self.ranks.update({node: first + rank for node, rank in found.items()} if first else found)
        return [node for node in order if not self.unmet[node]]

    def wait(self, node: str) -> int:
        """Let a step wait for those of its sources that are not done; gives how many they are."""
        recipe, followers, unmet = self.recipes[node], self.followers, 0
        for source in recipe.feeders if not recipe.undecided else dict.fromkeys([source for _, source, _ in recipe.sure]):
            if (behind := followers.get(source)) is not None:
                behind.append(node)
                unmet += 1
        self.unmet[node] = unmet
        return unmet

    def done(self, node: str) -> tuple[list[str], list[str]]:
        """A step is done; gives the sources that nobody needs any more, and the steps that wait for nothing more."""
        feeders, met, free = self.recipes[node].feeders, [], []
        if self.perhaps:
            free = self._free(feeders)
        else:
            uses = self.uses
            for source in feeders:
                left = uses[source] = uses[source] - 1
                if not left:
                    free.append(source)
        unmet = self.unmet
        for follower in self.followers.pop(node, ()):
            left = unmet[follower] = unmet[follower] - 1
            if not left:
                met.append(follower)
        return free, met

    def narrow(self, node: str, recipe: Recipe) -> list[str]:
        """A step chose what it needs; gives the sources that nobody needs any more."""
        before = {source for _, source, _ in self.recipes[node].sources}
        self.recipes[node] = recipe
        return self._free(before - {source for _, source, _ in recipe.sources})

    def wanted(self, node: str, found: Callable[[str], bool]) -> list[str]:
        """The steps that now run since a step chose them, sources first. ``found`` tells whether a result is there, and fetches it."""
        order: list[str] = []
        opened: set[str] = set()
        waiting = self._sources(node)
        while waiting:
            step = waiting[-1]
            if step in opened or step in self.followers or found(step):
                waiting.pop()
                if step in opened and step not in order:
                    order.append(step)
                continue
            if step in self.perhaps:
                self.perhaps.discard(step)
            else:
                self._use(step)
            opened.add(step)
            waiting += self._sources(step)
        return order

    def _sources(self, node: str) -> list[str]:
        return [source for _, source, _ in reversed(self.recipes[node].sure)]

    def _use(self, node: str) -> None:
        for source in self.recipes[node].feeders:
            self.uses[source] = self.uses.get(source, 0) + 1

    def _free(self, sources: Iterable[str]) -> list[str]:
        free, waiting = [], list(sources)
        while waiting:
            source = waiting.pop()
            self.uses[source] -= 1
            if not self.uses[source]:
                free.append(source)
                if source in self.perhaps:  # it never runs: what fed it is let go too
                    self.perhaps.discard(source)
                    waiting += self.recipes[source].feeders
        return free
