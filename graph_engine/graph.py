"""A graph as frozen data. An edit returns a new graph; undo is the previous one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

import msgspec

BYPASSED, MUTED = "bypassed", "muted"


class Node(msgspec.Struct, frozen=True, gc=False):
    """``type`` is the id of a node type; parameters are JSON values by name, and only those that differ from nothing: absent = default.

    ``state`` is "" (it runs), `BYPASSED` (it passes on what it is given) or `MUTED` (it does not run, nor does what needs it).
    """

    type: str
    version: int = 1
    parameters: Mapping[str, Any] = {}
    title: str = ""
    unknown: Mapping[str, Any] = {}  # fields of a newer program, kept and written back
    state: str = ""


class Link(msgspec.Struct, frozen=True, order=True, gc=False):
    """From an output to an input (or to a parameter that is driven instead of typed)."""

    source: str
    output: str
    target: str
    input: str


class Since(msgspec.Struct, frozen=True, gc=False):
    """What was found out about an earlier graph, and how this one differs from it."""

    found: Any
    nodes: frozenset[str]  # that are new, gone, set otherwise or linked otherwise at an input
    shape: bool  # whether links, types or the set of nodes changed, not parameters alone


class Graph:
    """Nodes by id and links in order. Links into one ``many`` input keep their order; any other input holds one link.

    ``worked_out`` holds what others found out about this graph, by the name of the module that did; it goes with the graph. An edit
    hands it on, with what the edit touched (`since`), so that only that and what is behind it has to be worked out again.
    """

    __slots__ = ("nodes", "links", "worked_out", "_into", "_out_of", "_since")

    def __init__(self, nodes: Mapping[str, Node] | None = None, links: Iterable[Link] = ()) -> None:
        self.nodes: Mapping[str, Node] = MappingProxyType(dict(nodes or {}))
        self.links: tuple[Link, ...] = tuple(links)
        into: dict[str, list[Link]] = {}
        out_of: dict[str, list[Link]] = {}
        for link in self.links:
            into.setdefault(link.target, []).append(link)
            out_of.setdefault(link.source, []).append(link)
        # As tuples: of what never changes the collector of garbage looks at lists each time, at tuples once.
        self._into = {node: tuple(links) for node, links in into.items()}
        self._out_of = {node: tuple(links) for node, links in out_of.items()}
        self.worked_out: dict[str, Any] = {}
        self._since: dict[str, Since] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self.nodes == other.nodes and self.links == other.links

    __hash__ = None  # type: ignore[assignment]

    def into(self, node: str) -> Sequence[Link]:
        """Links that end at the node."""
        return self._into.get(node, ())

    def out_of(self, node: str) -> Sequence[Link]:
        """Links that start at the node."""
        return self._out_of.get(node, ())

    def since(self, name: str) -> Since | None:
        """What was worked out under a name for the nearest graph that this one is an edit of, unless it is worked out for this one."""
        return None if name in self.worked_out else self._since.get(name)

    def work_out(self, name: str, found: Any) -> Any:
        """Keep what was found out, in the place of what was known of an earlier graph."""
        self._since.pop(name, None)
        self.worked_out[name] = found
        return found

    def fresh_id(self) -> str:
        """A positive number that no node uses, as text."""
        number = len(self.nodes) + 1
        while str(number) in self.nodes:
            number += 1
        return str(number)

    def with_node(self, identity: str, node: Node) -> Graph:
        return self.with_nodes({identity: node})

    def with_nodes(self, nodes: Mapping[str, Node]) -> Graph:
        """The graph with these nodes added or put in the place of those of their ids."""
        if not nodes:
            return self
        shape = any((old := self.nodes.get(key)) is None or old.type != node.type for key, node in nodes.items())
        return self._edited({**self.nodes, **nodes}, frozenset(nodes), shape)

    def without(self, identities: Iterable[str]) -> Graph:
        """The graph without these nodes and every link that touches them."""
        gone = set(identities)
        links = {link for node in gone for link in (*self.into(node), *self.out_of(node))}
        nodes = {key: node for key, node in self.nodes.items() if key not in gone}
        return self._relinked(nodes, links, (), gone)

    def with_parameter(self, identity: str, name: str, value: Any) -> Graph:
        node = self.nodes[identity]
        return self.with_node(identity, msgspec.structs.replace(node, parameters={**node.parameters, name: value}))

    def with_link(self, link: Link, many: bool = False) -> Graph:
        """Add a link; unless ``many``, it takes the place of what held the input."""
        held = self.into(link.target)
        if link in held:
            return self
        return self._relinked(self.nodes, set() if many else {old for old in held if old.input == link.input}, (link,))

    def without_link(self, link: Link) -> Graph:
        return self._relinked(self.nodes, {link}, ()) if link in self.into(link.target) else self

    def _relinked(self, nodes: Mapping[str, Node], gone: set[Link], new: tuple[Link, ...], touched: Iterable[str] = ()) -> Graph:
        """The graph with some links less and some more; of the tables only the rows of their nodes are made again."""
        changed = self._edited(nodes, frozenset(touched).union([link.target for link in (*gone, *new)]), True)
        kept = [link for link in self.links if link not in gone] if gone else self.links
        changed.links = (*kept, *new)
        changed._into = _table(self._into, gone, new, "target")
        changed._out_of = _table(self._out_of, gone, new, "source")
        return changed

    def _edited(self, nodes: Mapping[str, Node], touched: frozenset[str], shape: bool) -> Graph:
        """A graph with other nodes and the links of this one, which knows what was worked out before and what was touched since."""
        changed = object.__new__(Graph)
        changed.nodes = nodes if isinstance(nodes, MappingProxyType) else MappingProxyType(dict(nodes))
        changed.links, changed._into, changed._out_of = self.links, self._into, self._out_of
        changed.worked_out = {}
        changed._since = {name: Since(found, touched, shape) for name, found in self.worked_out.items()}
        for name, before in self._since.items():
            changed._since.setdefault(name, Since(before.found, before.nodes | touched, before.shape or shape))
        return changed

    def upstream(self, targets: Iterable[str]) -> set[str]:
        """The targets and every node that they need, directly or through others."""
        seen: set[str] = set()
        waiting = [node for node in targets if node in self.nodes]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                for link in self._into.get(node, ()):
                    if link.source in self.nodes:
                        waiting.append(link.source)
        return seen

    def downstream(self, sources: Iterable[str]) -> set[str]:
        """The sources and every node that needs them, directly or through others."""
        seen: set[str] = set()
        waiting = [node for node in sources if node in self.nodes]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                for link in self._out_of.get(node, ()):
                    if link.target in self.nodes:
                        waiting.append(link.target)
        return seen

    def needed_by(self, targets: tuple[str, ...]) -> tuple[set[str], list[str]]:
        """The nodes that the targets need, and those of them that can run, sources first. Asked again, it answers from memory."""
        held = self.worked_out.get("needed_by")
        if held is None and (before := self.since("needed_by")) and not before.shape:
            held = self.work_out("needed_by", before.found)
        if held is None or held[0] != targets:
            needed, order = self.upstream(targets), self.order()
            if len(needed) < len(self.nodes):
                order = [node for node in order if node in needed]
            held = self.work_out("needed_by", (targets, needed, order))
        return held[1], held[2]

    def order(self) -> list[str]:
        """All nodes that can run, sources first. Asked again, it answers from memory."""
        held = self.worked_out.get("order")
        if held is None:
            before = self.since("order")
            held = self.work_out("order", before.found if before and not before.shape else self.in_order(self.nodes))
        return cast(list[str], held)

    def in_order(self, needed: Iterable[str]) -> list[str]:
        """The needed nodes, sources first. Nodes on a circle, and behind one, are left out; sources that are not needed do not count."""
        inside = needed if isinstance(needed, set | frozenset) else set(needed)
        into = self._into
        unmet = dict.fromkeys([node for node in self.nodes if node in inside], 0)
        waiting = []
        for node in unmet:
            for link in into.get(node, ()):
                if link.source in inside:
                    unmet[node] += 1
            if not unmet[node]:
                waiting.append(node)
        for node in waiting:  # grows while it is walked
            for link in self._out_of.get(node, ()):
                target = link.target
                if target in unmet:
                    left = unmet[target] = unmet[target] - 1
                    if not left:
                        waiting.append(target)
        return waiting

    def would_cycle(self, source: str, target: str) -> bool:
        """Whether a link from source to target closes a circle."""
        return source in self.downstream([target])


def _table(rows: dict[str, tuple[Link, ...]], gone: set[Link], new: tuple[Link, ...], end: str) -> dict[str, tuple[Link, ...]]:
    """Links by the node at one of their ends, with some less and some more."""
    changed = rows.copy()
    for node in {getattr(link, end) for link in (*gone, *new)}:
        kept = [link for link in rows.get(node, ()) if link not in gone]
        changed[node] = (*kept, *[link for link in new if getattr(link, end) == node])
        if not changed[node]:
            del changed[node]
    return changed
