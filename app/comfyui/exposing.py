"""Which values people will want to set: words, seed, steps, guidance, the size, or the picture that one begins with or keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from app.comfyui.building import PREFIX
from app.comfyui.mapping.sampling import BEGIN, GENERATE, GUIDANCE, KEEP, SAMPLER
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph
from graph_engine.workflow import Exposed

Place = tuple[str, str]
"""A node and a parameter of it."""

WORDS = {"prompt/prompt": "text", "source/text": "text", "prompt/encode_prompt": "prompt"}
PICTURES = {"image/load_image": "file"}
LIMIT = 4
"""Samplers whose values are exposed: a form with hundreds of fields helps nobody."""
HELP = {"negative_prompt": "What the picture should not show."}
SIZE = ("width", "height")


def exposed_values(graph: Graph, types: Mapping[str, NodeType]) -> dict[str, Exposed]:
    """Values worth a name of their own, from the first samplers and what feeds them. A second one of a kind gets a number."""
    found: dict[str, Place] = {}
    for name, place in _candidates(graph):
        if place not in found.values():
            found[_free(name, found)] = place
    return {
        name: Exposed(node, parameter, HELP.get(name.rstrip("_0123456789"), "") or _help(types, graph, node, parameter))
        for name, (node, parameter) in found.items()
    }


def _candidates(graph: Graph) -> Iterator[tuple[str, Place]]:
    """What every Generate offers; of samplers that are placeholders only the words, since nobody knows what they may hold."""
    for identity in islice((key for key, node in graph.nodes.items() if node.type == GENERATE), LIMIT):
        yield from _of(graph, identity)
    placeholders = (key for key, node in graph.nodes.items() if node.type.startswith(PREFIX))
    for feeding in islice((found for key in placeholders if "positive" in (found := _feeding(graph, key))), LIMIT):
        yield from _words(graph, "prompt", feeding.get("positive"))
        yield from _words(graph, "negative_prompt", feeding.get("negative"))


def _feeding(graph: Graph, node: str) -> dict[str, str]:
    """The node behind each input."""
    return {link.input: link.source for link in graph.into(node)}


def _of(graph: Graph, generate: str) -> Iterator[tuple[str, Place]]:
    feeding = _feeding(graph, generate)
    yield from _words(graph, "prompt", feeding.get("positive"))
    guidance = feeding.get("guidance")
    if guidance and graph.nodes[guidance].type == GUIDANCE:
        yield from _words(graph, "negative_prompt", _feeding(graph, guidance).get("negative"))
        yield from _parameter(graph, "guidance", guidance, "scale")
    strategy = feeding.get("strategy")
    if strategy and graph.nodes[strategy].type == SAMPLER:
        yield from _parameter(graph, "steps", strategy, "steps")
    yield from _parameter(graph, "seed", generate, "seed")
    controls = [link.source for link in graph.into(generate) if link.input == "controls"]
    pictured = [control for control in controls if graph.nodes[control].type in (BEGIN, KEEP)]
    if pictured:  # the size is that of their picture
        yield from _nearest(graph, "image", _feeding(graph, pictured[0]).get("image"), PICTURES)
    else:
        for name in SIZE:
            yield from _parameter(graph, name, generate, name)
    for begin in pictured:
        if graph.nodes[begin].type == BEGIN:
            yield from _parameter(graph, "denoise", begin, "level")
    yield from _parameter(graph, "count", generate, "count")


def _parameter(graph: Graph, name: str, node: str, parameter: str) -> Iterator[tuple[str, Place]]:
    """The parameter itself, or the value node that drives it."""
    source = _feeding(graph, node).get(parameter)
    if source is None:
        yield name, (node, parameter)
    elif graph.nodes[source].type.startswith("source/") and (held := next(iter(graph.nodes[source].parameters), "")):
        yield name, (source, held)


def _words(graph: Graph, name: str, start: str | None) -> Iterator[tuple[str, Place]]:
    """The nearest words behind a conditioning."""
    return _nearest(graph, name, start, WORDS)


def _nearest(graph: Graph, name: str, start: str | None, wanted: Mapping[str, str]) -> Iterator[tuple[str, Place]]:
    """The nearest parameter behind a node, of those that are wanted by node type."""
    waiting = [start] if start else []
    seen = set(waiting)
    for node in waiting:  # grows while it is walked
        parameter = wanted.get(graph.nodes[node].type)
        driven = {link.input for link in graph.into(node)}
        if parameter and parameter not in driven:
            yield name, (node, parameter)
            return
        further = [link.source for link in graph.into(node) if link.source not in seen]
        waiting += further
        seen.update(further)


def _free(name: str, taken: Mapping[str, object]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _help(types: Mapping[str, NodeType], graph: Graph, node: str, parameter: str) -> str:
    known = types.get(graph.nodes[node].type)
    found = known.parameter(parameter) if known else None
    return found.help if found else ""
