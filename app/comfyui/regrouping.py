"""What came of the nodes of a sub-graph becomes a group again, with the widgets that its instance showed as parameters.

Groups are made from the flat graph after the mapping, so a node may have gone together with one beyond the border: the meaning stays.
Instances of one sub-graph share a definition where their nodes agree; what differs between them are parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from app.comfyui.building import Built
from app.comfyui.inlining import Instance
from app.grouping import group_refusal, grouped
from graph_engine.declaration import NodeType
from graph_engine.definition import INPUTS, INSTANCE, OUTPUTS, Definition, Exposed
from graph_engine.graph import Graph, Link
from graph_engine.interface import types_with
from graph_engine.workflow import Workflow

LIMIT = 200
"""Instances that become groups: each takes a walk over the whole graph. Of more the nodes stand where the instances stood."""


class Regrouped(NamedTuple):
    """``holders`` says of each node in a group which node of the file's own graph holds it; ``made`` which node an instance became."""

    workflow: Workflow
    holders: Mapping[str, str]
    made: Mapping[str, str]
    notes: tuple[str, ...]


def regrouped(workflow: Workflow, instances: Iterable[Instance], built: Built, types: Mapping[str, NodeType]) -> Regrouped:
    """The workflow with a group for every instance whose nodes can be one, inner ones first."""
    listed = list(instances)
    if len(listed) > LIMIT:
        return Regrouped(workflow, {}, {}, (f"More than {LIMIT} sub-graphs: their nodes stand where they stood.",))
    work = _Regrouping(workflow, built, types)
    for instance in reversed(listed):
        work.group(instance)
    return work.done()


