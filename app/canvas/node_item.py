"""A node on the canvas: one item, nothing per port, label or icon. What it shows is set from outside; it only paints."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.canvas import node_painting
from app.canvas.geometry import INSET, REACH, WIDTH, NodeGeometry, Port
from app.pictures import thumbnail
from app.steps import NEVER, Step
from app.wording import title_of, value_of, value_text
from graph_engine.declaration import NodeType
from graph_engine.graph import Node

if TYPE_CHECKING:
    from app.canvas.graph_scene import GraphScene

MARGIN = REACH
PICTURE_INSET = 8.0
FAILURE_LINES = 4


class NodeItem(QGraphicsItem):
    def __init__(self, identity: str, scene: GraphScene) -> None:
        super().__init__()
        self.identity = identity
        self.stage = scene
        self.node = Node("")
        self.node_type: NodeType
        self.geometry: NodeGeometry
        self.known = True
        self.step: Step = NEVER
        self.selected = False
        self.trouble = ""  # severity of the worst problem
        self.hovered: Port | None = None
        self.linked: frozenset[tuple[str, bool]] = frozenset()
        self.title = self.far_title = QStaticText()
        self.values: list[QStaticText] = []
        self.picture: QPixmap | None = None
        self.failure: QStaticText | None = None
        self.height = 0.0
        self._bounds = QRectF()

    def show_node(self, node: Node, node_type: NodeType, geometry: NodeGeometry, known: bool) -> None:
        self.node, self.node_type, self.geometry, self.known = node, node_type, geometry, known
        inks = self.stage.inks
        self.title = inks.titles.line(title_of(node, node_type), WIDTH - 60)
        self.far_title = inks.far_titles.line(title_of(node, node_type), WIDTH - 20)
        self.values = [self._value_of(row) for row in geometry.rows]
        self._resize()

    def _value_of(self, row: node_painting.ParameterRow) -> QStaticText:
        inks = self.stage.inks
        value = value_of(self.node, row.parameter)
        if row.block:
            return inks.values.block(str(value), WIDTH - 2 * INSET - 16, 3)
        label = inks.labels.line(node_painting.label_text(row), 110)
        room = WIDTH - 2 * INSET - 28 - label.size().width()
        return inks.values.line(value_text(row.parameter.kind, value), max(24.0, room))

    def show_step(self, step: Step) -> None:
        pixels = step.picture
        if pixels is not self.step.picture:
            side = WIDTH - 2 * PICTURE_INSET
            self.picture = thumbnail(pixels, side, side, 2.0) if pixels else None
        inks = self.stage.inks
        text = f"{step.message}\n{step.remedy}".strip()
        self.failure = inks.labels.block(text, WIDTH - 44, FAILURE_LINES) if step.state == "failed" else None
        self.step = step
        self._resize()

    def show_selected(self, selected: bool) -> None:
        self.selected = selected
        self.setZValue(1.0 if selected else 0.0)
        self.update()

    def show_trouble(self, severity: str) -> None:
        if severity != self.trouble:
            self.trouble = severity
            self.update()

    def show_hovered(self, port: Port | None) -> None:
        if port != self.hovered:
            self.hovered = port
            self.update()

    def show_linked(self, linked: frozenset[tuple[str, bool]]) -> None:
        if linked != self.linked:
            self.linked = linked
            self.update()

    def _resize(self) -> None:
        height = self.geometry.height + self.picture_height + self.failure_height
        height = math.ceil(height / 4) * 4
        if height != self.height:
            self.prepareGeometryChange()
            self.height = height
            self._bounds = QRectF(-MARGIN, -MARGIN, WIDTH + 2 * MARGIN, height + 2 * MARGIN)
        self.update()

    @property
    def picture_height(self) -> float:
        return self.picture.deviceIndependentSize().height() + PICTURE_INSET if self.picture else 0.0

    @property
    def failure_height(self) -> float:
        return self.failure.size().height() + 20 if self.failure else 0.0

    @property
    def body(self) -> QRectF:
        return QRectF(0, 0, WIDTH, self.height)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def port_point(self, name: str, gives: bool) -> QPointF:
        """Where a link ends, in the scene. A name that the type does not have ends at the header."""
        port = self.geometry.port(name, gives)
        return self.pos() + (port.point if port else QPointF(WIDTH if gives else 0.0, 14.0))

    def port_at(self, point: QPointF, reach: float = REACH) -> Port | None:
        """The port at a point of the node, the nearest first."""
        local = point - self.pos()
        near = [(QPointF(port.point - local).manhattanLength(), index) for index, port in enumerate(self.geometry.ports)]
        near = [entry for entry in near if entry[0] <= reach]
        return self.geometry.ports[min(near)[1]] if near else None

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if painter.worldTransform().m11() >= node_painting.FULL:
            node_painting.paint_full(painter, self, self.stage.inks, self.stage.wiring)
        else:
            node_painting.paint_boxes(painter, self, self.stage.inks)
