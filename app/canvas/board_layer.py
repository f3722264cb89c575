"""The frames, notes and dots of a scene: kept equal to the board of the workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsScene

from app.canvas.board_items import DotItem, FrameItem, NoteItem, Piece
from app.canvas.inks import Inks
from graph_engine.board import EMPTY, Board
from graph_engine.graph import Link

Kind = TypeVar("Kind", bound=Piece)


class BoardLayer:
    def __init__(self, scene: QGraphicsScene, inks: Inks) -> None:
        self._scene, self._inks = scene, inks
        self.board = EMPTY
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.dots: dict[str, DotItem] = {}
        self._through: dict[str, set[Link]] = {}

    def forget(self) -> None:
        """The scene was cleared: the items are gone."""
        self.board = EMPTY
        for items in (self.frames, self.notes, self.dots, self._through):
            items.clear()

    def get(self, identity: str) -> Piece | None:
        return self.frames.get(identity) or self.notes.get(identity) or self.dots.get(identity)

    def words_and_dots(self) -> list[Piece]:
        """What lies above wires."""
        return [*self.notes.values(), *self.dots.values()]

    def show(self, board: Board) -> set[Link]:
        """Show another board; returns the links whose wires run otherwise."""
        before, self.board = self.board, board
        if before is board:
            return set()
        self._match(self.frames, board.frames, FrameItem)
        self._match(self.notes, board.notes, NoteItem)
        self._match(self.dots, board.dots, DotItem)
        for key, frame in board.frames.items():
            if before.frames.get(key) is not frame:
                self.frames[key].show_frame(frame)
        for key, note in board.notes.items():
            if before.notes.get(key) is not note:
                self.notes[key].show_note(note)
        for key, place in board.dots.items():
            self.dots[key].setPos(*place)
        return self._rerouted(before, board)

    def _match(self, items: dict[str, Kind], wanted: Mapping[str, object], kind: type[Kind]) -> None:
        for key in items.keys() - wanted.keys():
            self._scene.removeItem(items.pop(key))
        for key in wanted.keys() - items.keys():
            items[key] = kind(key, self._inks)
            self._scene.addItem(items[key])

    def _rerouted(self, before: Board, after: Board) -> set[Link]:
        moved = {key for key, place in after.dots.items() if before.dots.get(key) != place}
        self._through = {}
        for link, dots in after.routes.items():
            for dot in dots:
                self._through.setdefault(dot, set()).add(link)
        changed = {link for link in before.routes.keys() | after.routes.keys() if before.routes.get(link) != after.routes.get(link)}
        return changed | self.through(moved)

    def through(self, pieces: Iterable[str]) -> set[Link]:
        """The links whose wires go through some dots."""
        return {link for piece in pieces for link in self._through.get(piece, ())}

    def way_of(self, link: Link) -> list[QPointF]:
        """Where the wire of a link goes through."""
        return [self.dots[dot].pos() for dot in self.board.routes.get(link, ()) if dot in self.dots]

    def color_dots(self, link: Link, type_name: str) -> None:
        for dot in self.board.routes.get(link, ()):
            if (item := self.dots.get(dot)) and item.type_name != type_name:
                item.type_name = type_name
                item.update()
