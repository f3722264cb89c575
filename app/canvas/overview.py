"""The whole graph from far away, painted in bulk: one call a color instead of one item at a time."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from app.canvas.board_layer import BoardLayer
from app.canvas.geometry import WIDTH
from app.canvas.inks import NOTHING, Inks
from app.canvas.node_item import NodeItem
from app.canvas.wire_item import WireItem
from graph_engine.graph import Link

BAND = 40.0
"""Height of the colored head of a node, larger than up close so that it is still seen."""


class Overview:
    def __init__(
        self, inks: Inks, nodes: Mapping[str, NodeItem], wires: Mapping[Link, WireItem], board: BoardLayer, standing_out: set[NodeItem]
    ) -> None:
        self._standing_out = standing_out
        self._board = board
        self._inks, self._nodes, self._all_wires = inks, nodes, wires
        self._stale = True
        self._bodies: list[QRectF] = []
        self._heads: list[tuple[QBrush, list[QRectF]]] = []
        self._wires: list[tuple[QPen, list[QLineF]]] = []

    def forget(self) -> None:
        """The graph changed: collect again before the next painting."""
        self._stale = True

    def paint(self, painter: QPainter, seen: QRectF) -> None:
        if self._stale:
            self._collect()
        for piece in self._board.all():
            if seen.intersects(piece.body):
                painter.save()
                painter.translate(piece.pos())
                piece.paint(painter, QStyleOptionGraphicsItem())
                painter.restore()
        for pen, lines in self._wires:
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.setPen(NOTHING)
        painter.setBrush(self._inks.body)
        painter.drawRects(self._bodies)
        for brush, rects in self._heads:
            painter.setBrush(brush)
            painter.drawRects(rects)
        self._paint_marks(painter, seen)

    def _paint_marks(self, painter: QPainter, seen: QRectF) -> None:
        """Pictures, and frames around what is selected, runs or failed: few, so one at a time."""
        inks = self._inks
        for item in self._standing_out:
            face, body = item.face, item.body
            if not seen.intersects(body):
                continue
            if face.picture is not None and not face.closed:
                size = face.picture.deviceIndependentSize()
                size.scale(WIDTH - 16, face.height - BAND - 16, Qt.AspectRatioMode.KeepAspectRatio)
                box = QRectF(body.center().x() - size.width() / 2, body.y() + BAND + 8, size.width(), size.height())
                painter.drawPixmap(box, face.picture, QRectF(face.picture.rect()))
            if face.framed:
                state = inks.far_failed if face.step.state == "failed" else inks.far_running
                painter.setPen(inks.far_selected if face.selected else state)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(body)

    def _collect(self) -> None:
        self._stale = False
        self._bodies = []
        heads: dict[int, tuple[QBrush, list[QRectF]]] = {}
        wires: dict[str, list[QLineF]] = {}
        for item in self._nodes.values():
            x, y = item.x(), item.y()
            self._bodies.append(QRectF(x, y, WIDTH, item.face.height))
            head = item.face.far_header
            heads.setdefault(head.color().rgba(), (head, []))[1].append(QRectF(x, y, WIDTH, min(BAND, item.face.height)))
        for wire in self._all_wires.values():
            wires.setdefault(wire.color, []).extend(wire.chords)
        self._heads = list(heads.values())
        self._wires = [(QPen(QColor(color), 0), lines) for color, lines in wires.items()]
