"""What was set otherwise between two workflows, in the words of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from app.language import tr
from app.wording import label, title_of, value_text
from graph_engine.declaration import NodeType, Parameter, Seed
from graph_engine.graph import Graph, Node
from graph_engine.parameters import seed_value


class Change(NamedTuple):
    """``before`` and ``after`` are values as they are shown; empty for a node that came or went."""

    node: str
    what: str
    before: str = ""
    after: str = ""


def changes(before: Graph, after: Graph, types: Mapping[str, NodeType]) -> list[Change]:
    """Parameters that differ, nodes that came, went or became others, and whether links differ.

    Args:
        before: the flat graph of the one workflow.
        after: that of the other.
    """
    made = [change for node in after.nodes for change in _of_node(node, before, after, types)]
    made += [Change(_title(node, types), tr("went")) for key, node in before.nodes.items() if key not in after.nodes]
    kept = before.nodes.keys() & after.nodes.keys()
    if _links(before, kept) != _links(after, kept):
        made.append(Change(tr("Links"), tr("lead elsewhere")))
    return made


def _of_node(key: str, before: Graph, after: Graph, types: Mapping[str, NodeType]) -> Iterator[Change]:
    node, old = after.nodes[key], before.nodes.get(key)
    title = _title(node, types)
    if old is None:
        yield Change(title, tr("came"))
        return
    if old.type != node.type:
        yield Change(title, tr("took the place of"), _title(old, types))
        return
    known = types.get(node.type)
    for parameter in known.parameters if known else ():
        was, now = _value(old, parameter), _value(node, parameter)
        if was != now:
            yield Change(title, label(parameter), value_text(parameter.kind, was), value_text(parameter.kind, now))
    if old.state != node.state:
        yield Change(title, tr("is"), tr(old.state or "on"), tr(node.state or "on"))


def values_behind(graph: Graph, node: str, types: Mapping[str, NodeType]) -> dict[str, tuple[Any, ...]]:
    """What the parameters of a node and of all that it needs are, by name; the nearest nodes come last."""
    found: dict[str, dict[Any, None]] = {}
    for key in graph.in_order(graph.upstream([node])):
        known = types.get(graph.nodes[key].type)
        for parameter in known.parameters if known else ():
            value = _value(graph.nodes[key], parameter)
            if isinstance(value, str | int | float):
                found.setdefault(parameter.name, {})[value] = None
    return {name: tuple(values) for name, values in found.items()}


def _value(node: Node, parameter: Parameter) -> Any:
    value = node.parameters.get(parameter.name, parameter.default)
    return seed_value(value) if isinstance(parameter.kind, Seed) else value


def _title(node: Node, types: Mapping[str, NodeType]) -> str:
    return title_of(node, types.get(node.type))


def _links(graph: Graph, kept: set[str]) -> set[Any]:
    return {link for link in graph.links if link.source in kept and link.target in kept}
