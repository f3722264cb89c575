"""How long the lists of a graph are, as far as that is known before a run, and where lists meet that do not go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from graph_engine.declaration import NodeType
from graph_engine.ends import lines_of
from graph_engine.graph import Graph, Node

Lengths = dict[tuple[str, str], int | None]
"""By node and output, of those that give lists; None where only the run can tell."""


CROSS = "cross them with Combine, or make them equally long"


def unequal_lists(graph: Graph, types: Mapping[str, NodeType]) -> dict[str, tuple[str, str, str]]:
    """Nodes where lists of different lengths meet: the input, what is wrong, what to try. Asked again, it answers from memory."""
    if not _has_lists(graph, types):
        return {}
    held = graph.worked_out.get("lengths")
    if held is None or held[0] is not types:
        held = graph.work_out("lengths", (types, dict(_found(graph, types))))
    return cast(dict[str, tuple[str, str, str]], held[1])


def _has_lists(graph: Graph, types: Mapping[str, NodeType]) -> bool:
    """Whether a node gives a list, or one did that an edit took away."""
    held = graph.worked_out.get("has lists")
    if held is None or held[0] is not types:
        before = graph.since("has lists")
        if before and before.found[0] is types:
            found = before.found[1] or _gives_lists(graph, types, before.nodes)
        else:
            found = _gives_lists(graph, types, graph.nodes)
        held = graph.work_out("has lists", (types, found))
    return bool(held[1])


def _gives_lists(graph: Graph, types: Mapping[str, NodeType], nodes: Iterable[str]) -> bool:
    used = {graph.nodes[key].type for key in nodes if key in graph.nodes}
    return any((known := types.get(name)) and any(output.listed for output in known.outputs) for name in used)


def _found(graph: Graph, types: Mapping[str, NodeType]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    lengths: Lengths = {}
    for key in graph.in_order(graph.nodes):
        node_type = types.get(graph.nodes[key].type)
        if node_type is None:
            continue
        met = {link.input: lengths[link.source, link.output] for link in graph.into(key) if (link.source, link.output) in lengths}
        met = {name: length for name, length in met.items() if name not in node_type.takes_lists}
        known = {name: length for name, length in met.items() if length is not None}
        count = agreed(list(known.values()))
        if count is None:
            yield key, (next(iter(known)), unequal(node_type, known), CROSS)
        driven = {link.input for link in graph.into(key)}
        for output in node_type.outputs:
            if met:
                lengths[key, output.name] = count if len(known) == len(met) and not output.listed else None
            elif output.listed:
                lengths[key, output.name] = _lines(node_type, graph.nodes[key], output.counts_lines, driven)


def _lines(node_type: NodeType, node: Node, name: str, driven: set[str]) -> int | None:
    parameter = node_type.parameter(name)
    text = node.parameters.get(name, parameter.default) if parameter and name not in driven else None
    return len(lines_of(text)) if isinstance(text, str) else None


def agreed(lengths: Sequence[int]) -> int | None:
    """How many items go through where lists of these lengths meet; None where they do not go together."""
    further = set(lengths) - {1}
    return None if len(further) > 1 else min(further, default=1)


def unequal(node_type: NodeType, lengths: dict[str, int]) -> str:
    said = ", ".join(f"{node_type.shown(name)} has {count}" for name, count in lengths.items())
    return f"lists that meet must be equally long, or one item: {said}"
