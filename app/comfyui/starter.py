"""The starter models in place of those that an imported workflow names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from app.comfyui.mapping.sampling import GENERATE
from graph_engine.graph import Graph, Node

STARTER: Mapping[str, Mapping[str, Any]] = {
    "generator/load_generator": {"file": "starter/flow_base"},
    "tokenizer/load_tokenizer": {"file": "starter/rgba_autoencoder"},
    "restoration/upscale": {"file": "starter/upscaler"},
    GENERATE: {"width": 0, "height": 0},
}
"""Parameters by node type. A size of 0 is the one that a generator was trained at."""

NOTE = "The starter models stand in the place of the models that the file names, and pictures have the size that they were trained at."


def with_starter(graph: Graph) -> Graph:
    """The graph on the starter models."""
    return graph.with_nodes({key: _on_starter(node) for key, node in graph.nodes.items() if node.type in STARTER})


def _on_starter(node: Node) -> Node:
    return replace(node, parameters={**node.parameters, **STARTER[node.type]})
