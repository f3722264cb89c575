"""NodeGraphQt as it ships, but for two favors: its check for circles, which walks paths and would never end here, and its undo are off."""

from __future__ import annotations

from NodeGraphQt import BaseNode, NodeGraph
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsView

from tests.bench.canvases.chart import INPUTS, OUTPUTS, Chart


class Box(BaseNode):
    __identifier__ = "bench"
    NODE_NAME = "Box"

    def __init__(self) -> None:
        super().__init__()
        for index in range(INPUTS):
            self.add_input(f"in {index}")
        for index in range(OUTPUTS):
            self.add_output(f"out {index}")


class NodeGraphQt:
    def __init__(self) -> None:
        self._graph = NodeGraph()
        self._graph.set_acyclic(False)
        self._graph.register_node(Box)
        self._boxes: list[BaseNode] = []
        self.view: QGraphicsView = self._graph.viewer()

    def open(self, chart: Chart) -> None:
        self._boxes = [
            self._graph.create_node("bench.Box", name=f"Box {index}", pos=list(place), push_undo=False, selected=False)
            for index, place in enumerate(chart.places)
        ]
        for wire in chart.wires:
            self._boxes[wire.source].output(wire.output).connect_to(self._boxes[wire.target].input(wire.input), push_undo=False)

    def pan(self, way: QPoint) -> None:
        zoom = self.view.transform().m11()
        self.view._set_viewer_pan(way.x() / zoom, way.y() / zoom)

    def zoom(self, factor: float) -> None:
        self.view.scale(factor, factor)

    def look_at(self, area: QRectF, zoom: float) -> None:
        size = self.view.viewport().size()
        wide, high = size.width() / zoom, size.height() / zoom
        self.view._scene_range = QRectF(area.center().x() - wide / 2, area.center().y() - high / 2, wide, high)
        self.view._update_scene()

    def handle(self, index: int) -> QPoint:
        return self.view.mapFromScene(self._boxes[index].view.scenePos() + QPointF(60, 8))
