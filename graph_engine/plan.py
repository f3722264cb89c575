"""What a run will do before it does it: for every node cached (where) or to run (why), with what it is likely to cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

from graph_engine.cache import Cache
from graph_engine.check import Problem, check, default_targets, errors
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph
from graph_engine.history import History
from graph_engine.keys import Keys, NodeFacts, keys


class PlannedStep(msgspec.Struct, frozen=True):
    """``state`` is "memory", "disk" or "run"; a step that runs has a reason, and once its type has run, an estimate."""

    node: str
    state: str
    reason: str = ""
    seconds: float | None = None
    bytes: int | None = None


class Plan(msgspec.Struct, frozen=True):
    targets: tuple[str, ...]
    steps: tuple[PlannedStep, ...]  # sources first
    problems: tuple[Problem, ...]
    seconds: float  # of the steps whose cost is known
    missing: tuple[Problem, ...] = ()  # files that nodes name and that are not there, where somebody has looked

    @property
    def runs(self) -> tuple[PlannedStep, ...]:
        return tuple(step for step in self.steps if step.state == "run")


class Prepared(msgspec.Struct, frozen=True):
    """What planning and running share: the keys of all that the targets need, and where the walk back from the targets ended."""

    targets: tuple[str, ...]
    made: Keys
    order: tuple[str, ...]  # every node that the walk came to, sources first
    to_run: frozenset[str]
    held: frozenset[str]  # nodes whose results are taken from the cache; what feeds only them is not looked at

    def in_order(self, nodes: frozenset[str]) -> list[str]:
        """Some of the nodes that the walk came to, sources first."""
        return [node for node in self.order if node in nodes]


def prepared(
    graph: Graph,
    types: Mapping[str, NodeType],
    cache: Cache,
    targets: tuple[str, ...],
    digests: Callable[[str], str],
    lost: Collection[str] = (),
) -> Prepared:
    """Walk back from the targets, stopping at what the cache holds (but for keys that are ``lost``). The graph has no errors."""
    made = keys(graph, types, digests, targets)
    order: dict[str, None] = {}
    to_run: set[str] = set()
    held: set[str] = set()
    waiting = list(reversed(targets))
    while waiting:
        node = waiting[-1]
        if node in to_run or node in held:  # what feeds it was walked through
            order[node] = None
            waiting.pop()
            continue
        recipe, key = made.recipes[node], made.keys[node]
        if not recipe.node_type.effect and key not in lost and cache.where(key):
            held.add(node)
        else:
            to_run.add(node)
            waiting.extend([source for _, source, _ in reversed(recipe.facts.sources) if source not in to_run and source not in held])
    return Prepared(targets, made, tuple(order), frozenset(to_run), frozenset(held))


def plan(
    graph: Graph,
    types: Mapping[str, NodeType],
    cache: Cache,
    digests: Callable[[str], str],
    *,
    targets: Iterable[str] | None = None,
    history: History | None = None,
    scope: str = "",
) -> Plan:
    """The plan for the targets. A graph with errors has problems and no steps."""
    wanted = tuple(targets) if targets is not None else default_targets(graph, types)
    problems = tuple(check(graph, types, wanted))
    if errors(problems):
        return Plan(wanted, (), problems, 0.0)
    known = history or History()
    ready = prepared(graph, types, cache, wanted, digests)
    steps = []
    for node in ready.in_order(ready.to_run | ready.held):
        if node in ready.held:
            steps.append(PlannedStep(node, cache.where(ready.made.keys[node])))
        else:
            reason = why(node, ready, known, scope)
            cost = known.cost(graph.nodes[node].type)
            steps.append(PlannedStep(node, "run", reason, cost.seconds if cost else None, round(cost.bytes) if cost else None))
    return Plan(wanted, tuple(steps), problems, sum([step.seconds or 0.0 for step in steps]))


def why(node: str, ready: Prepared, history: History, scope: str) -> str:
    """Why a node runs, in a few words: the nearest cause."""
    recipe, before = ready.made.recipes[node], history.last(scope, node)
    if before is None:
        return "acts on the world" if recipe.node_type.effect else "never ran"
    if changed := _change(before.facts, recipe.facts):
        return changed
    for _, source, _ in recipe.facts.sources:
        if source in ready.to_run:
            return f"its source {source} runs"
        last = history.last(scope, source)
        if last is None or last.key != ready.made.keys[source]:
            return f"its source {source} changed"
    return "acts on the world" if recipe.node_type.effect else "its result is no longer held"


def _change(before: NodeFacts, now: NodeFacts) -> str:
    if before.type != now.type:
        return f"was {before.type}, is {now.type}"
    if before.version != now.version:
        return f"version {before.version} became {now.version}"
    for name, value in now.parameters.items():
        if name not in before.parameters:
            return f"{name} is new"
        if (old := before.parameters[name]) != value or type(old) is not type(value):
            return f"{name} changed from {_short(old)} to {_short(value)}"
    for name, digest in now.files.items():
        if before.files.get(name) != digest:
            return f"the file of {name} changed"
    return "is linked otherwise" if before.sources != now.sources else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
