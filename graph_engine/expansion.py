"""Laying a graph out flat: every instance gives way to what it holds, every loop to its turns, until only plain nodes are left.

A scope is one graph on the way: what flows over its border is known when its nodes are laid out, sources first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

import msgspec

from graph_engine.check import Problem
from graph_engine.declaration import NodeType
from graph_engine.definition import INPUTS, INSTANCE, OUTPUTS, TURN, TURN_LIMIT, TURNS, Definition, Definitions
from graph_engine.graph import BYPASSED, MUTED, Graph, Link, Node

TURN_MARK = re.compile(r"#\d+(?=/)")
"""What a loop's turn adds to the ids of what is in it."""

_encode = msgspec.json.Encoder(order="deterministic").encode

Gives = tuple[tuple[str, str], ...] | None
"""Flat nodes with the outputs that come; None = what would come is muted."""

Values = Mapping[str, Mapping[str, Any]]
"""By node and parameter."""


class Scope(msgspec.Struct, frozen=True):
    """One graph to be laid out. ``owner`` is the file's node that it belongs to; the file's own graph has none, and no border."""

    graph: Graph
    prefix: str = ""
    owner: str = ""
    given: Mapping[str, Gives] = {}  # by input of the border
    typed: Values = {}  # parameters that are set outside
    driven: Mapping[str, Mapping[str, Gives]] = {}  # parameters that are linked outside, by node
    turn: int | None = None

    def comes(self, link: Link) -> str:
        """Which border a link comes over: "inputs", "turn", or none."""
        if not self.owner or link.source != INPUTS:
            return ""
        return TURN if self.turn is not None and link.output == TURN else INPUTS


Made = Mapping[str, Gives] | str | None
"""What became of a node: what each output gives, or the flat node that it is itself, or nothing since it is muted."""


