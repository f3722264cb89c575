"""The whole graph from far away, painted in bulk: one call a color instead of one item at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from app.canvas.geometry import WIDTH

if TYPE_CHECKING:
    from app.canvas.graph_scene import GraphScene

BAND = 40.0
"""Height of the colored head of a node, larger than up close so that it is still seen."""


class Overview:
    def __init__(self, scene: GraphScene) -> None:
        self._scene = scene
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
        for pen, lines in self._wires:
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.setPen(self._scene.inks.edge)
        painter.setBrush(self._scene.inks.body)
        painter.drawRects(self._bodies)
        for brush, rects in self._heads:
            painter.setBrush(brush)
            painter.drawRects(rects)
        self._paint_marks(painter, seen)

    def _paint_marks(self, painter: QPainter, seen: QRectF) -> None:
        """Pictures, and frames around what is selected, runs or failed: few, so one at a time."""
        inks = self._scene.inks
        for item in self._scene.nodes.values():
            if item.picture is None and not item.selected and item.step.state not in ("running", "failed"):
                continue
            body = item.body.translated(item.pos())
            if not seen.intersects(body):
                continue
            if item.picture is not None:
                size = item.picture.deviceIndependentSize()
                size.scale(WIDTH - 16, item.height - BAND - 16, Qt.AspectRatioMode.KeepAspectRatio)
                box = QRectF(body.center().x() - size.width() / 2, body.y() + BAND + 8, size.width(), size.height())
                painter.drawPixmap(box, item.picture, QRectF(item.picture.rect()))
            if item.selected or item.step.state in ("running", "failed"):
                failed = inks.far_failed if item.step.state == "failed" else inks.far_running
                painter.setPen(inks.far_selected if item.selected else failed)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(body)

    def _collect(self) -> None:
        self._stale = False
        self._bodies = []
        heads: dict[str, list[QRectF]] = {}
        wires: dict[str, list[QLineF]] = {}
        for item in self._scene.nodes.values():
            x, y = item.x(), item.y()
            self._bodies.append(QRectF(x, y, WIDTH, item.height))
            heads.setdefault(item.node_type.section, []).append(QRectF(x, y, WIDTH, BAND))
        for wire in self._scene.wires.values():
            wires.setdefault(wire.color, []).append(wire.chord)
        self._heads = [(self._scene.inks.far_header(section), rects) for section, rects in heads.items()]
        self._wires = [(QPen(QColor(color), 0), lines) for color, lines in wires.items()]
