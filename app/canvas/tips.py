"""What a tooltip on the canvas says."""

from __future__ import annotations

import html

from PySide6.QtCore import QPointF

from app.canvas.geometry import Port
from app.canvas.graph_scene import GraphScene
from app.canvas.node_item import NodeItem
from app.language import retold, tr
from app.wording import label
from graph_engine.open_types import said

PORT_REACH = 12.0


def tip_at(scene: GraphScene, point: QPointF) -> str:
    """Name and help of the port, the parameter or the node at a point; empty over nothing."""
    if found := scene.port_at(point, PORT_REACH):
        return tip_of_port(found[1])
    item = scene.node_at(point)
    if item is None:
        return ""
    if row := item.geometry.row_at(point - item.pos()):
        return _tip(label(row.parameter), row.parameter.help)
    return _tip(item.face.node_type.title, retold(item.face.node_type.summary)) + _state(scene, item)


def tip_of_port(port: Port) -> str:
    kinds = tr(" or ").join(tr(said(kind)) for kind in port.types if kind)
    kinds = tr("list of {type}", type=kinds) if port.listed else kinds
    return _tip(f"{port.label} · {kinds}", port.help)


def _state(scene: GraphScene, item: NodeItem) -> str:
    """Why the node failed or would run, and what is wrong with it."""
    session, step = scene.session, item.face.step
    lines = [session.problem_text(problem) for problem in session.problems if session.here(problem.node) == item.identity]
    if step.state == "failed":
        lines += [retold(said) for said in (step.message, step.remedy) if said]
    elif item.face.will_run and step.why:
        lines.append(tr("Will run · reason: {reason}", reason=session.reason_text(step.why)))
    elif step.kept:
        lines.append(tr("Held in memory: will not run" if step.kept == "memory" else "Held on disk: will not run"))
    return "".join(f"<br><br>{html.escape(line)}" for line in lines)


def _tip(head: str, text: str) -> str:
    # 600 is the heaviest weight that ships; <b> would be a smeared imitation.
    return f'<span style="font-weight:600">{html.escape(head)}</span><br>{html.escape(text)}'
