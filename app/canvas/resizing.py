"""Dragging the edges of a frame or the corner of a note."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from app.canvas.board_items import LEAST_FRAME, LEAST_NOTE, FrameItem, Piece
from app.canvas.gestures import Gesture
from app.canvas.graph_view import GraphView
from app.canvas.guides import GRID

CURSORS = {
    **dict.fromkeys(("n", "s"), Qt.CursorShape.SizeVerCursor),
    **dict.fromkeys(("e", "w"), Qt.CursorShape.SizeHorCursor),
    **dict.fromkeys(("nw", "se"), Qt.CursorShape.SizeFDiagCursor),
    **dict.fromkeys(("ne", "sw"), Qt.CursorShape.SizeBDiagCursor),
}


class Resize(Gesture):
    pans_at_edge = True

    def __init__(self, canvas: GraphView, start: QPoint, piece: Piece, sides: str) -> None:
        super().__init__(canvas, start)
        self._piece, self._sides = piece, sides
        self.cursor = CURSORS[sides]
        self._before = piece.body
        self._least = LEAST_FRAME if isinstance(piece, FrameItem) else LEAST_NOTE

    def move(self, event: QMouseEvent) -> None:
        area = self._area(event)
        self._piece.setPos(area.topLeft())
        self._piece.show_size(area.width(), area.height())

    def _area(self, event: QMouseEvent) -> QRectF:
        delta = self.canvas.mapToScene(event.position().toPoint()) - self.begun_at
        area, least = QRectF(self._before), self._least
        if "w" in self._sides:
            area.setLeft(min(_on_grid(area.left() + delta.x()), area.right() - least.width()))
        if "e" in self._sides:
            area.setRight(max(_on_grid(area.right() + delta.x()), area.left() + least.width()))
        if "n" in self._sides:
            area.setTop(min(_on_grid(area.top() + delta.y()), area.bottom() - least.height()))
        if "s" in self._sides:
            area.setBottom(max(_on_grid(area.bottom() + delta.y()), area.top() + least.height()))
        return area

    def release(self, event: QMouseEvent) -> None:
        area = self._area(event)
        if self.far(event):
            place, size = (area.x(), area.y()), (area.width(), area.height())
            self.canvas.session.board.resize(self._piece.identity, place, size)
        else:
            self.cancel()

    def cancel(self) -> None:
        self._piece.setPos(self._before.topLeft())
        self._piece.show_size(self._before.width(), self._before.height())


def _on_grid(value: float) -> float:
    return round(value / GRID) * GRID
