"""Nodes and wires by the square that they lie in, with what each square is painted from: an edit makes few of these lists anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen, QStaticText

from app.canvas.geometry import HEADER, WIDTH
from app.canvas.inks import Inks
from app.canvas.node_item import NodeItem
from app.canvas.wire_item import WireItem
from graph_engine.graph import Link

SIDE = 1500.0
BAND = 40.0
"""Height of the colored head of a node from far away, larger than up close so that it is still seen."""
PORT = 10.0

Item = NodeItem | WireItem
Filled = list[tuple[QBrush, list[QRectF]]]
Drawn = list[tuple[QPen, QPainterPath]]


class Looks:
    """What some nodes and wires are painted from, made when it is first asked for.

    From far away nodes are a box with a band. Nearer they have titles and ports; those that are not plain are painted one by one then.
    """

    def __init__(self, inks: Inks, nodes: Iterable[NodeItem], wires: Iterable[WireItem]) -> None:
        self._inks, self._wires = inks, [wire for wire in wires if wire.isVisible()]
        self._nodes = list(nodes)
        self.others = [node for node in self._nodes if not node.face.plain]
        self._plain = [node for node in self._nodes if node.face.plain]

    @cached_property
    def area(self) -> QRectF:
        """What all of them cover."""
        area = QRectF()
        for rect in (*[node.body for node in self._nodes], *[wire.boundingRect() for wire in self._wires]):
            area |= rect
        return area

    @cached_property
    def bodies(self) -> list[QRectF]:
        return [node.body for node in self._nodes]

    @cached_property
    def bands(self) -> Filled:
        return _by_color([(n.face.far_header.color(), QRectF(n.x(), n.y(), WIDTH, min(BAND, n.face.height))) for n in self._nodes])

    @cached_property
    def chords(self) -> Drawn:
        paths: dict[str, QPainterPath] = {}
        for wire in self._wires:
            path = paths.setdefault(wire.color, QPainterPath())
            path.moveTo(wire.points[0])
            for point in wire.points[1:]:
                path.lineTo(point)
        return _thin(paths)

    @cached_property
    def plain_bodies(self) -> list[QRectF]:
        return [node.body for node in self._plain]

    @cached_property
    def heads(self) -> Filled:
        return _by_color([(node.face.header.color(), QRectF(node.x(), node.y(), WIDTH, HEADER)) for node in self._plain])

    @cached_property
    def titles(self) -> list[tuple[QPointF, QStaticText]]:
        inset = QPointF(10, (HEADER - self._inks.far_titles.height) / 2)
        return [(node.pos() + inset, node.face.far_title) for node in self._plain]

    @cached_property
    def ports(self) -> Filled:
        return _by_color(self._squares())

    def _squares(self) -> Iterator[tuple[QColor, QRectF]]:
        for node in self._plain:
            x, y = node.x() - PORT / 2, node.y() - PORT / 2
            for port in node.geometry.ports:
                if port.side != "parameter":
                    yield self._inks.type_color(port.types[0]), QRectF(x + port.x, y + port.y, PORT, PORT)

    @cached_property
    def curves(self) -> Drawn:
        paths: dict[str, QPainterPath] = {}
        for wire in self._wires:
            paths.setdefault(wire.color, QPainterPath()).addPath(wire.path())
        return _thin(paths)


class Tile:
    """A square's nodes, and the wires that begin in it."""

    def __init__(self, inks: Inks) -> None:
        self._inks = inks
        self.nodes: dict[NodeItem, None] = {}
        self.wires: dict[WireItem, None] = {}
        self._looks: Looks | None = None

    def forget(self) -> None:
        self._looks = None

    @property
    def looks(self) -> Looks:
        if self._looks is None:
            self._looks = Looks(self._inks, self.nodes, self.wires)
        return self._looks


class Tiles:
    """All nodes and wires of a scene. ``far`` are the wires that reach beyond a neighboring square."""

    def __init__(self, inks: Inks, nodes: Mapping[str, NodeItem], wires: Mapping[Link, WireItem]) -> None:
        self._inks, self._nodes, self._wires = inks, nodes, wires
        self._tiles: dict[tuple[int, int], Tile] = {}
        self._homes: dict[Item, Tile] = {}
        self._sorted = False
        self.far = Tile(inks)

    def forget(self) -> None:
        """Another graph: all are sorted anew before the next painting."""
        self._sorted = False

    def moved(self, items: Iterable[Item]) -> None:
        """These lie elsewhere, or look otherwise."""
        if self._sorted:
            for item in items:
                self.gone(item)
                self._enter(item)

    def seen(self, area: QRectF) -> list[Looks]:
        """What the squares show that have something in an area."""
        if not self._sorted:
            self._sort()
        return [tile.looks for tile in self._tiles.values() if tile.looks.area.intersects(area)]

    def _sort(self) -> None:
        self._sorted = True
        self._tiles.clear()
        self._homes.clear()
        self.far = Tile(self._inks)
        for node in self._nodes.values():
            self._enter(node)
        for wire in self._wires.values():
            self._enter(wire)

    def _enter(self, item: Item) -> None:
        tile = self._homes[item] = self._home(item)
        if isinstance(item, NodeItem):
            tile.nodes[item] = None
        else:
            tile.wires[item] = None
        tile.forget()

    def gone(self, item: Item) -> None:
        if tile := self._homes.pop(item, None):
            if isinstance(item, NodeItem):
                del tile.nodes[item]
            else:
                del tile.wires[item]
            tile.forget()

    def _home(self, item: Item) -> Tile:
        if isinstance(item, WireItem):
            area, at = item.boundingRect(), item.points[0]
            if max(area.width(), area.height()) > SIDE:
                return self.far
        else:
            at = item.pos()
        return self._tiles.setdefault((int(at.x() // SIDE), int(at.y() // SIDE)), Tile(self._inks))


def _by_color(rects: Iterable[tuple[QColor, QRectF]]) -> Filled:
    found: dict[int, list[QRectF]] = {}
    for color, rect in rects:
        found.setdefault(color.rgba(), []).append(rect)
    return [(QBrush(QColor.fromRgba(rgba)), listed) for rgba, listed in found.items()]


def _thin(paths: Mapping[str, QPainterPath]) -> Drawn:
    """Each with a pen of its color that is as wide at any size: of one pixel of the screen Qt draws lines many times faster than wider."""
    made = []
    for color, path in paths.items():
        pen = QPen(QColor(color))
        pen.setCosmetic(True)
        made.append((pen, path))
    return made
