"""Which nodes, frames and notes of a document some words mean, wherever in it they lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.language import tr
from app.wording import plain, title_of
from graph_engine.declaration import NodeType
from graph_engine.definition import held
from graph_engine.workflow import Workflow

DEEPEST = 16


class Found(NamedTuple):
    """``way`` are the groups to step into; ``rank`` is smaller for what is likelier meant."""

    identity: str
    way: tuple[str, ...]
    title: str
    hint: str
    rank: int


def found_in(workflow: Workflow, types: Mapping[str, NodeType], words: str) -> list[Found]:
    """The likeliest first: the start of a title, a part of it, the node type, then what is typed or written there."""
    wanted = words.strip().lower()
    if not wanted:
        return []
    return sorted(_found(workflow, workflow, types, wanted, (), ()), key=lambda found: (found.rank, len(found.way), found.title))


def _found(
    whole: Workflow, place: Workflow, types: Mapping[str, NodeType], wanted: str, way: tuple[str, ...], titles: tuple[str, ...]
) -> Iterator[Found]:
    where = " › ".join(titles)
    for identity, node in place.graph.nodes.items():
        known = types.get(node.type)
        title = title_of(node, known)
        typed = " ".join(str(value) for value in node.parameters.values())
        rank = _rank(wanted, title, known.title if known else node.type, typed, identity)
        if rank is not None:
            hint = where or (known.title if known and known.title != title else plain(node.type.partition("/")[0]))
            yield Found(identity, way, title, hint, rank)
        inner = held(whole.definitions, node.type)
        if inner and len(way) < DEEPEST:
            yield from _found(whole, Workflow(inner.graph, board=inner.board), types, wanted, (*way, identity), (*titles, title))
    for identity, frame in place.board.frames.items():
        if wanted in frame.title.lower():
            yield Found(identity, way, frame.title, where or tr("Frame"), 1)
    for identity, note in place.board.notes.items():
        if wanted in note.text.lower():
            line = next(line for line in note.text.splitlines() if wanted in line.lower()) if "\n" not in wanted else note.text
            yield Found(identity, way, line.lstrip("#* "), where or tr("Note"), 3)


def _rank(wanted: str, title: str, type_title: str, typed: str, identity: str) -> int | None:
    if title.lower().startswith(wanted) or identity == wanted:
        return 0
    if wanted in title.lower():
        return 1
    if wanted in type_title.lower():
        return 2
    return 3 if wanted in typed.lower() else None
