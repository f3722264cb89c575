"""Types that a declaration leaves open: what fits them, and what they are in a graph, told by the links that are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link
from graph_engine.values import OPEN, alternatives


def is_open(name: str) -> bool:
    """Whether a type of a declaration stands for any one type."""
    return name.startswith(OPEN)


def said(name: str) -> str:
    """A type as people read it."""
    return "anything" if is_open(name) else " or ".join(alternatives(name))


def fits(came: str, accepted: Collection[str]) -> bool:
    """Whether a link may lead from an output of a type to what accepts these.

    An open type fits until links say what it is; of several types one must be accepted, and the run tells whether that one came.
    """
    if any(one in accepted for one in alternatives(came)):
        return True
    return bool(accepted) and (is_open(came) or any(is_open(name) for name in accepted))


def output_type(graph: Graph, types: Mapping[str, NodeType], node: str, output: str) -> str:
    """The type that comes out of an output; empty where there is no such output. An open one is that of what leads into the node."""
    found = types.get(graph.nodes[node].type) if node in graph.nodes else None
    given = found.output(output) if found else None
    seen: set[str] = set()
    while found and given and is_open(given.type) and node not in seen:
        seen.add(node)
        link = next((link for link in graph.into(node) if (taken := found.input(link.input)) and taken.type == given.type), None)
        further = types.get(graph.nodes[link.source].type) if link and link.source in graph.nodes else None
        if link is None or further is None or (last := further.output(link.output)) is None:
            break
        node, found, given = link.source, further, last
    return given.type if given else ""


def accepted_types(graph: Graph, types: Mapping[str, NodeType], link: Link) -> tuple[str, ...]:
    """What the end of a link accepts, beside the other links that end at its node: those settle what is open."""
    target = types.get(graph.nodes[link.target].type) if link.target in graph.nodes else None
    accepted = target.accepted(link.input) if target else ()
    if target is None or not accepted or not is_open(accepted[0]):
        return accepted
    for other in graph.into(link.target):
        if other == link:
            break
        if (taken := target.input(other.input)) and taken.type == accepted[0]:
            settled = output_type(graph, types, other.source, other.output)
            if settled and not is_open(settled):
                return alternatives(settled)
    return accepted
