"""A link on the canvas: a curve that is painted as straight pieces, but for the closest views."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker
from PySide6.QtWidgets import QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from app.canvas.inks import Inks
from app.canvas.wire_pieces import Pieces, bend_of
from graph_engine.graph import Link

TOUCH = 12.0
CLOSE, FAR = 1.6, 0.55
"""Magnifications above which the curve itself is painted, and below which coarser pieces look the same."""
FINE, COARSE = 0.3, 2.0


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
    def __init__(self, link: Link, inks: Inks, type_name: str) -> None:
        super().__init__()
        self.link, self.type_name = link, type_name
        self._pen, self._lit_pen = inks.wire(type_name), inks.wire(type_name, lit=True)
        self.color = self._pen.color().name()
        self.chord = QLineF()
        self.points: Sequence[QPointF] = ()
        self._touchable: QPainterPath | None = None
        self._bounds = QRectF()
        self._pieces: dict[float, list[Pieces]] = {}
        self.setZValue(-1)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # so that it is told what is in sight
        self.setPen(self._pen)

    def show_way(self, points: Sequence[QPointF]) -> None:
        """From the first point to the last, through those between."""
        self._touchable = None
        self._pieces.clear()
        self.points = points
        self.chord = QLineF(points[0], points[-1])
        path = wire_through(points)
        self.prepareGeometryChange()
        self._bounds = path.controlPointRect().adjusted(-TOUCH / 2, -TOUCH / 2, TOUCH / 2, TOUCH / 2)
        self.setPath(path)

    def part_at(self, point: QPointF) -> int:
        """Between which of its points a place on the wire lies: 0 before the first dot."""
        parts = [wire_path(start, end) for start, end in pairwise(self.points)]
        away = [min(QLineF(part.pointAtPercent(step / 24), point).length() for step in range(25)) for part in parts]
        return away.index(min(away))

    @property
    def chords(self) -> list[QLineF]:
        """Straight lines for the wire, as it is drawn from far away."""
        return [self.chord] if len(self.points) < 3 else [QLineF(start, end) for start, end in pairwise(self.points)]

    def show_lit(self, lit: bool) -> None:
        self.setPen(self._lit_pen if lit else self._pen)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        size = painter.worldTransform().m11()
        if size > CLOSE:
            super().paint(painter, option, widget)
            return
        finest = FINE if size > FAR else COARSE
        curves = self._pieces.get(finest)
        if curves is None:
            curves = self._pieces[finest] = [Pieces(start, end, finest) for start, end in pairwise(self.points)]
        painter.setPen(self.pen())
        seen = option.exposedRect
        for curve in curves:
            painter.drawLines(curve.seen_in(seen))

    def boundingRect(self) -> QRectF:
        return self._bounds  # Qt's own would stroke the path of every wire

    def shape(self) -> QPainterPath:
        """What a press on the wire may miss by; made when first asked for."""
        if self._touchable is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(TOUCH)
            self._touchable = stroker.createStroke(self.path())
        return self._touchable
