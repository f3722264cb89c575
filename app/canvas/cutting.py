"""A stroke across wires: it cuts them, or puts a dot on them."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from app.canvas.gestures import Gesture
from app.canvas.graph_view import GraphView
from app.canvas.wire_item import WireItem
from graph_engine.graph import Link


class Stroke(Gesture):
    """A line drawn over the graph; the wires that it crossed are known when it ends."""

    cursor = Qt.CursorShape.CrossCursor
    pans_at_edge = True

    def __init__(self, canvas: GraphView, start: QPoint) -> None:
        super().__init__(canvas, start)
        self.crossed: dict[WireItem, QPointF] = {}
        self._path = QPainterPath(self.begun_at)
        self._item = QGraphicsPathItem()
        self._item.setPen(self._pen())
        self._item.setZValue(9)
        canvas.graph_scene.add_passing(self._item)

    def _pen(self) -> QPen:
        return self.canvas.inks.knife

    def move(self, event: QMouseEvent) -> None:
        here = self.canvas.mapToScene(event.position().toPoint())
        segment = QLineF(self._path.currentPosition(), here)
        self._path.lineTo(here)
        self._item.setPath(self._path)
        around = QRectF(segment.p1(), segment.p2()).normalized().adjusted(-1, -1, 1, 1)
        for wire in self.canvas.graph_scene.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if isinstance(wire, WireItem) and wire not in self.crossed and (at := crossing(wire.path(), segment)) is not None:
                self.crossed[wire] = at
                wire.setPen(self._pen())

    def release(self, event: QMouseEvent) -> None:
        if not self.far(event):
            self.cancel()
            self.canvas.menu_requested.emit(event.position().toPoint())
            return
        self.move(event)
        crossed = {wire.link: at for wire, at in self.crossed.items()}
        self.cancel()
        if crossed:
            self.done(crossed)

    def done(self, crossed: dict[Link, QPointF]) -> None:
        """What becomes of the links, by where they were crossed."""

    def cancel(self) -> None:
        self.canvas.graph_scene.remove_passing(self._item)
        for wire in self.crossed:
            wire.show_lit(False)


class Knife(Stroke):
    def done(self, crossed: dict[Link, QPointF]) -> None:
        self.canvas.session.rewires.cut(crossed)


class DotStroke(Stroke):
    """Puts a dot where the stroke crosses wires: one dot for all that come from the same output."""

    def _pen(self) -> QPen:
        return self.canvas.inks.guide

    def done(self, crossed: dict[Link, QPointF]) -> None:
        bundles: dict[tuple[str, str], dict[Link, QPointF]] = {}
        for link, at in crossed.items():
            bundles.setdefault((link.source, link.output), {})[link] = at
        for bundle in bundles.values():
            put_dot(self.canvas, bundle)


def put_dot(canvas: GraphView, where: dict[Link, QPointF]) -> None:
    """A dot in the middle of some places, one on each of these wires."""
    middle = sum(where.values(), QPointF()) / len(where)
    wires = canvas.graph_scene.wires
    canvas.session.board.add_dot((round(middle.x()), round(middle.y())), {link: wires[link].part_at(at) for link, at in where.items()})


def crossing(path: QPainterPath, segment: QLineF) -> QPointF | None:
    """Where a line crosses a path, if it does."""
    for polygon in path.toSubpathPolygons():
        points = polygon.toList()
        for start, end in zip(points, points[1:], strict=False):
            kind, at = segment.intersects(QLineF(start, end))
            if kind == QLineF.IntersectionType.BoundedIntersection:
                return at
    return None