class Expansion:
    """The flat graph while it is made. ``ends``: for what is no flat node by itself, the flat nodes that stand for it as a target."""

    def __init__(self, definitions: Definitions, types: Mapping[str, NodeType]) -> None:
        self.definitions, self.types = definitions, types
        self.nodes: dict[str, Node] = {}
        self.links: list[Link] = []
        self.origin: dict[str, str] = {}
        self.ends: dict[str, tuple[str, ...]] = {}
        self.problems: list[Problem] = []
        self._effects: list[str] = []
        self._names: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._made_in_turns: dict[tuple[object, ...], str] = {}

    def lay_out(self, scope: Scope) -> dict[str, Gives]:
        """Add the nodes of a scope; what its border gives, by output."""
        graph = scope.graph
        order = graph.in_order(graph.nodes)
        made: dict[str, Made] = {}
        for node in graph.nodes:
            self._name(scope, node)
        for node in order:
            made[node] = self._place(scope, node, made)
        for node in graph.nodes.keys() - made.keys():  # on a circle or behind one: kept as they are, so that the check names them
            self._add(scope, node, graph.nodes[node], [(link.input, self._gives(scope, link, made)) for link in graph.into(node)])
        return {link.input: self._gives(scope, link, made) for link in graph.into(OUTPUTS)} if scope.owner else {}

    def _name(self, scope: Scope, node: str) -> str:
        """The flat id. Ids in a file may hold any character, so two ways could spell one id: the later gets a mark."""
        key = scope.prefix, node
        if key not in self._names:
            name = scope.prefix + node
            while name in self._taken:
                name += "'"
            self._names[key] = name
            self._taken.add(name)
        return self._names[key]

    def _gives(self, scope: Scope, link: Link, made: Mapping[str, Made]) -> Gives:
        if scope.comes(link):
            return scope.given.get(link.output, ())
        if link.source not in made:
            return ((self._names.get((scope.prefix, link.source), scope.prefix + link.source), link.output),)
        found = made[link.source]
        if isinstance(found, str):
            return ((found, link.output),)
        return found if found is None else found.get(link.output, ())

    def _place(self, scope: Scope, node: str, made: Mapping[str, Made]) -> Made:
        """Add one node, or what stands for it."""
        known, name = scope.graph.nodes[node], self._name(scope, node)
        if known.state == MUTED:
            self.ends[name] = ()
            return None
        arriving: list[tuple[str, Gives]] = []
        typed = {**known.parameters, **scope.typed.get(node, {})}
        for link in scope.graph.into(node):
            if scope.comes(link) == TURN:
                typed[link.input] = scope.turn
                self._check_turn(name, known, link.input)
            else:
                arriving.append((link.input, self._gives(scope, link, made)))
        if driven := scope.driven.get(node):
            arriving = [(entry, gives) for entry, gives in arriving if entry not in driven] + list(driven.items())
        definition = self.definitions.get(known.type[len(INSTANCE) :]) if known.type.startswith(INSTANCE) else None
        if known.state == BYPASSED:
            return self._passed_on(name, known, arriving, {link.output for link in scope.graph.out_of(node)})
        if isinstance(definition, Definition) and known.type in self.types:
            return self._open(scope, node, definition, typed, arriving)
        if any(gives is None for _, gives in arriving):
            self.ends[name] = ()
            return None
        if typed != known.parameters:
            known = msgspec.structs.replace(known, parameters=typed)
        if same := self._in_an_earlier_turn(name, known, arriving):
            return same
        self._add(scope, node, known, arriving)
        return name

    def _in_an_earlier_turn(self, name: str, known: Node, arriving: list[tuple[str, Gives]]) -> str:
        """What a turn takes and sets as an earlier one did is made there once; what acts on the world acts every turn."""
        node_type = self.types.get(known.type)
        if "#" not in name or node_type is None or node_type.effect:
            return ""
        key = TURN_MARK.sub("", name), _encode(known.parameters), tuple(arriving)
        first = self._made_in_turns.setdefault(key, name)
        return "" if first == name else first

    def _add(self, scope: Scope, node: str, known: Node, arriving: Iterable[tuple[str, Gives]]) -> None:
        name = self._name(scope, node)
        self.nodes[name] = known
        if scope.owner:
            self.origin[name] = scope.owner
        if (node_type := self.types.get(known.type)) and node_type.effect:
            self._effects.append(name)
        for entry, gives in arriving:
            self.links += [Link(source, output, name, entry) for source, output in gives or ()]

    def _check_turn(self, name: str, known: Node, entry: str) -> None:
        node_type = self.types.get(known.type)
        if node_type and not node_type.parameter(entry):
            message = f"the number of the turn drives parameters, got input {entry} of {node_type.title}"
            self.problems.append(Problem(name, entry, message, "put a node between that takes it as a parameter and gives it on"))

    def _passed_on(self, name: str, known: Node, arriving: Iterable[tuple[str, Gives]], used: Collection[str]) -> Made:
        """A bypassed node gives at the n-th output of a type what comes in at its n-th input of that type, or at the first."""
        gives: dict[str, Gives] = {}
        by_entry: dict[str, Gives] = {}
        for entry, came in arriving:
            before = by_entry.get(entry, ())
            by_entry[entry] = None if came is None or before is None else before + came
        node_type = self.types.get(known.type)
        counts: dict[str, int] = {}
        for output in node_type.outputs if node_type else ():
            fitting = _fitting(cast(NodeType, node_type), output.type, by_entry)
            index = counts[output.type] = counts.get(output.type, -1) + 1
            if fitting:
                gives[output.name] = by_entry.get(fitting[index] if index < len(fitting) else fitting[0], ())
            if output.name in used and gives.get(output.name, ()) == ():
                message = f"is bypassed, and nothing of type {output.type} comes in that it could pass on"
                self.problems.append(Problem(name, output.name, message, "let it run, or link what needs it from elsewhere", "warning"))
        self.ends[name] = tuple(_nodes_of(gives.values()))
        return gives

    # instances

    def _open(self, scope: Scope, node: str, definition: Definition, typed: Mapping[str, Any], arriving: list[tuple[str, Gives]]) -> Made:
        """Lay out what an instance holds, once or turn by turn."""
        name = self._name(scope, node)
        given, driven = _sorted_out(definition, arriving)
        inner = Scope(
            definition.graph, f"{name}/", scope.owner or node, given, _led_inside(definition, typed), _led_inside(definition, driven)
        )
        first = len(self._effects)
        gives = self._turns(inner, name, definition, turns_of(definition, typed)) if definition.loop else self.lay_out(inner)
        self.ends[name] = (*dict.fromkeys([*_nodes_of(gives.values()), *self._effects[first:]]),)
        return gives

    def _turns(self, inner: Scope, name: str, definition: Definition, turns: int) -> dict[str, Gives]:
        loop = definition.loop
        assert loop is not None
        gives: dict[str, Gives] = {}
        collected: dict[str, Gives] = dict.fromkeys(loop.collected, ())
        for turn in range(turns):
            given = {**inner.given, **{entry: gives[output] for entry, output in loop.carried.items() if output in gives}}
            gives = self.lay_out(msgspec.structs.replace(inner, prefix=f"{name}#{turn}/", given=given, turn=turn))
            for key, before in collected.items():
                now = gives.get(key, ())
                collected[key] = None if before is None or now is None else before + now
        return {**gives, **collected}


