"""The starter models in place of those that an imported workflow names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from app.comfyui.building import Built
from app.comfyui.mapping.pictures import MASK
from app.comfyui.mapping.sampling import BEGIN, GENERATE, KEEP
from graph_engine.graph import Link, Node

STARTER: Mapping[str, Mapping[str, Any]] = {
    "generator/load_generator": {"file": "starter/flow_base"},
    "tokenizer/load_tokenizer": {"file": "starter/rgba_autoencoder"},
    "restoration/upscale": {"file": "starter/upscaler"},
    GENERATE: {"width": 0, "height": 0},
}
"""Parameters by node type. A size of 0 is the one that a generator was trained at."""

SIZED = (BEGIN, KEEP, MASK)
"""What takes pictures of the size that is made, or masks of them."""
FIT = "image/fit_image"
SIDE = 128
"""Of the pictures that the starter was trained at."""

NOTE = "The starter models stand in the place of the models that the file names, and pictures have the size that they were trained at."


def with_starter(built: Built) -> Built:
    """The graph on the starter models; pictures that one begins with or keeps, and those of masks, are brought to their size."""
    graph = built.graph.with_nodes({key: _on_starter(node) for key, node in built.graph.nodes.items() if node.type in STARTER})
    made, origins = {key: dict(places) for key, places in built.made.items()}, dict(built.origins)
    fitted: dict[tuple[str, str], str] = {}
    for places in made.values():
        for link in [link for node in places if graph.nodes[node].type in SIZED for link in graph.into(node) if link.input == "image"]:
            origin = origins.pop(link, None)
            if (fit := fitted.get((link.source, link.output))) is None:
                fit, (column, row) = graph.fresh_id(), places[link.target]
                fitted[link.source, link.output], places[fit] = fit, (column - 1, row)
                before = Link(link.source, link.output, fit, "image")
                graph = graph.with_node(fit, Node(FIT, parameters={"width": SIDE, "height": SIDE})).with_link(before)
                if origin:
                    origins[before] = origin
            graph = graph.with_link(Link(fit, "image", link.target, "image"))
    return built._replace(graph=graph, made=made, origins=origins)


def _on_starter(node: Node) -> Node:
    return replace(node, parameters={**node.parameters, **STARTER[node.type]})
