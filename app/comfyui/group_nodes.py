"""Group nodes, which ComfyUI had before sub-graphs: definitions by name, links by the position of nodes in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from app.comfyui.classes import CLASSES
from app.comfyui.source import INSIDE, Definition, Origin, Slot, SourceNode
from graph_engine.errors import BadWorkflow

PREFIXES = ("workflow>", "workflow/")

ReadNode = Callable[[Any, Mapping[str, Origin], str, Mapping[str, Any]], SourceNode]


def group_definitions(raw: Any, where: str, read_node: ReadNode) -> dict[str, Definition]:
    """The group nodes of a file, under both spellings of the types of their instances.

    Raises:
        BadWorkflow: a definition is not what the form asks for.
    """
    found = {}
    for name, entry in raw.items() if isinstance(raw, dict) else ():
        at = f"{where}: group node {name[:40]}"
        if not isinstance(entry, dict) or not isinstance(entry.get("nodes"), list):
            raise BadWorkflow(f"{at}: must be an object with nodes, got {str(entry)[:60]}")
        definition = _definition(name, entry, at, read_node)
        found.update({f"{prefix}{name}": definition for prefix in PREFIXES})
    return found


def _definition(name: str, entry: Mapping[str, Any], where: str, read_node: ReadNode) -> Definition:
    nodes = [_inner(raw, index, where, read_node) for index, raw in enumerate(entry["nodes"])]
    told = entry.get("links")
    links = [link for link in told if _is_link(link, len(nodes))] if isinstance(told, list) else []
    for source, slot, target, into, *_ in links:
        if into < len(nodes[target].inputs):
            nodes[target] = _linked(nodes[target], nodes[target].inputs[into].name, Origin(str(source), slot))
    inputs = [*_open_inputs(nodes, sockets=True), *_open_inputs(nodes, sockets=False)]
    for position, (index, slot) in enumerate(inputs):
        nodes[index] = _linked(nodes[index], slot.name, Origin(INSIDE, position))
    gives = dict(enumerate(_open_outputs(nodes, links, entry)))
    return Definition(name, {node.id: node for node in nodes}, tuple(slot for _, slot in inputs), gives)


def _inner(raw: Any, index: int, where: str, read_node: ReadNode) -> SourceNode:
    if not isinstance(raw, dict):
        raise BadWorkflow(f"{where}: nodes: each must be an object, got {str(raw)[:60]}")
    return replace(read_node({**raw, "id": index}, {}, where, {}), raw=raw, mode="run")


def _is_link(link: Any, count: int) -> bool:
    """Between two nodes of the group; links that once led outside have no node at one end."""
    numbers = link[:4] if isinstance(link, list) else ()
    whole = len(numbers) == 4 and all(isinstance(part, int) and not isinstance(part, bool) and part >= 0 for part in numbers)
    return whole and link[0] < count and link[2] < count


def _linked(node: SourceNode, name: str, origin: Origin) -> SourceNode:
    return replace(node, links={**node.links, name: origin})


def _open_inputs(nodes: list[SourceNode], sockets: bool) -> Iterator[tuple[int, Slot]]:
    """Inputs that nothing inside feeds, in the order in which instances show them: widgets that became inputs come last."""
    for index, node in enumerate(nodes):
        known = CLASSES.get(node.type)
        for slot in node.inputs:
            is_widget = slot.name in node.values or bool(known and slot.name not in known.sockets)
            if slot.name not in node.links and is_widget is not sockets:
                yield index, slot


def _open_outputs(nodes: list[SourceNode], links: list[Any], entry: Mapping[str, Any]) -> Iterator[Origin]:
    """Outputs that instances show: those used outside, or by nobody inside."""
    inside = {(link[0], link[1]) for link in links}
    external = entry.get("external")
    told = [pair[:2] for pair in external if isinstance(pair, list)] if isinstance(external, list) else []
    outside = {tuple(pair) for pair in told if all(isinstance(part, int) for part in pair)}
    for index, node in enumerate(nodes):
        for slot in range(len(node.outputs)):
            if (index, slot) not in inside or (index, slot) in outside:
                yield Origin(str(index), slot)
