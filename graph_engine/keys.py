"""Keys name results before anything runs: what a node is, what it is set to, what it reads and what feeds it, and nothing else.

Made in one pass from the keys of the sources, so a chain costs as much a node as a single one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link
from graph_engine.parameters import resolved

# JSON keeps 1, 1.0 and true apart, and so do the keys; names within an object are sorted.
_encode = msgspec.json.Encoder(order="deterministic").encode


class NodeFacts(msgspec.Struct, frozen=True):
    """What a key is made of, in words that a plan can use to say what changed."""

    type: str
    version: int
    parameters: dict[str, Any]  # that change the result and are typed, not driven by a link
    files: dict[str, str]  # digests of what is read, by parameter
    sources: tuple[tuple[str, str, str], ...]  # (input, source node, output), in order


class Recipe(msgspec.Struct, frozen=True):
    """All that is known of a step before it runs."""

    node_type: NodeType
    arguments: dict[str, Any]  # typed parameters, as the function gets them
    facts: NodeFacts
    said: bytes  # the node's own part of its key


class Keys(msgspec.Struct, frozen=True):
    """Keys and recipes by node, sources first. Nodes of unknown type or on a circle have none."""

    keys: dict[str, str]
    recipes: dict[str, Recipe]
    reading: tuple[str, ...]  # nodes that read files

    def still_true(self, digests: Callable[[str], str]) -> bool:
        """Whether every file that was read for the keys has the content that it had."""
        return all(files_still_true(self.recipes[node], digests) for node in self.reading)


def files_still_true(recipe: Recipe, digests: Callable[[str], str]) -> bool:
    """Whether the files that a step reads have the content that its key was made from."""
    return all(digests(recipe.arguments[name]) == digest for name, digest in recipe.facts.files.items())


def recipe_of(graph: Graph, node: str, node_type: NodeType, digests: Callable[[str], str]) -> Recipe:
    """What a step is made from. Its parameters and links have no errors."""
    links = graph.into(node)
    arguments = resolved(node_type, graph.nodes[node], [link.input for link in links])
    files = {name: digests(arguments[name]) for name in node_type.files if name in arguments}
    counting = arguments
    if node_type.without_result:
        counting = {name: value for name, value in arguments.items() if name not in node_type.without_result}
    if len(links) > 1:
        links = sorted(links, key=_input_name)  # stable: order within an input means something
    facts = NodeFacts(node_type.id, node_type.version, counting, files, tuple([(link.input, link.source, link.output) for link in links]))
    own = {name: value for name, value in counting.items() if name not in files} if files else counting
    said = _encode((node_type.id, node_type.version, own, files, [(link.input, link.output) for link in links]))
    return Recipe(node_type, arguments, facts, said)


def _input_name(link: Link) -> str:
    return link.input


def key_of(said: bytes, source_keys: Iterable[str]) -> str:
    """A node's own part with each source named by its key (or, for a content key, by the digest of what it gave)."""
    return hashlib.blake2b(b"\0".join([said, *[key.encode() for key in source_keys]]), digest_size=16).hexdigest()


def keys(graph: Graph, types: Mapping[str, NodeType], digests: Callable[[str], str], targets: tuple[str, ...] | None = None) -> Keys:
    """Keys of what the targets need (of all nodes by default)."""
    found: dict[str, str] = {}
    recipes: dict[str, Recipe] = {}
    for node in graph.in_order(graph.nodes) if targets is None else graph.needed_by(targets)[1]:
        node_type = types.get(graph.nodes[node].type)
        if node_type is None:
            continue
        recipe = recipe_of(graph, node, node_type, digests)
        sources = [found.get(source) for _, source, _ in recipe.facts.sources]
        if None not in sources:  # else it is behind a node of unknown type
            recipes[node] = recipe
            found[node] = key_of(recipe.said, sources)  # type: ignore[arg-type]
    return Keys(found, recipes, tuple([node for node, recipe in recipes.items() if recipe.node_type.files]))
