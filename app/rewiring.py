"""Edits that lead links another way: nodes put on a link, taken out of the way, links cut or moved. A workflow in, a workflow out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from app.edits import without_nodes
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link
from graph_engine.open_types import fits, output_type
from graph_engine.workflow import Workflow

Place = tuple[float, float]
Types = Mapping[str, NodeType]


def ends_on(workflow: Workflow, types: Types, link: Link, node: str) -> tuple[str, str] | None:
    """The input and the output by which a node can stand on a link; None where it cannot."""
    graph = workflow.graph
    if node in (link.source, link.target) or node in graph.upstream([link.source]) or node in graph.downstream([link.target]):
        return None
    known, target = types.get(graph.nodes[node].type), types.get(graph.nodes[link.target].type)
    if known is None or target is None:
        return None
    came, taken = output_type(graph, types, link.source, link.output), target.accepted(link.input)
    held = {other.input for other in graph.into(node)}
    entry = next((entry.name for entry in known.inputs if entry.name not in held and fits(came, (entry.type,))), None)
    output = next((output.name for output in known.outputs if fits(output.type, taken)), None)
    return (entry, output) if entry and output else None


def on_link(workflow: Workflow, link: Link, node: str, ends: tuple[str, str]) -> Workflow:
    """The link leads through the node, in its old place among the links of its input."""
    entry, output = ends
    through = [Link(link.source, link.output, node, entry), Link(node, output, link.target, link.input)]
    links = [made for old in workflow.graph.links for made in (through if old == link else [old])]
    return replace(workflow, graph=Graph(workflow.graph.nodes, links))


def with_room(workflow: Workflow, link: Link, node: str, stride: float) -> Workflow:
    """Nodes behind a node that was put on a link move to the right, where they lie nearer than one stride."""
    layout = workflow.layout
    x, target_x = layout[node][0], layout.get(link.target, (0.0, 0.0))[0]
    missing = x + stride - target_x
    if missing <= 0:
        return workflow
    behind = {key for key in workflow.graph.downstream([link.target]) if layout.get(key, (0.0, 0.0))[0] >= target_x}
    return replace(workflow, layout={key: (left + missing, top) if key in behind else (left, top) for key, (left, top) in layout.items()})


def passed_on(graph: Graph, types: Types, node: str) -> dict[str, list[Link]]:
    """By output, the links into a node that bring what it would give if it were not there: the rule of bypassed nodes."""
    known = types.get(graph.nodes[node].type)
    found: dict[str, list[Link]] = {}
    counts: dict[str, int] = {}
    for output in known.outputs if known else ():
        inputs = [entry.name for entry in known.inputs if fits(output.type, (entry.type,))] if known else []
        index = counts[output.type] = counts.get(output.type, -1) + 1
        if inputs:
            entry = inputs[index] if index < len(inputs) else inputs[0]
            found[output.name] = [link for link in graph.into(node) if link.input == entry]
    return found


def pulled_out(workflow: Workflow, types: Types, nodes: Collection[str]) -> Workflow:
    """The nodes lose their links to the others; links that went through them lead past them, where the types agree."""
    graph, chosen = workflow.graph, set(nodes)
    past = {node: passed_on(graph, types, node) for node in chosen}

    def origins(link: Link) -> list[Link]:
        if link.source not in chosen:
            return [link]
        return [first for before in past[link.source].get(link.output, ()) for first in origins(before)]

    links: list[Link] = []
    for link in graph.links:
        inside = (link.source in chosen) + (link.target in chosen)
        if inside != 1:
            links.append(link)
        elif link.source in chosen:
            links += [
                Link(first.source, first.output, link.target, link.input) for first in _first_only(workflow, types, link, origins(link))
            ]
    return replace(workflow, graph=Graph(graph.nodes, dict.fromkeys(links)))


def _first_only(workflow: Workflow, types: Types, link: Link, origins: list[Link]) -> list[Link]:
    """An input that takes one link gets one."""
    target = types.get(workflow.graph.nodes[link.target].type)
    entry = target.input(link.input) if target else None
    return origins if entry and entry.many else origins[:1]


def healed(workflow: Workflow, types: Types, nodes: Collection[str]) -> Workflow:
    """The workflow without these nodes, with links past them where the types agree."""
    return without_nodes(pulled_out(workflow, types, nodes), nodes)


def without_links(workflow: Workflow, links: Iterable[Link]) -> Workflow:
    gone = set(links)
    return replace(workflow, graph=Graph(workflow.graph.nodes, [link for link in workflow.graph.links if link not in gone]))


def with_links_moved(workflow: Workflow, links: Iterable[Link], node: str, name: str, gives: bool) -> Workflow:
    """Links lead to another end: from another output if that gives, else into another input."""
    moved = set(links)
    graph = workflow.graph

    def led(link: Link) -> Link:
        return Link(node, name, link.target, link.input) if gives else Link(link.source, link.output, node, name)

    made = dict.fromkeys(led(link) if link in moved else link for link in graph.links)
    return replace(workflow, graph=Graph(graph.nodes, made))


def with_links_copied(workflow: Workflow, source: Workflow, names: Mapping[str, str]) -> Workflow:
    """Copies of nodes take from outside what the nodes they are copies of take there."""
    known = workflow.graph.nodes
    further = [
        Link(link.source, link.output, names[link.target], link.input)
        for link in source.graph.links
        if link.target in names
        and link.source not in names
        and link.source in known
        and source.graph.nodes[link.target] == known[names[link.target]]  # not another document's node of the same id
    ]
    return replace(workflow, graph=Graph(known, (*workflow.graph.links, *further))) if further else workflow


def best_link(workflow: Workflow, types: Types, source: str, target: str) -> Link | None:
    """What somebody means who adds one node after another: the first output that fits an input, needed ones first."""
    graph = workflow.graph
    giving, taking = types.get(graph.nodes[source].type), types.get(graph.nodes[target].type)
    held = {link.input for link in graph.into(target)}
    entries = sorted(taking.inputs, key=lambda entry: not entry.required) if taking else []
    for output in giving.outputs if giving else ():
        for entry in entries:
            if entry.name not in held and fits(output.type, (entry.type,)):
                return Link(source, output.name, target, entry.name)
    return None
