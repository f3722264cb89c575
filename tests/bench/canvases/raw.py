"""The yardstick: an item a box and an item a wire in a plain QGraphicsView, the boxes as they look in Tessera, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsScene, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from tests.bench.canvases.chart import INPUTS, OUTPUTS, Chart

WIDTH, HEAD, ROW = 208.0, 28.0, 24.0
HEIGHT = HEAD + 6 + ROW * INPUTS + 6
FULL, BOXES = 0.55, 0.25
BODY, TOP, PORT, TEXT, LINE = (QColor(name) for name in ("#292c32", "#4a3d5c", "#62b0f0", "#e3e5e9", "#5a90c0"))
EDGE = QPen(QColor("#0c0d0f"), 1)


def port(index: int, gives: bool) -> QPointF:
    return QPointF(WIDTH if gives else 0.0, HEAD + 6 + ROW * index + ROW / 2)


PORTS = [(port(index, True), QStaticText(f"out {index}"), True) for index in range(OUTPUTS)]
PORTS += [(port(index, False), QStaticText(f"in {index}"), False) for index in range(INPUTS)]


def rounded(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, 7, 7)
    return path


OUTLINE, HEADING = rounded(QRectF(0, 0, WIDTH, HEIGHT)), rounded(QRectF(0, 0, WIDTH, HEAD))


class Box(QGraphicsItem):
    def __init__(self, index: int) -> None:
        super().__init__()
        self.wires: list[tuple[Line, bool]] = []
        self.title = QStaticText(f"Box {index}")
        self.setFlags(self.GraphicsItemFlag.ItemIsMovable | self.GraphicsItemFlag.ItemSendsGeometryChanges)

    def boundingRect(self) -> QRectF:
        return QRectF(-8, -8, WIDTH + 16, HEIGHT + 16)

    def itemChange(self, change, value):  # type: ignore[no-untyped-def]
        if change == self.GraphicsItemChange.ItemPositionHasChanged:
            for wire, _ in self.wires:
                wire.route()
        return value

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        size = painter.worldTransform().m11()
        if size < FULL:
            painter.fillRect(QRectF(0, 0, WIDTH, HEIGHT), BODY)
            painter.fillRect(QRectF(0, 0, WIDTH, HEAD), TOP)
            for at, _, _ in PORTS if size >= BOXES else ():
                painter.fillRect(QRectF(at.x() - 5, at.y() - 5, 10, 10), PORT)
            return
        painter.setPen(EDGE)
        painter.setBrush(BODY)
        painter.drawPath(OUTLINE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(TOP)
        painter.drawPath(HEADING)
        painter.setPen(TEXT)
        painter.drawStaticText(QPointF(12, 6), self.title)
        painter.setBrush(PORT)
        for at, text, gives in PORTS:
            painter.setPen(EDGE)
            painter.drawEllipse(at, 5, 5)
            painter.setPen(TEXT)
            painter.drawStaticText(QPointF(at.x() - 48 if gives else 12, at.y() - 8), text)


class Line(QGraphicsPathItem):
    def __init__(self, start: Box, output: int, end: Box, entry: int) -> None:
        super().__init__()
        self.ends = start, port(output, True), end, port(entry, False)
        self.setPen(QPen(LINE, 2))
        self.setZValue(-1)
        start.wires.append((self, True))
        end.wires.append((self, False))
        self.route()

    def route(self) -> None:
        start, output, end, entry = self.ends
        first, last = start.pos() + output, end.pos() + entry
        bend = QPointF(max(36.0, abs(last.x() - first.x()) / 2), 0)
        path = QPainterPath(first)
        path.cubicTo(first + bend, last - bend, last)
        self.setPath(path)


class Raw(QGraphicsView):
    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[Box] = []
        self.setFrameShape(self.Shape.NoFrame)
        for bar in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            bar(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(self.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(self.ViewportUpdateMode.SmartViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheBackground)
        self.setOptimizationFlags(self.OptimizationFlag.DontSavePainterState | self.OptimizationFlag.DontAdjustForAntialiasing)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setBackgroundBrush(QColor("#16171a"))

    def open(self, chart: Chart) -> None:
        scene = QGraphicsScene(QRectF(-50_000, -50_000, 100_000, 100_000), self)
        self.boxes = [Box(index) for index in range(len(chart.places))]
        for box, place in zip(self.boxes, chart.places, strict=True):
            box.setPos(*place)
            scene.addItem(box)
        for wire in chart.wires:
            scene.addItem(Line(self.boxes[wire.source], wire.output, self.boxes[wire.target], wire.input))
        self.setScene(scene)

    @property
    def view(self) -> QGraphicsView:
        return self

    def pan(self, way: QPoint) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - way.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - way.y())

    def zoom(self, factor: float) -> None:
        middle = self.mapToScene(self.viewport().rect().center())
        self.scale(factor, factor)
        self.centerOn(middle)

    def look_at(self, area: QRectF, zoom: float) -> None:
        self.resetTransform()
        self.scale(zoom, zoom)
        self.centerOn(area.center())

    def handle(self, index: int) -> QPoint:
        """Where to press a box in order to drag it."""
        return self.mapFromScene(self.boxes[index].pos() + QPointF(60, 12))
