"""What is seen inside a group: a workflow of its own for the panels, put back into the whole after each edit."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from app.arrange import COLUMN, with_places
from graph_engine.definition import INPUTS, OUTPUTS, Definition, definition_of, held
from graph_engine.graph import Graph, Node
from graph_engine.interface import INSIDE, OUTSIDE
from graph_engine.workflow import Workflow

Way = tuple[str, ...]
"""The instances that were stepped into, the outermost first; none is the workflow itself."""

BORDER = {INPUTS: Node(INSIDE), OUTPUTS: Node(OUTSIDE)}


def definition_at(whole: Workflow, way: Way) -> str:
    """The id of the definition that a way ends in; empty where it ends nowhere, or in the workflow itself."""
    graph, identity = whole.graph, ""
    for step in way:
        node = graph.nodes.get(step)
        definition = held(whole.definitions, node.type) if node else None
        if node is None or definition is None:
            return ""
        graph, identity = definition.graph, definition_of(node.type)
    return identity


def open_way(whole: Workflow, way: Way) -> Way:
    """As much of a way as still leads somewhere."""
    while way and not definition_at(whole, way):
        way = way[:-1]
    return way


def seen(whole: Workflow, way: Way) -> Workflow:
    """What lies at the end of a way, as a workflow: the group's border is two nodes, its parameters are what it exposes."""
    definition = whole.definitions.get(definition_at(whole, way)) if way else None
    if not isinstance(definition, Definition):
        return whole
    inner = with_places(Workflow(definition.graph, definition.layout))
    return Workflow(
        definition.graph.with_nodes(BORDER),
        _with_border(inner.layout),
        definition.name,
        definition.help,
        definition.parameters,
        unknown_of_links=definition.unknown_of_links,
        definitions=whole.definitions,
        board=definition.board,
    )


def _with_border(layout: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Places for the border where it has none: left and right of all else."""
    places = list(layout.values()) or [(0.0, 0.0)]
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    top = min(y for _, y in places)
    return {INPUTS: (left - COLUMN, top), OUTPUTS: (right + COLUMN, top), **layout}


def put_back(whole: Workflow, way: Way, after: Workflow) -> Workflow:
    """The whole with what is seen at the end of a way replaced. Every instance of that definition follows."""
    identity = definition_at(whole, way) if way else ""
    definition = after.definitions.get(identity)
    if not isinstance(definition, Definition):
        return after
    nodes = {key: node for key, node in after.graph.nodes.items() if key not in BORDER}
    changed = replace(
        definition,
        graph=Graph(nodes, after.graph.links),
        layout=after.layout,
        name=after.name,
        help=after.description,
        parameters=after.exposed,
        unknown_of_links=after.unknown_of_links,
        board=after.board,
    )
    return replace(whole, definitions={**after.definitions, identity: changed})
