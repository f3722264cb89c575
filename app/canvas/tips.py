"""What a tooltip on the canvas says."""

from __future__ import annotations

import html

from PySide6.QtCore import QPointF

from app.canvas.graph_scene import GraphScene
from app.wording import label
from graph_engine.open_types import said

PORT_REACH = 12.0


def tip_at(scene: GraphScene, point: QPointF) -> str:
    """Name and help of the port, the parameter or the node at a point; empty over nothing."""
    if found := scene.port_at(point, PORT_REACH):
        port = found[1]
        kinds = ("list of " if port.listed else "") + " or ".join(said(kind) for kind in port.types if kind)
        return _tip(f"{port.label} · {kinds}", port.help)
    item = scene.node_at(point)
    if item is None:
        return ""
    if row := item.geometry.row_at(point - item.pos()):
        return _tip(label(row.parameter), row.parameter.help)
    return _tip(item.face.node_type.title, item.face.node_type.summary)


def _tip(head: str, text: str) -> str:
    # 600 is the heaviest weight that ships; <b> would be a smeared imitation.
    return f'<span style="font-weight:600">{html.escape(head)}</span><br>{html.escape(text)}'