def _fitting(node_type: NodeType, wanted: str, linked: Collection[str]) -> list[str]:
    """Inputs of a type, and parameters that a link of that type drives."""
    inputs = [entry.name for entry in node_type.inputs if entry.type == wanted]
    return inputs + [p.name for p in node_type.parameters if p.name in linked and wanted in node_type.accepted(p.name)]


def _nodes_of(given: Iterable[Gives]) -> dict[str, None]:
    return dict.fromkeys(source for gives in given for source, _ in gives or ())


def _sorted_out(definition: Definition, arriving: Iterable[tuple[str, Gives]]) -> tuple[dict[str, Gives], dict[str, Gives]]:
    """What arrives at an instance's inputs, and at its parameters."""
    given: dict[str, Gives] = {}
    driven: dict[str, Gives] = {}
    for entry, came in arriving:
        part = driven if entry in definition.parameters else given
        before = part.get(entry, ())
        part[entry] = None if came is None or before is None else before + came
    return given, driven


def _led_inside(definition: Definition, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Values by the ids of exposed parameters as values by node and parameter inside."""
    inside: dict[str, dict[str, Any]] = {}
    for key, exposed in definition.parameters.items():
        if key in values:
            inside.setdefault(exposed.node, {})[exposed.parameter] = values[key]
    return inside


def turns_of(definition: Definition, typed: Mapping[str, Any]) -> int:
    """How often a loop goes round; 1 where that breaks its rule, which is a problem of the instance."""
    turns = typed.get(TURNS, definition.loop.turns if definition.loop else 1)
    return turns if isinstance(turns, int) and not isinstance(turns, bool) and 1 <= turns <= TURN_LIMIT else 1


def size_of(definitions: Definitions, types: Mapping[str, NodeType], graph: Graph, limit: int) -> int:
    """How many nodes a graph has once it is flat, instances counted too. Past the limit counting may stop short."""
    looked_at = 0

    def count(graph: Graph, typed: Values) -> int:
        nonlocal looked_at
        looked_at += len(graph.nodes)
        total = len(graph.nodes)
        for identity, node in graph.nodes.items():
            definition = definitions.get(node.type[len(INSTANCE) :]) if node.type.startswith(INSTANCE) else None
            if not isinstance(definition, Definition) or node.type not in types or node.state:
                continue
            if looked_at > limit:
                break
            values = {**node.parameters, **typed.get(identity, {})}
            turns = turns_of(definition, values) if definition.loop else 1
            total += turns * max(1, count(definition.graph, _led_inside(definition, values)))
        return total

    return count(graph, {})
