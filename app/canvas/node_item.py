"""A node on the canvas: one item, nothing per port, label or icon. What it shows is set from outside; it only paints."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.canvas.geometry import HEADER, REACH, WIDTH, NodeGeometry, Port
from app.canvas.node_face import NodeFace
from app.canvas.node_painting import paint_full
from app.canvas.stage import Stage
from app.steps import Step
from graph_engine.declaration import NodeType
from graph_engine.graph import Node

MARGIN = REACH


class NodeItem(QGraphicsItem):
    def __init__(self, identity: str, stage: Stage, face: NodeFace) -> None:
        super().__init__()
        self.identity, self.stage, self.face = identity, stage, face
        self._bounds = QRectF()
        self._resize()

    @property
    def geometry(self) -> NodeGeometry:
        return self.face.geometry

    @property
    def body(self) -> QRectF:
        """The visible node, in the scene."""
        return self.face.body.translated(self.pos())

    def show_node(self, node: Node, node_type: NodeType, geometry: NodeGeometry, known: bool, fold: str, color: str) -> None:
        self.face.show_node(node, node_type, geometry, known, fold, color)
        self.stage.changed([self])
        self._resize()

    def show_step(self, step: Step) -> None:
        self.face.show_step(step)
        self._raise()
        self._resize()

    def show_selected(self, selected: bool) -> None:
        self.face.show_selected(selected)
        self._raise()
        self.update()

    def _raise(self) -> None:
        """What is selected, runs or failed lies above its neighbors: a preview or message that grows is not covered."""
        if self.face.stands_out is not (self in self.stage.standing_out):
            (self.stage.standing_out.add if self.face.stands_out else self.stage.standing_out.discard)(self)
            self.stage.changed([self])
        self.setZValue(2.0 if self.face.selected else 1.0 if self.face.framed else 0.0)

    def show_trouble(self, severity: str) -> None:
        if severity != self.face.trouble:
            self.face.show_trouble(severity)
            self.update()

    def show_remedy(self, text: str) -> None:
        self.face.show_remedy(text)
        self._resize()

    def show_hovered(self, port: Port | None) -> None:
        if port != self.face.hovered:
            self.face.hovered = port
            self.update()

    def show_linked(self, linked: frozenset[tuple[str, bool]]) -> None:
        if linked != self.face.linked:
            self.face.linked = linked
            self.update()

    def _resize(self) -> None:
        bounds = self.face.body.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.stage.changed([self])
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def port_point(self, name: str, gives: bool) -> QPointF:
        """Where a link ends, in the scene. A name that the type does not have ends at the header."""
        port = self.geometry.port(name, gives)
        return self.pos() + (port.point if port else QPointF(WIDTH if gives else 0.0, HEADER / 2))

    def port_at(self, point: QPointF, reach: float = REACH) -> Port | None:
        """The port at a point of the scene, the nearest one."""
        local = point - self.pos()
        near = [((port.point - local).manhattanLength(), index) for index, port in enumerate(self.geometry.ports)]
        near = [entry for entry in near if entry[0] <= reach]
        return self.geometry.ports[min(near)[1]] if near else None

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        wiring = self.stage.wiring
        fits = (lambda port: wiring.fits(self.identity, port)) if wiring else None
        paint_full(painter, self.face, self.stage.inks, fits)