class _Regrouping:
    def __init__(self, workflow: Workflow, built: Built, types: Mapping[str, NodeType]) -> None:
        self._workflow, self._built, self._types = workflow, built, types
        self._next = max((int(key) for key in workflow.graph.nodes), default=0) + 1
        self._held: dict[str, str] = {}
        self._made: dict[str, str] = {}
        self._notes: list[str] = []
        self._known: dict[str, list[str]] = {}  # definitions by the sub-graph that they came of

    def group(self, instance: Instance) -> None:
        members = self._members(instance)
        if not members:
            return
        if refusal := group_refusal(self._workflow, members):
            self._notes.append(f"Sub-graph {instance.title or instance.name}: its nodes stand where it stood. {refusal}")
            return
        key, definition = str(self._next), self._definition_id(instance)
        self._next += 1
        known = {**types_with(self._workflow.definitions, self._types), **self._built.placeholders}
        made = grouped(self._workflow, members, known, definition, key, instance.name or "Group")
        self._workflow = _titled(made, key, instance)
        self._held.update(dict.fromkeys(members, key))
        self._made[instance.id] = key
        self._offer(key, definition, instance)
        self._share(key, definition, instance.type)

    def _definition_id(self, instance: Instance) -> str:
        """The id that the sub-graph has in its own file, so that it is the same in every import; a further form of it gets a number."""
        return _free(re.sub(r"[^A-Za-z0-9_-]+", "_", instance.type)[:60], set(self._workflow.definitions))

    def _members(self, instance: Instance) -> set[str]:
        prefix = f"{instance.id}:"
        nodes = {node for source, nodes in self._built.made.items() if source.startswith(prefix) for node in nodes}
        inner = {node for source, node in self._made.items() if source.startswith(prefix)}
        return (nodes | inner) & self._workflow.graph.nodes.keys()

    def _offer(self, key: str, identity: str, instance: Instance) -> None:
        """Give the group a parameter for every widget that the instance showed, if its value is in one."""
        definition = self._definition(identity)
        parameters = dict(definition.parameters)
        offered = {(exposed.node, exposed.parameter) for exposed in parameters.values()}
        for widget in instance.promoted:
            place = self._built.carried.get(widget)
            if place and place[0] in definition.graph.nodes and place not in offered and not _driven(definition.graph, *place):
                offered.add(place)
                parameters[_free(widget[1], {*parameters, *definition.inputs})] = Exposed(*place)
        self._put(identity, replace(definition, parameters=parameters))

    def _share(self, key: str, identity: str, kind: str) -> None:
        """Let the instance use an earlier definition of the same sub-graph, if only values of parameters differ."""
        mine = self._renumbered(identity)
        for other in self._known.setdefault(kind, []):
            if (differing := _differing(self._definition(other), mine)) is not None:
                self._use(key, other, mine, differing)
                definitions = {name: found for name, found in self._workflow.definitions.items() if name != identity}
                self._workflow = replace(self._workflow, definitions=definitions)
                return
        self._put(identity, mine)
        self._known[kind].append(identity)

    def _use(self, key: str, identity: str, mine: Definition, differing: Iterable[tuple[str, str]]) -> None:
        """Make a node an instance of a definition that differs from its own in some parameters only."""
        theirs = self._definition(identity)
        parameters = dict(theirs.parameters)
        names = {(exposed.node, exposed.parameter): name for name, exposed in parameters.items()}
        for place in [*((exposed.node, exposed.parameter) for exposed in mine.parameters.values()), *differing]:
            if place not in names:
                names[place] = _free(place[1], {*parameters, *theirs.inputs})
                parameters[names[place]] = Exposed(*place)
        self._put(identity, replace(theirs, parameters=parameters))
        values = {names[node, name]: mine.graph.nodes[node].parameters[name] for node, name in differing}
        node = replace(self._workflow.graph.nodes[key], type=INSTANCE + identity, parameters=values)
        exposed = {
            name: replace(found, parameter=names[_inner(mine, found.parameter)]) if found.node == key else found
            for name, found in self._workflow.exposed.items()
        }
        self._workflow = replace(self._workflow, graph=self._workflow.graph.with_node(key, node), exposed=exposed)

    def _renumbered(self, identity: str) -> Definition:
        """The definition with its nodes numbered from 1, so that two of one sub-graph can be compared."""
        found = self._definition(identity)
        names = {key: str(number) for number, key in enumerate(sorted(found.graph.nodes, key=int), 1)} | {INPUTS: INPUTS, OUTPUTS: OUTPUTS}
        links = [Link(names[link.source], link.output, names[link.target], link.input) for link in found.graph.links]
        return replace(
            found,
            graph=Graph({names[key]: node for key, node in found.graph.nodes.items()}, links),
            layout={names[key]: place for key, place in found.layout.items()},
            parameters={name: replace(exposed, node=names[exposed.node]) for name, exposed in found.parameters.items()},
        )

    def _definition(self, identity: str) -> Definition:
        found = self._workflow.definitions[identity]
        assert isinstance(found, Definition)
        return found

    def _put(self, identity: str, definition: Definition) -> None:
        self._workflow = replace(self._workflow, definitions={**self._workflow.definitions, identity: definition})

    def done(self) -> Regrouped:
        return Regrouped(self._workflow, {node: self._outermost(node) for node in self._held}, self._made, tuple(self._notes))

    def _outermost(self, node: str) -> str:
        while node in self._held:
            node = self._held[node]
        return node


def _titled(workflow: Workflow, key: str, instance: Instance) -> Workflow:
    if instance.title in ("", instance.name, instance.type):
        return workflow
    return replace(workflow, graph=workflow.graph.with_node(key, replace(workflow.graph.nodes[key], title=instance.title)))


def _driven(graph: Graph, node: str, parameter: str) -> bool:
    return any(link.input == parameter for link in graph.into(node))


def _inner(definition: Definition, name: str) -> tuple[str, str]:
    exposed = definition.parameters[name]
    return exposed.node, exposed.parameter


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def _differing(one: Definition, other: Definition) -> list[tuple[str, str]] | None:
    """The parameters in which two definitions differ; None where they differ in anything else but places."""
    if set(one.graph.links) != set(other.graph.links) or (one.inputs, one.outputs) != (other.inputs, other.outputs):
        return None
    if one.graph.nodes.keys() != other.graph.nodes.keys():
        return None
    found = []
    for key, node in one.graph.nodes.items():
        mate = other.graph.nodes[key]
        if replace(node, parameters={}) != replace(mate, parameters={}) or node.parameters.keys() != mate.parameters.keys():
            return None
        found += [(key, name) for name, value in node.parameters.items() if mate.parameters[name] != value]
    return found if all(one.graph.nodes[key].unknown == {} for key, _ in found) else None
