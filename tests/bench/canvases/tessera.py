"""Our own canvas, as the window has it: a file is opened through the session."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QApplication, QGraphicsView

from app.canvas.canvas import Canvas
from app.session import Session
from app.theme.style import apply_theme
from app.theme.tokens import DARK
from graph_engine import Catalogue, Graph, Link, Node, NodeType, Workflow, save
from graph_engine.declaration import Input, Output
from tests.bench.canvases.chart import INPUTS, OUTPUTS, Chart

KINDS = ("Image", "Mask", "Latent", "Conditioning")
BOX = "bench/box"


class Tessera:
    def __init__(self) -> None:
        apply_theme(QApplication.instance(), DARK)
        # Any output fits any input here: the chart asks for no types.
        inputs = tuple(Input(f"in_{index}", "*any", required=False) for index in range(INPUTS))
        outputs = tuple(Output(f"out_{index}", KINDS[index]) for index in range(OUTPUTS))
        box = NodeType(BOX, 1, "Box", "bench", "A box.", "", inputs, (), outputs)
        self._session = Session(Catalogue({BOX: box}))
        self.view: QGraphicsView = Canvas(self._session, DARK)
        self._file = Path(tempfile.mkdtemp()) / "chart.json"

    def prepare(self, chart: Chart) -> None:
        """Write the file that is opened."""
        nodes = {str(index + 1): Node(BOX) for index in range(len(chart.places))}
        links = [Link(str(w.source + 1), f"out_{w.output}", str(w.target + 1), f"in_{w.input}") for w in chart.wires]
        save(Workflow(Graph(nodes, links), {str(index + 1): place for index, place in enumerate(chart.places)}), self._file)

    def open(self, chart: Chart) -> None:
        self._session.opening.open(self._file)

    def pan(self, way: QPoint) -> None:
        self.view.scroll_by(way)

    def zoom(self, factor: float) -> None:
        self.view.zoom_in_middle(factor)

    def look_at(self, area: QRectF, zoom: float) -> None:
        self.view.zoom_in_middle(zoom / self.view.zoom)
        self.view.centerOn(area.center())

    def handle(self, index: int) -> QPoint:
        return self.view.mapFromScene(self.view.graph_scene.nodes[str(index + 1)].pos() + QPointF(60, 12))
