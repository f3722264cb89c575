"""Which help belongs to what the pointer is over."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from app.canvas.canvas import Canvas
from app.canvas.tips import PORT_REACH
from app.inspector.parameter_row import ParameterRow


class Topic(NamedTuple):
    """A node type by its id, and one of its inputs, parameters or outputs."""

    type: str
    part: str = ""


def topic_under_pointer(canvas: Canvas) -> Topic | None:
    """The node, port or parameter that the pointer is over, on the canvas or in a form."""
    widget = QApplication.widgetAt(QCursor.pos())
    if widget is canvas.viewport():
        return _on_canvas(canvas)
    row = _row_around(widget)
    return Topic(row.session.workflow.graph.nodes[row.node].type, row.parameter.name) if row else None


def _on_canvas(canvas: Canvas) -> Topic | None:
    point = canvas.mapToScene(canvas.viewport().mapFromGlobal(QCursor.pos()))
    scene = canvas.graph_scene
    if found := scene.port_at(point, PORT_REACH):
        item, port = found
        return Topic(item.face.node_type.id, port.name)
    item = scene.node_at(point)
    if item is None:
        return None
    row = item.geometry.row_at(point - item.pos())
    return Topic(item.face.node_type.id, row.parameter.name if row else "")


def _row_around(widget: QWidget | None) -> ParameterRow | None:
    while widget is not None and not isinstance(widget, ParameterRow):
        widget = widget.parentWidget()
    return widget
