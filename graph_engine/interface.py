"""Definitions as node types: inputs, parameters and outputs of an instance, told from what is inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from graph_engine.declaration import Input, NodeType, Output, Parameter
from graph_engine.definition import (
    INPUTS,
    INSTANCE,
    OUTPUTS,
    TURN,
    TURN_LIMIT,
    TURNS,
    Definition,
    Definitions,
    Exposed,
    definition_of,
    held,
)
from graph_engine.graph import Graph, Link, Node
from graph_engine.kinds import Integer, broken_rule

INSIDE = "interface:inputs"
"""The node type of what a definition is given, as it stands inside; `OUTSIDE` of what it gives."""

OUTSIDE = "interface:outputs"
NEW = "+"
"""The end of a border that is no end yet."""

DEPTH_LIMIT = 32
"""How deep definitions may lie in one another."""


def types_with(definitions: Definitions, types: Mapping[str, NodeType]) -> dict[str, NodeType]:
    """The node types and one for every definition that can be used: that is understood and does not hold itself."""
    found = dict(types)
    for identity in in_order(definitions):
        definition = definitions[identity]
        if isinstance(definition, Definition):
            found[INSTANCE + identity] = type_of(identity, definition, found)
    return found


def in_order(definitions: Definitions) -> list[str]:
    """Ids of definitions, those that others use first; what holds itself, or what does, is left out."""
    uses = {identity: [used for used in used_by(definitions, identity) if used in definitions] for identity in definitions}
    users: dict[str, list[str]] = {identity: [] for identity in definitions}
    for identity, used in uses.items():
        for other in used:
            users[other].append(identity)
    unmet = {identity: len(used) for identity, used in uses.items()}
    depth = dict.fromkeys(definitions, 1)
    ready = [identity for identity, count in unmet.items() if not count]
    for identity in ready:  # grows while it is walked
        for user in users[identity]:
            unmet[user] -= 1
            depth[user] = max(depth[user], depth[identity] + 1)
            if not unmet[user]:
                ready.append(user)
    return [identity for identity in ready if depth[identity] <= DEPTH_LIMIT]


def used_by(definitions: Definitions, identity: str) -> tuple[str, ...]:
    """Ids of the definitions that instances in a definition name, each once."""
    definition = definitions.get(identity)
    if not isinstance(definition, Definition):
        return ()
    return tuple(dict.fromkeys(used for node in definition.graph.nodes.values() if (used := definition_of(node.type))))


def way_back(definitions: Definitions, start: str, end: str) -> list[str]:
    """A way from one definition to another through what they hold, both included; empty where there is none."""
    came: dict[str, str] = {start: ""}
    waiting = [start]
    for identity in waiting:  # grows while it is walked
        if identity == end:
            return _walked(came, end)
        for used in used_by(definitions, identity):
            if used not in came:
                came[used] = identity
                waiting.append(used)
    return []


def _walked(came: Mapping[str, str], end: str) -> list[str]:
    way = [end]
    while before := came[way[-1]]:
        way.append(before)
    return way[::-1]


def unusable(definitions: Definitions, identity: str) -> str:
    """Why a definition makes no node type, in one sentence; empty where it does."""
    found = definitions.get(identity)
    if found is None:
        return f"its definition {identity!r} is not in this file"
    if not isinstance(found, Definition):
        return f"its definition {identity!r} is of a form that this program does not know: {found.reason}"
    for used in used_by(definitions, identity):
        if way := way_back(definitions, used, identity):
            return "a definition must not hold itself: " + " → ".join(_name(definitions, step) for step in (identity, *way))
    return f"definitions must lie at most {DEPTH_LIMIT} deep in one another, and hold none that holds itself"


def would_hold_itself(definitions: Definitions, outer: str, inner: str) -> str:
    """Why an instance of ``inner`` cannot be put into ``outer``, in one sentence; empty where it can."""
    way = way_back(definitions, inner, outer)
    return "a definition must not hold itself: " + " → ".join(_name(definitions, step) for step in (outer, *way)) if way else ""


def _name(definitions: Definitions, identity: str) -> str:
    found = definitions.get(identity)
    return (found.name if isinstance(found, Definition) else "") or identity


def type_of(identity: str, definition: Definition, types: Mapping[str, NodeType]) -> NodeType:
    """The node type of a definition. ``types`` holds those of the definitions inside."""
    summary, _, more = definition.help.strip().partition("\n")
    count = len(definition.graph.nodes)
    return NodeType(
        id=INSTANCE + identity,
        version=1,
        title=definition.name or "Group",
        section="group",
        summary=summary or f"A group of {count} node{'' if count == 1 else 's'}.",
        help=more.strip(),
        inputs=tuple(_input(definition, key, types) for key in definition.inputs),
        parameters=tuple(_parameters(definition, types)),
        outputs=tuple(_output(definition, key, types) for key in definition.outputs),
        effect=any((known := types.get(node.type)) and known.effect for node in definition.graph.nodes.values()),
    )


def _input(definition: Definition, key: str, types: Mapping[str, NodeType]) -> Input:
    """An input is required, or takes many links or lists, as what it leads to inside."""
    end = definition.inputs[key]
    leads = list(_led_to(definition, key, types))
    inner = [lead for lead in leads if lead is not None]
    alike = bool(leads) and len(inner) == len(leads)
    return Input(
        key, end.type, end.help, any(lead.required for lead in inner), alike and all(lead.many for lead in inner), end.name,
        alike and all(lead.whole for lead in inner), alike and all(lead.lazy for lead in inner),
    )  # fmt: skip


def _output(definition: Definition, key: str, types: Mapping[str, NodeType]) -> Output:
    """An output gives a list where what makes it inside does."""
    end, graph = definition.outputs[key], definition.graph
    made = (output_of(types, graph, link) for link in graph.into(OUTPUTS) if link.input == key)
    return Output(key, end.type, end.help, end.name, any(output is not None and output.listed for output in made))


def output_of(types: Mapping[str, NodeType], graph: Graph, link: Link) -> Output | None:
    """The output that a link begins at, if it is known."""
    node = graph.nodes.get(link.source)
    node_type = types.get(node.type) if node else None
    return node_type.output(link.output) if node_type else None


def _led_to(definition: Definition, key: str, types: Mapping[str, NodeType]) -> Iterator[Input | None]:
    for link in definition.graph.out_of(INPUTS):
        if link.output == key:
            node = definition.graph.nodes.get(link.target)
            node_type = types.get(node.type) if node else None
            yield node_type.input(link.input) if node_type else None


def _parameters(definition: Definition, types: Mapping[str, NodeType]) -> Iterator[Parameter]:
    for key, exposed in definition.parameters.items():
        if made := _parameter(definition.graph, key, exposed, types):
            yield made
    if loop := definition.loop:
        kind = Integer(soft=(1, 10), hard=(1, TURN_LIMIT))
        yield Parameter(TURNS, kind, loop.turns, "How many times the loop goes round.", linkable=False)


def _parameter(graph: Graph, key: str, exposed: Exposed, types: Mapping[str, NodeType]) -> Parameter | None:
    """An exposed parameter keeps the kind it has inside; its default is what is set inside."""
    node = graph.nodes.get(exposed.node)
    node_type = types.get(node.type) if node else None
    inner = node_type.parameter(exposed.parameter) if node_type else None
    if node is None or inner is None:
        return None
    value = node.parameters.get(inner.name, inner.default)
    default = inner.default if broken_rule(inner.kind, value) else value
    return msgspec.structs.replace(
        inner, name=key, default=default, help=exposed.help or inner.help, title=exposed.name or ("" if key == inner.name else inner.title)
    )


# how a definition looks inside


def inside(definition: Definition) -> Graph:
    """The graph of a definition with its border as two nodes."""
    return definition.graph.with_nodes({INPUTS: Node(INSIDE), OUTPUTS: Node(OUTSIDE)})


def border_types(definition: Definition, growing: bool = False) -> dict[str, NodeType]:
    """The types of the two nodes that stand for the border of a definition; ``growing`` gives each an end that a new one is made from."""
    given = [Output(key, end.type, end.help, title=end.name) for key, end in definition.inputs.items()]
    if definition.loop:
        given.append(Output(TURN, "Integer", "Which turn of the loop this is; the first is 0."))
    taken = [Input(key, end.type, end.help, False, title=end.name) for key, end in definition.outputs.items()]
    if growing:
        given.append(Output(NEW, "", "Link it to an input or parameter inside: the group gets an input for that.", title="New input"))
        taken.append(Input(NEW, "", "Link an output inside to it: the group gives that too.", False, title="New output"))
    return {
        INSIDE: NodeType(INSIDE, 1, "Inputs", "group", "What an instance of this group is given.", "", (), (), tuple(given)),
        OUTSIDE: NodeType(OUTSIDE, 1, "Outputs", "group", "What an instance of this group gives.", "", tuple(taken), (), ()),
    }


def in_use(definitions: Definitions, graph: Graph) -> set[str]:
    """Ids of the definitions that the instances in a graph need, directly or through others."""
    waiting = list(_named(graph.nodes.values()))
    found: set[str] = set()
    while waiting:
        identity = waiting.pop()
        if identity not in found:
            found.add(identity)
            waiting.extend(used_by(definitions, identity))
    return found


def _named(nodes: Iterable[Node]) -> Iterator[str]:
    return (identity for node in nodes if (identity := definition_of(node.type)))


__all__ = [
    "DEPTH_LIMIT", "INSIDE", "NEW", "OUTSIDE", "border_types", "held", "in_order", "in_use", "inside", "type_of", "types_with", "unusable",
    "used_by", "way_back", "would_hold_itself",
]  # fmt: skip
