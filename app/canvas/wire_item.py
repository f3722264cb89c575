"""A link on the canvas: a plain path that Qt paints by itself. Python acts only when the path changes."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from graph_engine.graph import Link

NEAREST_BEND = 36.0
TOUCH = 12.0


def wire_path(start: QPointF, end: QPointF) -> QPainterPath:
    """From an output to an input: it leaves to the right and arrives from the left."""
    distance = abs(end.x() - start.x())
    bend = max(min(NEAREST_BEND, abs(end.y() - start.y()) + 12), distance * 0.5)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path


class WireItem(QGraphicsPathItem):
    def __init__(self, link: Link, pen: QPen, lit_pen: QPen) -> None:
        super().__init__()
        self.link = link
        self._pen, self._lit_pen = pen, lit_pen
        self.color = pen.color().name()
        self.chord = QLineF()
        self._touchable: QPainterPath | None = None
        self.setZValue(-1)
        self.setPen(pen)

    def show_ends(self, start: QPointF, end: QPointF) -> None:
        self._touchable = None
        self.chord = QLineF(start, end)
        self.setPath(wire_path(start, end))

    def show_lit(self, lit: bool) -> None:
        self.setPen(self._lit_pen if lit else self._pen)

    def shape(self) -> QPainterPath:
        """What a press on the wire may miss by; made when first asked for."""
        if self._touchable is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(TOUCH)
            self._touchable = stroker.createStroke(self.path())
        return self._touchable
