"""What lies between two workflows, as plain data: of a large graph only the parts that differ, for a journal of edits.

A difference is taken on what `plain` makes of the first workflow to give that of the second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph_engine.definition import Definition, Foreign
from graph_engine.file_shape import definition_fields, exposed_fields, link_fields, node_fields, on_board, place_fields
from graph_engine.workflow import Workflow, fields

SET, GONE, ENTRIES, LINKS = "set", "gone", "entries", "links"
ABSENT = object()


def plain(workflow: Workflow) -> dict[str, Any]:
    """The fields of the file, with links in the order of the graph, which a difference counts by."""
    return {**fields(workflow), "links": _linked(workflow.graph.links, workflow)}


def difference(before: Workflow, after: Workflow) -> dict[str, Any]:
    """The fields that are other or gone, so for the entries of nodes, layout and definitions, and the links. Empty = the same."""
    changed, gone = _small_between(before, after)
    sections: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], Callable[[Any], Any]]] = {
        "nodes": (before.graph.nodes, after.graph.nodes, node_fields),
        "layout": (before.layout, after.layout, place_fields),
        "definitions": (before.definitions, after.definitions, _definition),
    }
    entries = {name: found for name, section in sections.items() if any(found := _between(*section))}
    parts = {SET: changed, GONE: gone, ENTRIES: entries, LINKS: _links_between(before, after)}
    return {name: part for name, part in parts.items() if part}


def take_difference(held: dict[str, Any], found: Mapping[str, Any]) -> None:
    """Make what `plain` gave of the first workflow into what it gives of the second."""
    for name, (changed, gone) in {"": (found.get(SET, {}), found.get(GONE, ())), **found.get(ENTRIES, {})}.items():
        part = held.setdefault(name, {}) if name else held
        for key in gone:
            del part[key]
        part.update(changed)
    if LINKS in found:
        start, end, new = found[LINKS]
        held["links"][start:end] = new


def _small_between(before: Workflow, after: Workflow) -> tuple[dict[str, Any], list[str]]:
    """Small fields that are new or other, and names that are gone. Where unknown names differ all come anew: their order is kept."""
    boards = ({}, {}) if before.board is after.board else (on_board(before.board), on_board(after.board))
    changed, gone = _between({**_small_fields(before), **boards[0]}, {**_small_fields(after), **boards[1]}, lambda value: value)
    if list(before.unknown) == list(after.unknown):
        return changed, gone
    known = {name: value for name, value in changed.items() if name not in after.unknown}
    return {**known, **after.unknown}, list(before.unknown)


def _small_fields(workflow: Workflow) -> dict[str, Any]:
    """What is set as a whole: it is small."""
    exposed = exposed_fields(workflow.exposed)
    return {"name": workflow.name, "description": workflow.description, "exposed": exposed, **workflow.unknown}


def _between(before: Mapping[str, Any], after: Mapping[str, Any], shown: Callable[[Any], Any]) -> tuple[dict[str, Any], list[str]]:
    """Entries that are new or other, and keys that are gone."""
    if before is after:
        return {}, []
    changed = {key: shown(value) for key, value in after.items() if not _same(before.get(key, ABSENT), value)}
    return changed, [key for key in before if key not in after]


def _same(old: Any, value: Any) -> bool:
    """Equal, and written alike: 1, 1.0 and true are equal to Python, and so are two orders of the same names."""
    return old is value or (old is not ABSENT and repr(old) == repr(value))


def _definition(found: Definition | Foreign) -> Any:
    return definition_fields(found)


def _links_between(before: Workflow, after: Workflow) -> list[Any]:
    """From where to where links are replaced, and by what; nothing where they are the same."""
    old, new = before.graph.links, after.graph.links
    if before.unknown_of_links != after.unknown_of_links:
        return [0, len(old), _linked(new, after)]
    if old == new:
        return []
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    return [start, len(old) - end, _linked(new[start : len(new) - end], after)]


def _linked(links: Sequence[Any], workflow: Workflow) -> list[Any]:
    return [link_fields(link, workflow.unknown_of_links) for link in links]


def _shared(old: Sequence[Any], new: Sequence[Any]) -> int:
    """How many links at the front are the same."""
    return next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))
