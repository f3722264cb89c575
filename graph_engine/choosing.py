"""Lazy inputs: which of them a step needs, told by the node type's own ``needs`` as soon as what it asks for is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from graph_engine.catalogue import Catalogue
from graph_engine.declaration import NodeType


def chosen(types: Mapping[str, NodeType], node_type: NodeType, known: Mapping[str, Any]) -> frozenset[str] | None:
    """The lazy inputs that a step needs; None where the run has to tell.

    Args:
        types: a catalogue with functions can tell before a run.
        node_type: has lazy inputs.
        known: parameters that are typed, by name.
    """
    if not isinstance(types, Catalogue) or not types.runs(node_type.id) or any(name not in known for name in node_type.chooses_by):
        return None
    try:
        return chosen_of(types, node_type, [known])
    except Exception:  # a node is anyone's code: asked again in the run, what it raises is its step's failure
        return None


def chosen_of(catalogue: Catalogue, node_type: NodeType, items: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The lazy inputs that a step needs for what its other inputs and parameters hold; of several items, what any of them needs."""
    needs = catalogue.needs(node_type.id)
    found: set[str] = set()
    for known in items:
        named: Collection[str] = needs(**{name: known[name] for name in node_type.chooses_by})
        if strangers := set(named) - node_type.lazy:
            raise ValueError(f"needs of {node_type.id}: must name lazy inputs, got {min(strangers)!r}")
        found.update(named)
    return frozenset(found)
