"""Named edits: a workflow in, a workflow out. Nothing here knows of undo, selection or a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from graph_engine.declaration import NodeType, Parameter
from graph_engine.definition import INSTANCE, Definitions, Exposed, definition_of
from graph_engine.graph import Graph, Link, Node
from graph_engine.interface import in_use
from graph_engine.workflow import Workflow, with_graphs

Place = tuple[float, float]


def with_node(workflow: Workflow, identity: str, node_type: NodeType, at: Place) -> Workflow:
    node = Node(node_type.id, node_type.version)
    return replace(workflow, graph=workflow.graph.with_node(identity, node), layout={**workflow.layout, identity: at})


def without_nodes(workflow: Workflow, identities: Iterable[str]) -> Workflow:
    gone = set(identities)
    return replace(
        workflow,
        graph=workflow.graph.without(gone),
        layout={node: place for node, place in workflow.layout.items() if node not in gone},
        exposed={name: exposed for name, exposed in workflow.exposed.items() if exposed.node not in gone},
    )


def moved(workflow: Workflow, places: Mapping[str, Place]) -> Workflow:
    """Nodes, and pieces of the board, elsewhere."""
    nodes = {key: place for key, place in places.items() if key not in workflow.board.pieces}
    return replace(workflow, layout={**workflow.layout, **nodes}, board=workflow.board.moved(places))


def with_link(workflow: Workflow, link: Link, many: bool, instead_of: Link | None = None) -> Workflow:
    graph = workflow.graph.without_link(instead_of) if instead_of else workflow.graph
    made = replace(workflow, graph=graph.with_link(link, many))
    route = workflow.board.routes.get(instead_of) if instead_of else None
    return replace(made, board=replace(made.board, routes={**made.board.routes, link: route})) if route else made


def without_link(workflow: Workflow, link: Link) -> Workflow:
    return replace(workflow, graph=workflow.graph.without_link(link))


def with_parameter(workflow: Workflow, identity: str, parameter: Parameter, value: Any) -> Workflow:
    """A value equal to the default is left out: what is not said follows the node type."""
    node = workflow.graph.nodes[identity]
    kept = {name: old for name, old in node.parameters.items() if name != parameter.name}
    if value != parameter.default or type(value) is not type(parameter.default):
        kept[parameter.name] = value
    return replace(workflow, graph=workflow.graph.with_node(identity, replace(node, parameters=kept)))


def with_seeds(workflow: Workflow, seeds: Mapping[str, int], types: Mapping[str, NodeType]) -> tuple[Workflow, tuple[int, ...]]:
    """The seeds of nodes, fixed, and which were set. Where no node is one of these but a single one has a seed, it gets the first."""
    having = [node for node, held in workflow.graph.nodes.items() if (known := types.get(held.type)) and known.seeds]
    wanted = {node: seeds[node] for node in having if node in seeds}
    if not wanted and len(having) == 1 and seeds:
        wanted = {having[0]: next(iter(seeds.values()))}
    graph = workflow.graph
    for node, seed in wanted.items():
        for name in types[graph.nodes[node].type].seeds:
            graph = graph.with_parameter(node, name, {"value": seed, "policy": "fixed"})
    return replace(workflow, graph=graph), tuple(dict.fromkeys(wanted.values()))


def with_parameters(workflow: Workflow, values: Mapping[str, Mapping[str, Any]]) -> Workflow:
    """Parameters of several nodes by name; nodes that are not there are left out."""
    graph = workflow.graph
    for node, named in values.items():
        for name, value in named.items() if node in graph.nodes else ():
            graph = graph.with_parameter(node, name, value)
    return replace(workflow, graph=graph)


def with_graph(workflow: Workflow, graph: Graph) -> Workflow:
    return workflow if graph == workflow.graph else replace(workflow, graph=graph)


def described(workflow: Workflow, **changes: str) -> Workflow:
    return replace(workflow, **changes)


def with_title(workflow: Workflow, identity: str, title: str) -> Workflow:
    node = replace(workflow.graph.nodes[identity], title=title)
    return replace(workflow, graph=workflow.graph.with_node(identity, node))


def with_state(workflow: Workflow, identities: Iterable[str], state: str) -> Workflow:
    """Nodes that are bypassed or muted; where all of them are already, they run again."""
    nodes = {identity: workflow.graph.nodes[identity] for identity in identities}
    wanted = "" if all(node.state == state for node in nodes.values()) else state
    return replace(workflow, graph=workflow.graph.with_nodes({key: replace(node, state=wanted) for key, node in nodes.items()}))


def with_exposed(workflow: Workflow, node: str, parameter: Parameter) -> Workflow:
    """Let people who run the workflow set this parameter, by its name or that name with a number."""
    name, number = parameter.name, 2
    while name in workflow.exposed:
        name, number = f"{parameter.name}_{number}", number + 1
    return replace(workflow, exposed={**workflow.exposed, name: Exposed(node, parameter.name, parameter.help)})


def without_exposed(workflow: Workflow, node: str, parameter: str) -> Workflow:
    kept = {name: exposed for name, exposed in workflow.exposed.items() if (exposed.node, exposed.parameter) != (node, parameter)}
    return replace(workflow, exposed=kept)


def exposed_name(workflow: Workflow, node: str, parameter: str) -> str:
    """The name under which a parameter is exposed, or nothing."""
    found = (name for name, exposed in workflow.exposed.items() if (exposed.node, exposed.parameter) == (node, parameter))
    return next(found, "")


def fragment(workflow: Workflow, identities: Iterable[str], pieces: Iterable[str] = ()) -> Workflow:
    """Some nodes, the links between them and where they lie, and pieces of the board: what is copied."""
    kept = set(identities)
    nodes = {identity: node for identity, node in workflow.graph.nodes.items() if identity in kept}
    links = (link for link in workflow.graph.links if link.source in kept and link.target in kept)
    layout = {identity: place for identity, place in workflow.layout.items() if identity in kept}
    graph = Graph(nodes, links)
    used = in_use(workflow.definitions, graph)
    definitions = {key: found for key, found in workflow.definitions.items() if key in used}
    return Workflow(graph=graph, layout=layout, definitions=definitions, board=workflow.board.piece(kept, pieces))


def with_definitions_known(piece: Workflow, known: Definitions, fresh: Callable[[], str]) -> Workflow:
    """The fragment with other ids for those of its definitions whose ids mean something else where it goes."""
    names = {key: fresh() if key in known and known[key] != found else key for key, found in piece.definitions.items()}
    if all(old == new for old, new in names.items()):
        return piece

    def renamed(graph: Graph) -> Graph:
        named = {key: (node, names.get(definition_of(node.type), "")) for key, node in graph.nodes.items()}
        return graph.with_nodes({key: replace(node, type=INSTANCE + name) for key, (node, name) in named.items() if name})

    renewed = with_graphs(piece, renamed)
    return replace(renewed, definitions={names[key]: found for key, found in renewed.definitions.items()})


def pasted(workflow: Workflow, piece: Workflow, names: Mapping[str, str], shift: Place) -> Workflow:
    """Add a fragment under new names, moved by so much."""
    nodes = {names[identity]: node for identity, node in piece.graph.nodes.items()}
    links = (Link(names[link.source], link.output, names[link.target], link.input) for link in piece.graph.links)
    layout = {names[identity]: (x + shift[0], y + shift[1]) for identity, (x, y) in piece.layout.items() if identity in names}
    graph = Graph({**workflow.graph.nodes, **nodes}, (*workflow.graph.links, *links))
    definitions = {**workflow.definitions, **piece.definitions} if piece.definitions else workflow.definitions
    board = workflow.board.together(piece.board.renamed(names, shift))
    return replace(workflow, graph=graph, layout={**workflow.layout, **layout}, definitions=definitions, board=board)


def takes_many(graph: Graph, catalogue: Any, link: Link) -> bool:
    """Whether the input at the end of a link holds any number of links."""
    node_type = catalogue.get(graph.nodes[link.target].type)
    entry = node_type.input(link.input) if node_type else None
    return bool(entry and entry.many)
