"""A link on the canvas: a curve that is painted as straight pieces, but for the closest views."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from app.canvas.stage import Stage
from app.canvas.wire_pieces import Pieces, bend_of
from graph_engine.graph import Link

TOUCH = 12.0
CLOSE = 1.6
"""The magnification above which the curve itself is painted."""
THIN = 0.75
"""Below this a pixel of the screen is as wide as a wire, and Qt draws lines of a pixel many times faster than wider ones."""
FINE = 0.3
"""How far the pieces of a wire may be from its curve."""


def wire_path(start: QPointF, end: QPointF) -> QPainterPath:
    """From an output to an input: it leaves to the right and arrives from the left."""
    bend = bend_of(start, end)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path


def wire_through(points: Sequence[QPointF]) -> QPainterPath:
    """A wire that goes through dots: at each it runs level."""
    path = wire_path(points[0], points[1])
    for start, end in pairwise(points[1:]):
        path.connectPath(wire_path(start, end))
    return path


class WireItem(QGraphicsPathItem):
    def __init__(self, link: Link, stage: Stage, type_name: str) -> None:
        super().__init__()
        self.link, self.type_name, self._stage = link, type_name, stage
        self._pen, self._lit_pen = stage.inks.wire(type_name), stage.inks.wire(type_name, lit=True)
        self.color = self._pen.color().name()
        self._thin = QPen(self._pen.color(), 0)
        self.chord = QLineF()
        self.points: Sequence[QPointF] = ()
        self._touchable: QPainterPath | None = None
        self._bounds = QRectF()
        self._pieces: list[Pieces] | None = None
        self.setZValue(-1)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # so that it is told what is in sight
        self.setPen(self._pen)

    def show_way(self, points: Sequence[QPointF]) -> None:
        """From the first point to the last, through those between."""
        self._touchable = None
        self._pieces = None
        self.points = points
        self.chord = QLineF(points[0], points[-1])
        path = wire_through(points)
        self.prepareGeometryChange()
        self._bounds = path.controlPointRect().adjusted(-TOUCH / 2, -TOUCH / 2, TOUCH / 2, TOUCH / 2)
        self.setPath(path)
        self._stage.changed([self])

    def part_at(self, point: QPointF) -> int:
        """Between which of its points a place on the wire lies: 0 before the first dot."""
        parts = [wire_path(start, end) for start, end in pairwise(self.points)]
        away = [min(QLineF(part.pointAtPercent(step / 24), point).length() for step in range(25)) for part in parts]
        return away.index(min(away))

    def show_there(self, there: bool) -> None:
        """Whether it is drawn: while it is pulled elsewhere it is not."""
        self.setVisible(there)
        self._stage.changed([self])

    def show_lit(self, lit: bool) -> None:
        (self._stage.lit.add if lit else self._stage.lit.discard)(self)
        self.setPen(self._lit_pen if lit else self._pen)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        size = painter.worldTransform().m11()
        if size > CLOSE:
            super().paint(painter, option, widget)
            return
        if painter.deviceTransform().m11() < THIN and self not in self._stage.lit:
            painter.setPen(self._thin)
            painter.drawPath(self.path())
            return
        if self._pieces is None:
            self._pieces = [Pieces(start, end, FINE) for start, end in pairwise(self.points)]
        painter.setPen(self.pen())
        for curve in self._pieces:
            painter.drawLines(curve.seen_in(option.exposedRect))

    def boundingRect(self) -> QRectF:
        return self._bounds  # Qt's own would stroke the path of every wire

    def shape(self) -> QPainterPath:
        """What a press on the wire may miss by; made when first asked for."""
        if self._touchable is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(TOUCH)
            self._touchable = stroker.createStroke(self.path())
        return self._touchable
