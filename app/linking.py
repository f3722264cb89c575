"""Loose ends: a link while it is being made, when only one of its ends is known."""

from __future__ import annotations

from dataclasses import dataclass

from graph_engine.declaration import NodeType
from graph_engine.graph import Link
from graph_engine.open_types import fits


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """``types`` is what flows out of the known end, or what it takes."""

    node: str
    name: str
    gives: bool
    types: tuple[str, ...]

    def link_to(self, node: str, name: str) -> Link:
        """The link between this end and a named end of another node."""
        if self.gives:
            return Link(self.node, self.name, node, name)
        return Link(node, name, self.node, self.name)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place on a link where a node is to stand, and what flows there: a type comes, and some are taken."""

    link: Link
    came: str
    taken: tuple[str, ...]


def fits_there(node_type: NodeType, where: LooseEnd | Gap | None) -> bool:
    """Whether a node type can be linked to a loose end, or can stand in a gap; anything fits where nothing waits."""
    if isinstance(where, Gap):
        took = any(fits(where.came, (entry.type,)) for entry in node_type.inputs)
        return took and any(fits(output.type, where.taken) for output in node_type.outputs)
    return where is None or bool(fitting_ends(node_type, where))


def fitting_ends(node_type: NodeType, loose: LooseEnd) -> list[str]:
    """Names of the ends of a node type that the loose end may be linked to, the best first: inputs before parameters."""
    if not loose.gives:
        return [output.name for output in node_type.outputs if fits(output.type, loose.types)]
    inputs = sorted(node_type.inputs, key=lambda entry: not entry.required)
    names = [*(entry.name for entry in inputs), *(parameter.name for parameter in node_type.parameters)]
    return [name for name in names if fits(loose.types[0], node_type.accepted(name))]
