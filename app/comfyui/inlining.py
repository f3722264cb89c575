"""Instances of sub-graphs and group nodes become what they stand for: one flat graph, ids joined by colons as in ComfyUI's own API form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from app.comfyui.group_nodes import PREFIXES
from app.comfyui.source import INSIDE, Definition, Nodes, Origin, Source, SourceNode
from app.comfyui.widgets import named
from graph_engine.errors import BadWorkflow

NODE_LIMIT = 20_000
NESTING_LIMIT = 16

Driven = Mapping[int, Sequence[tuple[str, str]]]


class Instance(NamedTuple):
    """A sub-graph or group node as it was used: ids of its nodes begin with its own. ``promoted`` are inner widgets that it shows."""

    id: str
    type: str
    name: str
    title: str
    promoted: tuple[tuple[str, str], ...]


class Inlined(NamedTuple):
    nodes: Nodes
    instances: tuple[Instance, ...]


def inlined(source: Source, where: str) -> Inlined:
    """The nodes of a source without instances, and which instances there were, outer ones first.

    Raises:
        BadWorkflow: a definition holds itself, or there are too many nodes once all is written out.
    """
    return _Inlining(source.definitions, where).of(source.nodes)


class _Inlining:
    def __init__(self, definitions: Mapping[str, Definition], where: str) -> None:
        self._definitions, self._where = definitions, where
        self._flat: dict[str, SourceNode] = {}
        self._instances: list[Instance] = []
        self._looked_at = 0
        self._driven: dict[str, Driven] = {}
        self._beyond: dict[str, Mapping[int, Origin]] = {}  # where links go on that begin at an instance, or at the inside of one

    def of(self, nodes: Nodes) -> Inlined:
        self._add(nodes, "", ())
        flat = {key: replace(node, links=self._real_links(node)) for key, node in self._flat.items()}
        return Inlined(flat, tuple(self._instances))

    def _add(self, nodes: Nodes, prefix: str, stack: tuple[str, ...]) -> None:
        if len(stack) > NESTING_LIMIT:
            raise BadWorkflow(f"{self._where}: sub-graphs must nest at most {NESTING_LIMIT} deep, got more")
        self._looked_at += len(nodes)
        if self._looked_at > NODE_LIMIT:
            raise BadWorkflow(f"{self._where}: must have at most {NODE_LIMIT:,} nodes with sub-graphs written out, got more")
        for node in nodes.values():
            identity = prefix + node.id
            links = {name: Origin(prefix + origin.node, origin.slot) for name, origin in node.links.items()}
            placed = replace(node, id=identity, links=links)
            definition = self._definitions.get(node.type)
            if definition is None:
                self._flat[identity] = placed
            elif node.mode == "run":
                self._add_instance(placed, definition, stack)
            else:  # it stays in one piece, for the day when it is turned on
                self._flat[identity] = replace(placed, title=placed.title or definition.name)

    def _add_instance(self, instance: SourceNode, definition: Definition, stack: tuple[str, ...]) -> None:
        if instance.type in stack:
            raise BadWorkflow(f"{self._where}: sub-graph {definition.name[:60]!r} must not hold itself")
        prefix = f"{instance.id}:"
        names = [slot.name for slot in definition.inputs]
        own = {slot.name: position for position, slot in enumerate(instance.inputs)}
        by_position = [slot.name for slot in instance.inputs]
        takes = {}
        for position, name in enumerate(names):
            name = name if name in own else by_position[position] if position < len(by_position) else name
            origin = instance.links.get(name)
            if origin and self._real(origin):  # a link to an open input of the sub-graph around leads to nothing: the value counts
                takes[position] = origin
        self._beyond[prefix + INSIDE] = takes
        self._beyond[instance.id] = {slot: Origin(prefix + origin.node, origin.slot) for slot, origin in definition.gives.items()}
        if instance.type not in self._driven:
            self._driven[instance.type] = _driven(definition.nodes)
        driven = self._driven[instance.type]
        promoted = tuple((prefix + inner, widget) for inner, widget in _promoted(instance, definition, driven))
        self._instances.append(Instance(instance.id, instance.type, definition.name, instance.title, promoted))
        inner = _shifted(_with_instance_values(instance, definition, takes, driven), instance.place)
        self._add(inner, prefix, (*stack, instance.type))

    def _real_links(self, node: SourceNode) -> dict[str, Origin]:
        found = {name: self._real(origin) for name, origin in node.links.items()}
        return {name: origin for name, origin in found.items() if origin}

    def _real(self, origin: Origin | None) -> Origin | None:
        """Where a link begins in the flat graph; None where it leads to nothing, or in a circle."""
        walked = set()
        while origin is not None and origin.node in self._beyond:
            if origin in walked:
                return None
            walked.add(origin)
            origin = self._beyond[origin.node].get(origin.slot)
        return origin


def _promoted(instance: SourceNode, definition: Definition, driven: Driven) -> Iterator[tuple[str, str]]:
    """The inner widgets that an instance shows, by inner node and name."""
    names = [slot.name for slot in definition.inputs]
    for inner, widget in instance.promoted:
        if inner in definition.nodes:
            yield inner, widget
        elif widget in names:
            yield from driven.get(names.index(widget), ())


def _driven(nodes: Nodes) -> dict[int, list[tuple[str, str]]]:
    """The inner inputs that each input of a definition leads to."""
    found: dict[int, list[tuple[str, str]]] = {}
    for identity, node in nodes.items():
        for name, origin in node.links.items():
            if origin.node == INSIDE:
                found.setdefault(origin.slot, []).append((identity, name))
    return found


def _with_instance_values(
    instance: SourceNode, definition: Definition, takes: Mapping[int, Origin], driven: Driven
) -> dict[str, SourceNode]:
    """The nodes of a definition with the values that the instance holds instead of theirs."""
    nodes = dict(definition.nodes)
    saved = instance.raw.get("widgets_values")
    if not isinstance(saved, list) or not saved:
        return nodes
    if instance.type.startswith(PREFIXES):
        return _with_group_values(nodes, saved)
    names = [slot.name for slot in definition.inputs]
    for (inner, widget), value in zip(instance.promoted, saved, strict=False):
        if inner in nodes:
            nodes[inner] = _with_value(nodes[inner], widget, value)
        elif widget in names and names.index(widget) not in takes:
            for identity, name in driven.get(names.index(widget), ()):
                nodes[identity] = _with_value(nodes[identity], name, value)
    return nodes


def _with_value(node: SourceNode, widget: str, value: Any) -> SourceNode:
    """The node with a widget's value set; of an instance within an instance, with its own list of values changed."""
    position = next((place for place, (_, name) in enumerate(node.promoted) if name == widget), None)
    listed = node.raw.get("widgets_values")
    if position is not None and isinstance(listed, list) and node.type.count("-") >= 4:
        listed = [*listed, *[None] * (position + 1 - len(listed))]
        listed[position] = value
        return replace(node, raw={**node.raw, "widgets_values": listed})
    if widget == "control_after_generate":
        return replace(node, controls={name: str(value) for name in node.controls})
    return replace(node, values={**node.values, widget: value})


