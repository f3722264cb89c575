"""Which node types a few letters mean, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable

from app.language import tr
from app.linking import Gap, LooseEnd, fits_there
from graph_engine.declaration import NodeType

LEAST = 62.0


def found(types: Iterable[NodeType], query: str, where: LooseEnd | Gap | None = None) -> list[NodeType]:
    """With a loose end or a gap, only types that fit there. Without a query, all by section."""
    fitting = [node_type for node_type in types if fits_there(node_type, where)]
    words = query.strip().lower()
    if not words:
        return sorted(fitting, key=lambda node_type: (node_type.section, node_type.title))
    ranked = [(likeness(node_type, words), node_type.title, node_type) for node_type in fitting]
    ranked = [entry for entry in ranked if entry[0] >= LEAST]
    return [entry[2] for entry in sorted(ranked, key=lambda entry: (-entry[0], entry[1]))]


def likeness(node_type: NodeType, query: str) -> float:
    """From 0 to 120: the title counts most, then its other words and section, then the summary; mistyped letters count less."""
    # Imported on the first search: the window opens without it.
    from rapidfuzz import fuzz

    title = node_type.title.lower()
    if title.startswith(query):
        return 120.0
    if any(word.startswith(query) for word in title.split()):
        return 115.0
    if _initials(title).startswith(query):
        return 110.0
    if query in title:
        return 105.0
    section = node_type.section.replace("_", " ")
    others = [*node_type.words, section, tr(section.capitalize())]
    if any(other.lower().startswith(query) for other in others):
        return 100.0
    if query in node_type.summary.lower():
        return 90.0
    return float(fuzz.WRatio(query, title)) * 0.9 if len(query) > 2 else 0.0


def _initials(title: str) -> str:
    return "".join(word[0] for word in title.split())
