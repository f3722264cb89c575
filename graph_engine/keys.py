"""Keys name results before anything runs: what a node is, what it is set to, what it reads and what feeds it, and nothing else.

Made in one pass from the keys of the sources, so a chain costs as much a node as a single one.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from graph_engine.declaration import File, NodeType
from graph_engine.graph import Graph, Node
from graph_engine.parameters import resolved
from graph_engine.values import digest_of

Finder = Callable[[str], Path | None]
"""Where a file parameter's text leads to; None where there is no such file."""

MISSING = "missing"
SETTLED_SECONDS = 2.0
"""A file changed less than this before it was read may change again within the clock's grain: its digest is not remembered."""


class FileDigests:
    """Digests of files by content, remembered by path, size, times and inode."""

    def __init__(self, find: Finder | None = None) -> None:
        self._find: Finder = find or _existing
        self._known: dict[tuple[str, int, int, int, int], str] = {}

    def __call__(self, text: str) -> str:
        path = self._find(text)
        if path is None:
            return MISSING
        try:
            facts = os.stat(path)
            identity = (str(path), facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)
            if identity in self._known:
                return self._known[identity]
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        except OSError:
            return MISSING
        if time.time() - facts.st_mtime > SETTLED_SECONDS:
            self._known[identity] = digest
        return digest


def _existing(text: str) -> Path | None:
    path = Path(text)
    return path if text and path.is_file() else None


class NodeFacts(msgspec.Struct, frozen=True):
    """What a key is made of besides the sources, kept so that a plan can say what changed."""

    type: str
    version: int
    parameters: dict[str, Any]
    files: dict[str, str]
    sources: tuple[tuple[str, str, str], ...]  # (input, source node, output), in order


def facts_of(graph: Graph, key: str, node_type: NodeType, digests: Callable[[str], str]) -> NodeFacts:
    node = graph.nodes[key]
    links = graph.into(key)
    driven = {link.input for link in links}
    parameters = _counting(node_type, node, driven)
    files = {
        parameter.name: digests(parameters[parameter.name])
        for parameter in node_type.parameters
        if isinstance(parameter.kind, File) and parameter.kind.role != "write" and parameter.name in parameters
    }
    sources = tuple((link.input, link.source, link.output) for link in sorted(links, key=lambda link: link.input))
    return NodeFacts(node.type, node_type.version, parameters, files, sources)


def _counting(node_type: NodeType, node: Node, driven: set[str]) -> dict[str, Any]:
    """Parameters that change the result and are typed, not driven by a link."""
    skipped = driven | {parameter.name for parameter in node_type.parameters if not parameter.affects_result}
    return {name: value for name, value in resolved(node_type, node).items() if name not in skipped}


def key_of(facts: NodeFacts, source_keys: Iterable[str]) -> str:
    """The key of a node: its facts with each source named by its key (or, for a content key, by the digest of what it gave)."""
    files = [(name, digest) for name, digest in sorted(facts.files.items())]
    own = [(name, value) for name, value in sorted(facts.parameters.items()) if name not in facts.files]
    # JSON keeps 1, 1.0 and true apart, and so does the key.
    said = msgspec.json.encode((facts.type, facts.version, own, files))
    fed = [f"{taken}\0{output}\0{key}" for (taken, _, output), key in zip(facts.sources, source_keys, strict=True)]
    return digest_of(said, *fed)


class Keys(msgspec.Struct, frozen=True):
    """Keys and facts by node, in an order in which sources come first. Nodes of unknown type or on a circle have none."""

    keys: dict[str, str]
    facts: dict[str, NodeFacts]


def keys(graph: Graph, types: Mapping[str, NodeType], digests: Callable[[str], str], needed: Iterable[str] | None = None) -> Keys:
    """Keys of the needed nodes (all by default); ``needed`` must hold every source of what it holds."""
    wanted = set(graph.nodes if needed is None else needed)
    open_sources = {key: len(graph.into(key)) for key in wanted}
    ready = deque(key for key in graph.nodes if key in wanted and not open_sources[key])
    found: dict[str, str] = {}
    facts: dict[str, NodeFacts] = {}
    while ready:
        key = ready.popleft()
        node_type = types.get(graph.nodes[key].type)
        if node_type is None:
            continue
        facts[key] = facts_of(graph, key, node_type, digests)
        found[key] = key_of(facts[key], [found[source] for _, source, _ in facts[key].sources])
        for link in graph.out_of(key):
            if link.target in open_sources:
                open_sources[link.target] -= 1
                if not open_sources[link.target]:
                    ready.append(link.target)
    return Keys(found, facts)
