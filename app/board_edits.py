"""Edits of what lies on the canvas beside nodes and links. A workflow in, a workflow out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from app.aligning import Box, around
from app.language import tr
from graph_engine.board import Board, Frame, Note
from graph_engine.graph import Link
from graph_engine.workflow import Workflow

Place = tuple[float, float]
MARGIN, HEAD = 24.0, 40.0
"""Around what a frame is put around, and for its title."""


def with_board(workflow: Workflow, board: Board) -> Workflow:
    return replace(workflow, board=board)


def with_frame(workflow: Workflow, identity: str, boxes: Iterable[Box]) -> Workflow:
    """A frame around some boxes."""
    whole = around(boxes)
    frame = Frame((whole.x - MARGIN, whole.y - MARGIN - HEAD), (whole.width + 2 * MARGIN, whole.height + 2 * MARGIN + HEAD), tr("Frame"))
    return _with(workflow, frames={**workflow.board.frames, identity: frame})


def with_note(workflow: Workflow, identity: str, at: Place, text: str = "") -> Workflow:
    return _with(workflow, notes={**workflow.board.notes, identity: Note(at, text=text)})


def with_words(workflow: Workflow, piece: str, words: str) -> Workflow:
    """Another title for a frame, or another text for a note."""
    board = workflow.board
    if piece in board.frames:
        return _with(workflow, frames={**board.frames, piece: replace(board.frames[piece], title=words)})
    return _with(workflow, notes={**board.notes, piece: replace(board.notes[piece], text=words)})


def with_area(workflow: Workflow, piece: str, at: Place, size: Place) -> Workflow:
    """A frame or note elsewhere, and as large as this."""
    board = workflow.board
    if piece in board.frames:
        return _with(workflow, frames={**board.frames, piece: replace(board.frames[piece], at=at, size=size)})
    return _with(workflow, notes={**board.notes, piece: replace(board.notes[piece], at=at, size=size)})


def with_color(workflow: Workflow, chosen: Collection[str], color: str) -> Workflow:
    """Another color for nodes, frames and notes; none gives back the one that they have by themselves."""
    board = workflow.board
    kept = {node: found for node, found in board.colors.items() if node not in chosen}
    colored = {node: color for node in chosen if node in workflow.graph.nodes} if color else {}
    return _with(
        workflow,
        colors={**kept, **colored},
        frames={key: replace(found, color=color) if key in chosen else found for key, found in board.frames.items()},
        notes={key: replace(found, color=color) if key in chosen else found for key, found in board.notes.items()},
    )


def with_folds(workflow: Workflow, nodes: Collection[str], fold: str) -> Workflow:
    """Nodes folded in this way; where all of them are already, they unfold."""
    folds = workflow.board.folds
    kept = {node: found for node, found in folds.items() if node not in nodes}
    done = all(folds.get(node) == fold for node in nodes)
    return _with(workflow, folds=kept if done else {**kept, **dict.fromkeys(nodes, fold)})


def with_dot(workflow: Workflow, identity: str, at: Place, where: Mapping[Link, int]) -> Workflow:
    """A dot that wires go through, each at this place among the dots that it goes through already."""
    board = workflow.board
    routes = dict(board.routes)
    for link, index in where.items():
        through = routes.get(link, ())
        routes[link] = (*through[:index], identity, *through[index:])
    return _with(workflow, dots={**board.dots, identity: at}, routes=routes)


def with_view(workflow: Workflow, name: str, view: tuple[float, float, float]) -> Workflow:
    return _with(workflow, views={**workflow.board.views, name: view})


def lying_in(board: Board, frame: str, boxes: Mapping[str, Box]) -> set[str]:
    """What lies in a frame: nodes whose middle does, and other pieces."""
    (left, top), (width, height) = board.frames[frame].at, board.frames[frame].size

    def holds(x: float, y: float) -> bool:
        return left <= x <= left + width and top <= y <= top + height

    found = {node for node, box in boxes.items() if holds(box.x + box.width / 2, box.y + box.height / 2)}
    found |= {dot for dot, place in board.dots.items() if holds(*place)}
    others: Sequence[tuple[str, Frame | Note]] = [*board.frames.items(), *board.notes.items()]
    for key, piece in others:
        if key != frame and holds(*piece.at) and holds(piece.at[0] + piece.size[0], piece.at[1] + piece.size[1]):
            found.add(key)
    return found


def _with(workflow: Workflow, **changes: object) -> Workflow:
    return with_board(workflow, replace(workflow.board, **changes))
