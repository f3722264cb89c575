"""The steps of a script: what a run of the workflow would call, with what, and where lists go through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from graph_engine.catalogue import Catalogue
from graph_engine.declaration import NodeType
from graph_engine.flatten import Flat
from graph_engine.graph import Node
from graph_engine.keys import Recipe, keys

Output = tuple[str, str]
"""A step and one of its outputs."""


class Step(msgspec.Struct, frozen=True):
    """One call. ``typed`` holds every parameter that no link drives; ``sources`` are inputs with what comes there, in order."""

    key: str
    title: str
    type: NodeType
    typed: Mapping[str, Any]
    sources: tuple[tuple[str, Output], ...]
    undecided: bool  # the run tells which of its lazy inputs it needs

    def into(self, name: str) -> list[Output]:
        return [source for taken, source in self.sources if taken == name]


Steps = dict[str, Step]


def steps_of(flat: Flat, catalogue: Catalogue, targets: Iterable[str]) -> Steps:
    """What the targets need, sources first; sides that are not chosen are left out."""
    graph = flat.graph
    recipes = keys(graph, catalogue, lambda text: "", targets).recipes
    found: Steps = {}
    waiting = list(targets)
    while waiting:
        key = waiting.pop()
        if key not in found:
            node = graph.nodes[key]
            found[key] = _step(key, node, recipes[key])
            waiting += [source for _, (source, _) in found[key].sources]
    return {key: found[key] for key in graph.in_order(found)}


def _step(key: str, node: Node, recipe: Recipe) -> Step:
    sources = tuple((taken, (source, output)) for taken, source, output in recipe.sources)
    return Step(key, node.title, recipe.node_type, recipe.arguments, sources, recipe.undecided)


class Lists:
    """Which outputs are lists. ``origin`` tells of two lists whether they are equally long for sure: it is the same then."""

    def __init__(self, steps: Steps) -> None:
        self.origin: dict[Output, Output] = {}
        for step in steps.values():
            self._follow(step)

    def __contains__(self, output: Output) -> bool:
        return output in self.origin

    def mapped(self, step: Step) -> list[Output]:
        """The lists whose items a step is called with one by one, each once."""
        whole = step.type.takes_lists
        return list(dict.fromkeys(source for taken, source in step.sources if taken not in whole and source in self.origin))

    def in_step(self, lists: Iterable[Output]) -> bool:
        """Whether lists are equally long for sure."""
        return len({self.origin[each] for each in lists}) == 1

    def _follow(self, step: Step) -> None:
        mapped = self.mapped(step)
        for output in step.type.outputs:
            here = (step.key, output.name)
            if mapped and not output.listed and self.in_step(mapped):
                self.origin[here] = self.origin[mapped[0]]
            elif mapped or output.listed:
                self.origin[here] = here if output.listed else (step.key, "")
