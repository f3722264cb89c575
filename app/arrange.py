"""Places for nodes that have none, as in a workflow that was written by hand: in columns, by what they need."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from graph_engine.declaration import NodeType, Text
from graph_engine.graph import Graph
from graph_engine.workflow import Workflow

COLUMN, GAP = 272.0, 24.0
HEADER, ROW, BLOCK = 40.0, 24.0, 64.0
PICTURE = 208.0
"""What a node grows by when it shows what it gave."""
SHOWN = ("Image", "Mask")


def with_places(workflow: Workflow, types: Mapping[str, NodeType] | None = None) -> Workflow:
    """The workflow with a place for every node; nodes that lie somewhere stay, the others come below them.

    With the node types nothing covers its neighbor, not even once the pictures are there.
    """
    graph = workflow.graph
    homeless = [node for node in graph.nodes if node not in workflow.layout]
    if not homeless:
        return workflow
    lying = [y + _room(graph, node, types) for node, (_, y) in workflow.layout.items() if node in graph.nodes]
    top = max(lying, default=0.0)
    depths = _depths(graph)
    tops: dict[int, float] = {}
    layout = dict(workflow.layout)
    for node in sorted(homeless, key=lambda name: depths[name]):
        at = tops.get(depths[node], top)
        layout[node] = (depths[node] * COLUMN, at)
        tops[depths[node]] = at + _room(graph, node, types)
    return replace(workflow, layout=layout)


def _room(graph: Graph, node: str, types: Mapping[str, NodeType] | None) -> float:
    known = (types or {}).get(graph.nodes[node].type)
    if known is None:  # it may show a picture, and parameters that nobody has set
        return height_of(graph, node, {}) + ROW * (len(graph.nodes[node].parameters) + 2) + PICTURE + GAP
    return height_of(graph, node, types or {}) + (PICTURE if any(output.type in SHOWN for output in known.outputs) else 0.0) + GAP


def height_of(graph: Graph, node: str, types: Mapping[str, NodeType]) -> float:
    """About how high a node is on the canvas, without a picture."""
    known = types.get(graph.nodes[node].type)
    if known is None:
        return HEADER + ROW * max(len(graph.into(node)), len(graph.out_of(node)), 1)
    rows = max(len(known.inputs), len(known.outputs)) + len(known.parameters)
    blocks = sum(isinstance(parameter.kind, Text) and parameter.kind.multiline for parameter in known.parameters)
    return HEADER + ROW * rows + (BLOCK - ROW) * blocks


def _depths(graph: Graph) -> dict[str, int]:
    """How many links lie before a node on its longest way; in a circle, where counting stops."""
    open_sources = {node: sum(link.source in graph.nodes for link in graph.into(node)) for node in graph.nodes}
    depths = dict.fromkeys(graph.nodes, 0)
    ready = [node for node, count in open_sources.items() if not count]
    while ready:
        node = ready.pop()
        for link in graph.out_of(node):
            if link.target in open_sources:
                depths[link.target] = max(depths[link.target], depths[node] + 1)
                open_sources[link.target] -= 1
                if not open_sources[link.target]:
                    ready.append(link.target)
    return depths
