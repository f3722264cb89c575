"""One item of a batch by itself: the same workflow, asked for that item alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Node
from graph_engine.parameters import seed_value
from graph_engine.workflow import Workflow

SEED, COUNT, FIRST = "seed", "count", "first"


def alone(workflow: Workflow, node: str, item: int, types: Mapping[str, NodeType]) -> Workflow:
    """The workflow as it makes only the item of a node's pictures, counted from 0.

    A node with a seed and a count makes a batch: where it also says which is the first of it, that one becomes the first, else
    its seeds follow one another. Nodes inside groups stay as they are.
    """
    graph: Graph = workflow.graph
    for key in sorted(graph.upstream([node])):
        known = types.get(graph.nodes[key].type)
        if known and (changed := _alone(graph.nodes[key], known, item)):
            graph = graph.with_node(key, changed)
    return replace(workflow, graph=graph)


def other_items(ran: Graph, node: str, here: Graph, types: Mapping[str, NodeType]) -> dict[str, dict[str, Any]]:
    """What is to be set beside seeds, by node, so that nodes here make the items that the same ones made in a graph that ran.

    A batch that begins elsewhere begins there; an item from within a batch is made alone.
    """
    found: dict[str, dict[str, Any]] = {}
    for key in sorted(ran.upstream([node]) & here.nodes.keys()):
        known = types.get(here.nodes[key].type)
        if known is None or here.nodes[key].type != ran.nodes[key].type:
            continue
        then, now = _settings(ran.nodes[key], known), _settings(here.nodes[key], known)
        if then.get(FIRST) != now.get(FIRST):
            found[key] = {FIRST: then[FIRST], **({COUNT: 1} if then[FIRST] and then[COUNT] == 1 else {})}
    return found


def _settings(node: Node, known: NodeType) -> dict[str, Any]:
    """What beside the seed says which items of a batch are made; nothing for a node that makes none."""
    if not (known.seeds and known.parameter(COUNT)):
        return {}
    return {name: _value(node, known, name) for name in (COUNT, FIRST) if known.parameter(name)}


def _alone(node: Node, known: NodeType, item: int) -> Node | None:
    settings = _settings(node, known)
    if SEED not in known.seeds or not isinstance(settings.get(COUNT), int) or not item < settings[COUNT]:
        return None
    if FIRST in settings:
        changed = {COUNT: 1, FIRST: settings[FIRST] + item}
    else:
        changed = {COUNT: 1, SEED: {"value": seed_value(_value(node, known, SEED)) + item, "policy": "fixed"}}
    return replace(node, parameters={**node.parameters, **changed})


def _value(node: Node, known: NodeType, name: str) -> Any:
    parameter = known.parameter(name)
    return node.parameters.get(name, parameter.default if parameter else None)
