"""What node types can tell of their results before anything runs, and what they say does not fit.

A node type tells by a function of its own (`node(foretells=…)`): from typed parameters, and from what the nodes before it told, it makes
what its outputs will be, or a stand-in that says enough of them, and raises `Failure` where things do not go together. So a wrong match is
a problem while the graph is wired, in the words that the run would use. What nobody can tell is left to the run.
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from graph_engine.catalogue import Catalogue
from graph_engine.check import Problem
from graph_engine.errors import Failure, MissingModel
from graph_engine.graph import Graph
from graph_engine.keys import Recipe, keys

MOST = 4096
"""Answers that are remembered."""

Told = Mapping[str, Any] | Failure
"""By output what is told of it; nothing where nobody can tell; or what does not fit."""


class Foretelling:
    """Remembers by the nodes' keys what was told, so that a graph that is edited tells of what was touched alone."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, Told] = OrderedDict()

    def problems(self, graph: Graph, catalogue: Catalogue, targets: Iterable[str], digests: Callable[[str], str]) -> list[Problem]:
        """What does not fit in what the targets need. The graph has no errors."""
        problems = []
        for node, recipe, found in self._walk(graph, catalogue, targets, digests):
            if isinstance(found, Failure) and not isinstance(found, MissingModel):
                problems.append(_problem(node, recipe, found))
        return problems

    def told(self, graph: Graph, catalogue: Catalogue, targets: Iterable[str], digests: Callable[[str], str]) -> dict[str, Told]:
        """What each node that the targets need tells of its outputs. The graph has no errors."""
        return {node: found for node, _, found in self._walk(graph, catalogue, targets, digests)}

    def _walk(
        self, graph: Graph, catalogue: Catalogue, targets: Iterable[str], digests: Callable[[str], str]
    ) -> Iterator[tuple[str, Recipe, Told]]:
        """Each node that can tell something, after those that it depends on."""
        wanted = tuple(targets)
        if not any(catalogue.foretells(type_) for type_ in {node.type for node in graph.nodes.values()}):
            return
        made = keys(graph, catalogue, digests, wanted)
        told: dict[str, Told] = {}
        for node in graph.in_order(graph.upstream(wanted)):
            if node not in made.recipes or not (tell := catalogue.foretells(graph.nodes[node].type)):
                continue
            told[node] = self._remembered(tell, made.recipes[node], told)
            yield node, made.recipes[node], told[node]

    def _remembered(self, tell: Callable[..., Any], recipe: Recipe, told: Mapping[str, Told]) -> Told:
        key = recipe.key
        if key in self._told:
            self._told.move_to_end(key)
            return self._told[key]
        found = _told(tell, recipe, told)
        if not isinstance(found, MissingModel):  # it may come without a change of the graph
            self._told[key] = found
        while len(self._told) > MOST:
            self._told.popitem(last=False)
        return found


def _told(tell: Callable[..., Any], recipe: Recipe, told: Mapping[str, Told]) -> Told:
    arguments: dict[str, Any] = {**recipe.arguments}
    for taken, source, output in recipe.sources:
        found = told.get(source)
        arguments[taken] = found.get(output) if isinstance(found, Mapping) else None
    asked = inspect.signature(tell).parameters
    known = {name: value for name, value in arguments.items() if name in asked}
    unknown = [name for name, value in known.items() if value is None and asked[name].default is inspect.Parameter.empty]
    left_out = [name for name, one in asked.items() if name not in known and one.default is inspect.Parameter.empty]
    if left_out or unknown or (getattr(tell, "__node__", None) and any(known.get(taken) is None for taken, _, _ in recipe.sources)):
        return {}  # a node's own function has no way to be told half
    try:
        given = tell(**known)
    except Failure as failure:
        return failure
    except (ValueError, OSError):
        return {}  # the run says it, with all its circumstances
    names = [output.name for output in recipe.node_type.outputs]
    return dict(zip(names, given if len(names) > 1 else (given,), strict=True))


def _problem(node: str, recipe: Recipe, failure: Failure) -> Problem:
    where, _, _ = str(failure).partition(":")
    known = recipe.node_type.input(where) or recipe.node_type.parameter(where)
    return Problem(node, where if known else "", str(failure), failure.remedy)
