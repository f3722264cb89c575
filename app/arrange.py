"""Places for nodes that have none, as in a workflow that was written by hand: in columns, by what they need."""

from __future__ import annotations

from msgspec.structs import replace

from graph_engine.graph import Graph
from graph_engine.workflow import Workflow

COLUMN, ROW = 272.0, 248.0


def with_places(workflow: Workflow) -> Workflow:
    """The workflow with a place for every node; nodes that lie somewhere stay, the others come below them."""
    homeless = [node for node in workflow.graph.nodes if node not in workflow.layout]
    if not homeless:
        return workflow
    top = max((y for _, y in workflow.layout.values()), default=-ROW) + ROW
    depths = _depths(workflow.graph)
    rows: dict[int, int] = {}
    layout = dict(workflow.layout)
    for node in sorted(homeless, key=lambda name: depths[name]):
        row = rows[depths[node]] = rows.get(depths[node], -1) + 1
        layout[node] = (depths[node] * COLUMN, top + row * ROW)
    return replace(workflow, layout=layout)


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
