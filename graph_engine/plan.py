"""What a run will do before it does it: for every node cached (where) or to run (why), with what it is likely to cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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

    @property
    def runs(self) -> tuple[PlannedStep, ...]:
        return tuple(step for step in self.steps if step.state == "run")


class Prepared(msgspec.Struct, frozen=True):
    """What planning and running share: the keys of all that the targets need, and where the walk back from the targets ended."""

    targets: tuple[str, ...]
    made: Keys
    to_run: frozenset[str]
    held: frozenset[str]  # nodes whose results are taken from the cache; what feeds only them is not looked at


def prepared(
    graph: Graph, types: Mapping[str, NodeType], cache: Cache, targets: tuple[str, ...], digests: Callable[[str], str]
) -> Prepared:
    """Walk back from the targets, stopping at what the cache holds. The graph has no errors."""
    made = keys(graph, types, digests, graph.upstream(targets))
    to_run: set[str] = set()
    held: set[str] = set()
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if node in to_run or node in held:
            continue
        if not types[graph.nodes[node].type].effect and cache.where(made.keys[node]):
            held.add(node)
        else:
            to_run.add(node)
            waiting.extend(link.source for link in graph.into(node))
    return Prepared(targets, made, frozenset(to_run), frozenset(held))


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
    for node in ready.made.keys:
        if node in ready.to_run:
            cost = known.cost(graph.nodes[node].type)
            reason = why(node, ready, types[graph.nodes[node].type], known, scope)
            steps.append(PlannedStep(node, "run", reason, cost.seconds if cost else None, cost.bytes if cost else None))
        elif node in ready.held:
            steps.append(PlannedStep(node, cache.where(ready.made.keys[node])))
    return Plan(wanted, tuple(steps), problems, sum(step.seconds or 0.0 for step in steps))


def why(node: str, ready: Prepared, node_type: NodeType, history: History, scope: str) -> str:
    """Why a node runs, in a few words: the nearest cause."""
    now, before = ready.made.facts[node], history.last(scope, node)
    if before is None:
        return "acts on the world" if node_type.effect else "never ran"
    if changed := _change(before, now):
        return changed
    for _, source, _ in now.sources:
        if source in ready.to_run:
            return f"its source {source} runs"
        if history.last_key(scope, source) != ready.made.keys[source]:
            return f"its source {source} changed"
    return "acts on the world" if node_type.effect else "its result is no longer held"


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
