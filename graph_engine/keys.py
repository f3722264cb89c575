"""Keys name results before anything runs: what a node is, what it is set to, what it reads and what feeds it, and nothing else.

Made in one pass from the keys of the sources, so a chain costs as much a node as a single one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from graph_engine.choosing import chosen
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link
from graph_engine.parameters import resolved

# JSON keeps 1, 1.0 and true apart, and so do the keys; names within an object are sorted.
_encode = msgspec.json.Encoder(order="deterministic").encode
_NO_FILES: dict[str, str] = {}


class NodeFacts(msgspec.Struct, frozen=True, gc=False):
    """A node's key and what it is made of, in words that a plan can use to say what changed."""

    key: str
    type: str
    version: int
    parameters: dict[str, Any]  # that change the result and are typed, not driven by a link
    files: dict[str, str]  # digests of what is read, by parameter
    sources: tuple[tuple[str, str, str], ...]  # (input, source node, output), in order


class Recipe(NodeFacts, frozen=True, gc=False):
    """All that is known of a step before it runs."""

    node_type: NodeType
    arguments: dict[str, Any]  # typed parameters, as the function gets them
    said: bytes  # the node's own part of its key and content key
    feeders: tuple[str, ...]  # the nodes that it takes from, each once
    undecided: bool = False  # the run has to tell which of its lazy inputs it needs

    @property
    def sure(self) -> tuple[tuple[str, str, str], ...]:
        """Sources that are needed whatever is chosen."""
        if not self.undecided:
            return self.sources
        return tuple([source for source in self.sources if source[0] not in self.node_type.lazy])

    def narrowed(self, needed: Collection[str]) -> Recipe:
        """The recipe with those of its lazy inputs that it needs."""
        lazy = self.node_type.lazy
        sources = tuple([source for source in self.sources if source[0] not in lazy or source[0] in needed])
        said = _said(self.node_type, self.parameters, self.files, [taken for taken, _, _ in sources])
        return msgspec.structs.replace(self, sources=sources, said=said, feeders=_feeders(sources), undecided=False)


class Keys(msgspec.Struct, frozen=True):
    """Recipes by node, of all that was asked for so far. Nodes of unknown type or on a circle have none."""

    recipes: dict[str, Recipe]
    reading: dict[str, None]  # nodes that read files
    choosing: dict[str, None]  # nodes with lazy inputs

    @property
    def keys(self) -> dict[str, str]:
        """The keys alone, by node."""
        return {node: recipe.key for node, recipe in self.recipes.items()}

    def outdated(self, digests: Callable[[str], str]) -> list[str]:
        """Nodes that read a file whose content is another by now."""
        return [node for node in self.reading if not files_still_true(self.recipes[node], digests)]

    def without(self, nodes: Iterable[str]) -> Keys:
        kept = Keys(self.recipes.copy(), self.reading.copy(), self.choosing.copy())
        for node in nodes:
            if kept.recipes.pop(node, None):
                kept.reading.pop(node, None)
                kept.choosing.pop(node, None)
        return kept


def files_still_true(recipe: Recipe, digests: Callable[[str], str]) -> bool:
    """Whether the files that a step reads have the content that its key was made from."""
    return all(digests(recipe.arguments[name]) == digest for name, digest in recipe.files.items())


def _feeders(sources: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    return (sources[0][1],) if len(sources) == 1 else tuple(dict.fromkeys([source for _, source, _ in sources]))


def _said(node_type: NodeType, parameters: dict[str, Any], files: dict[str, str], taken: list[str]) -> bytes:
    own = {name: value for name, value in parameters.items() if name not in files} if files else parameters
    return _encode((node_type.id, node_type.version, own, files, taken)) + b"\0"


def _input_name(link: Link) -> str:
    return link.input


def key_of(said: bytes, sources: Iterable[str]) -> str:
    """A node's own part with what feeds it: each source's key and output, or, for a content key, the digest of what came."""
    return hashlib.blake2b(said + "\0".join(sources).encode(), digest_size=16).hexdigest()


def keys(graph: Graph, types: Mapping[str, NodeType], digests: Callable[[str], str], targets: Iterable[str] | None = None) -> Keys:
    """Keys of what the targets need (of all nodes by default).

    They are kept with the graph and handed on to what it is edited into: only what an edit touched, what reads a file that changed,
    and what lies behind these is made again.
    """
    made = _still_true(graph, types, digests)
    known = made.recipes
    wanted = tuple(graph.nodes if targets is None else targets)
    if any(node not in known for node in wanted):
        for node in graph.needed_by(wanted)[1]:
            if node not in known:
                _add(made, graph, node, types, digests)
    return made


def _still_true(graph: Graph, types: Mapping[str, NodeType], digests: Callable[[str], str]) -> Keys:
    """What was made for this graph, or for what it was before its last edits, less what is no longer true."""
    held = graph.worked_out.get("keys")
    touched: Iterable[str] = ()
    if held is None and (before := graph.since("keys")):
        held, touched = before.found, before.nodes
    if held is None or held[0] is not types:
        made = Keys({}, {}, {})
    else:
        made = cast(Keys, held[1])
        if touched := [*touched, *made.outdated(digests)]:
            made = made.without([*touched, *graph.downstream(touched)])
    if held is None or made is not held[1]:
        graph.work_out("keys", (types, made))
    return made


def _add(made: Keys, graph: Graph, node: str, types: Mapping[str, NodeType], digests: Callable[[str], str]) -> None:
    """The recipe of a node whose sources have theirs; none for one of unknown type, or behind such a one or a circle."""
    known, links = made.recipes, graph.into(node)
    node_type = types.get(graph.nodes[node].type)
    if node_type is None:
        return
    if len(links) > 1:
        links = sorted(links, key=_input_name)  # stable: order within an input means something
    taken = []
    for link in links:
        if link.source not in known:
            return
        taken.append(link.input)
    arguments = resolved(node_type, graph.nodes[node], taken)
    undecided = False
    if node_type.lazy:
        made.choosing[node] = None
        needed = chosen(types, node_type, arguments)
        if needed is None:
            undecided = True
        else:
            links = [link for link in links if link.input not in node_type.lazy or link.input in needed]
            taken = [link.input for link in links]
    sources, came = [], []
    for link in links:
        sources.append((link.input, link.source, link.output))
        came.append(f"{known[link.source].key}.{link.output}")
    files = _NO_FILES
    if node_type.files:
        made.reading[node] = None
        files = {name: digests(arguments[name]) for name in node_type.files if name in arguments}
    counting = arguments
    if node_type.without_result:
        counting = {name: value for name, value in arguments.items() if name not in node_type.without_result}
    said = _said(node_type, counting, files, taken)
    known[node] = Recipe(
        key_of(said, came), node_type.id, node_type.version, counting, files, tuple(sources),
        node_type, arguments, said, _feeders(sources), undecided,
    )  # fmt: skip
