"""Nodes that only ComfyUI's browser side knows (reroutes, primitives, getters) become plain links, and links go past bypassed nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from app.comfyui.source import Nodes, Origin, SourceNode

NOTES = ("Note", "MarkdownNote")
REROUTE = "Reroute"
VIRTUAL = (REROUTE, "GetNode", "SetNode")
PRIMITIVES = {"INT": "PrimitiveInt", "FLOAT": "PrimitiveFloat", "STRING": "PrimitiveString", "BOOLEAN": "PrimitiveBoolean"}
"""Classes with the same value as a primitive that drives several widgets."""


class Resolved(NamedTuple):
    """Plain nodes and links; ``became`` says of each node that is gone what became of it."""

    nodes: Nodes
    notes: tuple[SourceNode, ...]
    became: Mapping[str, str]


def resolved(nodes: Nodes) -> Resolved:
    """The nodes that do something, linked directly."""
    ways = _Ways(nodes)
    became: dict[str, str] = {}
    kept: dict[str, SourceNode] = {}
    for node in nodes.values():
        if node.type in NOTES:
            continue
        if node.type in VIRTUAL:
            became[node.id] = "became direct links"
        else:
            links = {name: real for name, origin in node.links.items() if (real := ways.real(origin))}
            kept[node.id] = replace(node, links=links)
    plain, primitives = _without_primitives(kept)
    return Resolved(plain, tuple(node for node in nodes.values() if node.type in NOTES), {**became, **primitives})


class _Ways:
    """Follows links through nodes that pass on what they get."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._setters = {_name(node): node.id for node in nodes.values() if node.type == "SetNode"}
        self._known: dict[Origin, Origin | None] = {}

    def real(self, origin: Origin) -> Origin | None:
        """The output that a link really begins at; None where it leads to nothing, or in a circle."""
        walked: list[Origin] = []
        at: Origin | None = origin
        while at is not None and at not in self._known and self._passes_on(at):
            self._known[at] = None  # what is met again goes in a circle
            walked.append(at)
            at = self._next(at)
        found = self._known.get(at, at) if at else None
        self._known.update(dict.fromkeys(walked, found))
        return found

    def _passes_on(self, origin: Origin) -> bool:
        node = self._nodes.get(origin.node)
        return node is None or node.mode == "bypass" or node.type in VIRTUAL

    def _next(self, origin: Origin) -> Origin | None:
        node = self._nodes.get(origin.node)
        if node is None or node.mode == "mute":
            return None
        if node.type == "GetNode":
            setter = self._setters.get(_name(node))
            return Origin(setter, 0) if setter else None
        if node.type in VIRTUAL:
            return next(iter(node.links.values()), None)
        return around(node, origin.slot)


def around(node: SourceNode, slot: int) -> Origin | None:
    """What an output of a bypassed node is: what came into the input of its type, that of the same position first."""
    if slot >= len(node.outputs):
        return None
    kind = node.outputs[slot].type
    fitting = (entry.name for entry in (*node.inputs[slot : slot + 1], *node.inputs) if entry.type == kind)
    return node.links.get(next(fitting, ""))


def _name(node: SourceNode) -> Any:
    value = node.values.get("Constant", node.nameless[0] if node.nameless else "")
    return value if isinstance(value, str) else ""


def _without_primitives(nodes: dict[str, SourceNode]) -> tuple[dict[str, SourceNode], dict[str, str]]:
    """Primitives put their value into the widget that they drive; one that drives several, where a link can, becomes a node."""
    targets: dict[str, list[tuple[str, str]]] = {node.id: [] for node in nodes.values() if node.type == "PrimitiveNode"}
    for node in nodes.values():
        for name, origin in node.links.items():
            if origin.node in targets:
                targets[origin.node].append((node.id, name))
    found, became = dict(nodes), {}
    for identity, ends in targets.items():
        primitive = nodes[identity]
        kind = PRIMITIVES.get(primitive.outputs[0].type) if primitive.outputs else None
        if kind and len(ends) > 1:
            found[identity] = _as_value(primitive, kind)
        else:
            became[identity] = "its value stands where it was used" if ends else "drove nothing: left out"
            del found[identity]
            for target, name in ends:
                found[target] = _with_copied(found[target], name, primitive)
    return found, became


def _saved(primitive: SourceNode) -> tuple[Any, str]:
    """A primitive's value and what becomes of it after each run."""
    saved = [*primitive.values.values(), *primitive.nameless]
    control = saved[1] if len(saved) > 1 else next(iter(primitive.controls.values()), "")
    return (saved[0] if saved else None), control if isinstance(control, str) else ""


def _as_value(primitive: SourceNode, kind: str) -> SourceNode:
    value, control = _saved(primitive)
    return replace(primitive, type=kind, values={"value": value}, nameless=(), controls={"value": control} if control else {})


def _with_copied(node: SourceNode, name: str, primitive: SourceNode) -> SourceNode:
    value, control = _saved(primitive)
    links = {key: origin for key, origin in node.links.items() if key != name}
    controls = {**node.controls, name: control} if control else node.controls
    return replace(node, links=links, values={**node.values, name: value}, controls=controls)