def _with_group_values(nodes: dict[str, SourceNode], saved: list[Any]) -> dict[str, SourceNode]:
    """An instance of a group node lists the values of all its nodes, one after the other."""
    counts = {key: len(listed) if isinstance(listed := node.raw.get("widgets_values"), list) else 0 for key, node in nodes.items()}
    if sum(counts.values()) != len(saved):
        doubt = f"the group node holds {len(saved)} values where its nodes have {sum(counts.values())}: those of its definition are used"
        return {key: replace(node, doubt=doubt if counts[key] else "") for key, node in nodes.items()}
    start = 0
    for key, node in list(nodes.items()):
        part = saved[start : start + counts[key]]
        start += counts[key]
        found = named(node.type, part, [*node.values])
        if counts[key]:
            nodes[key] = replace(node, values=found.values, controls=found.controls, nameless=found.nameless, doubt=found.doubt)
    return nodes


def _shifted(nodes: Mapping[str, SourceNode], to: tuple[float, float] | None) -> dict[str, SourceNode]:
    """The nodes of a definition, moved to where the instance lies."""
    places = [node.place for node in nodes.values() if node.place]
    if not places or to is None:
        return dict(nodes)
    left, top = min(x for x, _ in places), min(y for _, y in places)
    return {
        key: replace(node, place=(node.place[0] - left + to[0], node.place[1] - top + to[1])) if node.place else node
        for key, node in nodes.items()
    }
