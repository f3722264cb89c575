"""What a run will do before it does it: for every node cached (where) or to run (why), with what it is likely to cost."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

from graph_engine.cache import Cache
from graph_engine.check import Problem, check, default_targets, errors
from graph_engine.costs import Cost, Costs, Work, work_of
from graph_engine.declaration import NodeType
from graph_engine.files import MISSING
from graph_engine.graph import Graph
from graph_engine.history import History
from graph_engine.keys import Keys, NodeFacts, keys
from graph_engine.values import value_types


class PlannedStep(msgspec.Struct, frozen=True, gc=False):
    """``state`` is "memory", "disk", "run", "perhaps" (a choice during the run decides) or "skipped" (a switch takes another side).

    A step that runs has a reason, and once its type has run, an estimate.
    """

    node: str
    state: str
    reason: str = ""
    seconds: float | None = None
    bytes: int | None = None  # that its results will take
    peaks: Mapping[str, int] = {}  # bytes that it will need while it works, by pool ("ram", "gpu")


class Plan(msgspec.Struct, frozen=True):
    targets: tuple[str, ...]
    steps: tuple[PlannedStep, ...]  # sources first
    problems: tuple[Problem, ...]
    seconds: float  # of the steps whose cost is known, one after the other
    missing: tuple[Problem, ...] = ()  # files that are not there, and what files say does not fit, where somebody has looked
    peaks: Mapping[str, int] = {}  # of the step that needs most, by pool

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
    perhaps: tuple[str, ...] = ()  # nodes that run where a choice during the run needs them, sources first

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
    needed = graph.needed_by(targets)[1]
    if not made.choosing and cache.holds_none([recipe.key for recipe in made.recipes.values()]):
        return Prepared(targets, made, tuple(needed), frozenset(needed), frozenset())
    to_run: set[str] = set()
    held: set[str] = set()
    choosing: list[str] = []
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if node in to_run or node in held:
            continue
        recipe = made.recipes[node]
        if not recipe.node_type.effect and recipe.key not in lost and cache.where(recipe.key):
            held.add(node)
        else:
            to_run.add(node)
            if recipe.undecided:
                choosing.append(node)
            waiting += [source for _, source, _ in recipe.sure]
    order = tuple([node for node in needed if node in to_run or node in held])
    perhaps = _perhaps(graph, made, cache, choosing, to_run | held) if choosing else ()
    return Prepared(targets, made, order, frozenset(to_run), frozenset(held), perhaps)


def _perhaps(graph: Graph, made: Keys, cache: Cache, choosing: list[str], sure: set[str]) -> tuple[str, ...]:
    """Nodes behind lazy inputs of which nobody knows yet whether they are needed, as far as the cache does not hold them."""
    found: set[str] = set()
    waiting = choosing.copy()
    while waiting:
        for _, source, _ in made.recipes[waiting.pop()].sources:
            if source in sure or source in found:
                continue
            if made.recipes[source].node_type.effect or not cache.where(made.recipes[source].key):
                found.add(source)
                waiting.append(source)
    return tuple(graph.in_order(found))


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
    forecast, remembered = Forecast(ready, cache, known.costs), known.remembered(scope)
    steps = []
    for node in ready.order:
        if node in ready.held:
            steps.append(PlannedStep(node, cache.where(ready.made.recipes[node].key)))
        elif (cost := forecast.cost(node)) is None:
            steps.append(PlannedStep(node, "run", why(node, ready, remembered)))
        else:
            steps.append(PlannedStep(node, "run", why(node, ready, remembered), cost.seconds, cost.bytes, cost.peaks))
    steps += [PlannedStep(node, "perhaps", "a choice during the run decides") for node in ready.perhaps]
    steps += [PlannedStep(node, "skipped", f"switch {chooser} takes another side") for node, chooser in _skipped(graph, ready).items()]
    peaks = {pool: max([step.peaks.get(pool, 0) for step in steps]) for pool in sorted({pool for step in steps for pool in step.peaks})}
    return Plan(wanted, tuple(steps), problems, sum([step.seconds or 0.0 for step in steps]), peaks=peaks)


class Forecast:
    """What the steps of a plan are likely to cost. Asked for sources first: what a step will give is what the next one works on."""

    def __init__(self, ready: Prepared, cache: Cache, costs: Costs) -> None:
        self._ready, self._cache, self._costs = ready, cache, costs
        self._gives: dict[str, int] = {}
        self._known: dict[tuple[str, Work], Cost | None] = {}

    def cost(self, node: str) -> Cost | None:
        recipes = self._ready.made.recipes
        recipe = recipes[node]
        if self._costs.typical(recipe.node_type.id) is None:
            return None
        work = work_of(recipe, recipes, sum([self._bytes(source) for _, source, _ in recipe.sources]))
        asked = (recipe.node_type.id, work)
        if asked not in self._known:
            self._known[asked] = self._costs.likely(*asked)
        cost = self._known[asked]
        self._gives[node] = cost.bytes if cost else 0
        return cost

    def _bytes(self, node: str) -> int:
        """Bytes that a source gives: as held in memory, else as its type usually does; entries on disk are not opened for it."""
        if node not in self._gives:
            recipe = self._ready.made.recipes[node]
            held = self._cache.memory.size_of(recipe.key)
            usual = self._costs.typical(recipe.type)
            self._gives[node] = held or (usual.bytes if usual else 0)
        return self._gives[node]


def _skipped(graph: Graph, ready: Prepared) -> dict[str, str]:
    """Nodes that feed nothing but sides that were not chosen, each with the node that did not choose it."""
    recipes = ready.made.recipes
    if not ready.made.choosing:
        return {}
    choosers = [node for node in ready.order if recipes[node].node_type.lazy and not recipes[node].undecided]
    used = set(ready.targets)
    waiting = list(ready.targets)
    while waiting:
        sources = {source for _, source, _ in recipes[waiting.pop()].sources} - used
        used |= sources
        waiting += sources
    found: dict[str, str] = {}
    for node in choosers:
        left = graph.upstream([link.source for link in graph.into(node)]) - used - found.keys()
        found.update(dict.fromkeys(graph.in_order(left), node))
    return found


def why(node: str, ready: Prepared, remembered: Mapping[str, NodeFacts]) -> str:
    """Why a node runs, in a few words: the nearest cause. ``remembered`` says what each was made of when it last ran."""
    recipe, before = ready.made.recipes[node], remembered.get(node)
    if before is None:
        return "acts on the world" if recipe.node_type.effect else "never ran"
    if changed := _change(before, recipe):
        return changed
    for _, source, _ in recipe.sources:  # one that runs to give the same again is no reason
        last = remembered.get(source)
        if last is None or last.key != ready.made.recipes[source].key:
            return f"its source {source} {'runs' if source in ready.to_run else 'changed'}"
    if recipe.node_type.effect:
        return "acts on the world"
    return "was evicted: its result is no longer held" if _stored(recipe.node_type) else "is held in memory only, and that was let go"


def _stored(node_type: NodeType) -> bool:
    """Whether results of the type are kept on disk."""
    known = value_types()
    return all(output.type not in known or known[output.type].store for output in node_type.outputs)


def _change(before: NodeFacts, now: NodeFacts) -> str:
    if before.type != now.type:
        return f"was {before.type}, is {now.type}"
    if before.version != now.version:
        return f"version {before.version} became {now.version}"
    for name, value in now.parameters.items():
        if name not in before.parameters:
            return f"{name} is new"
        if (old := before.parameters[name]) != value or type(old) is not type(value):
            return f"{name} changed" if isinstance(value, dict) else f"{name} changed from {_short(old)} to {_short(value)}"
    for name, digest in now.files.items():
        if before.files.get(name) != digest:
            file = os.path.basename(str(now.parameters.get(name, "")))
            return f"the file of {name} {'is missing' if digest == MISSING else 'changed'}: {_short(file)}"
    return "is linked otherwise" if before.sources != now.sources else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
