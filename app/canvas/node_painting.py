"""How a node is drawn, by how large it is on the screen. Nothing is created here: paths, pens and texts are made beforehand."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app.canvas.geometry import HEADER, INSET, PORT, WIDTH, Port
from app.canvas.inks import GLYPH, NOTHING, Inks
from app.canvas.node_face import NodeFace
from app.canvas.row_painting import FIELD_RADIUS, paint_row, rounded
from graph_engine.graph import BYPASSED, MUTED

Fits = Callable[[Port], bool] | None
"""Whether the link that is being made may end at a port; None while none is being made."""

FULL = 0.55
OVERVIEW = 0.25
RADIUS = 7.0
OPACITY = {MUTED: 0.4, BYPASSED: 0.62}
STACK = 5.0
"""How far the second sheet of a group shows below the first."""
GLYPHS = {"ran": "ran", "memory": "memory", "disk": "disk", "failed": "failed", "waiting": "waiting"}


@lru_cache(maxsize=1)
def header_path() -> QPainterPath:
    path = QPainterPath(QPointF(0, HEADER))
    path.lineTo(0, RADIUS)
    path.arcTo(0, 0, 2 * RADIUS, 2 * RADIUS, 180, -90)
    path.lineTo(WIDTH - RADIUS, 0)
    path.arcTo(WIDTH - 2 * RADIUS, 0, 2 * RADIUS, 2 * RADIUS, 90, -90)
    path.lineTo(WIDTH, HEADER)
    path.closeSubpath()
    return path


@lru_cache(maxsize=1)
def closed_path() -> QPainterPath:
    """The head of a node that is folded to it: round at all corners."""
    path = QPainterPath()
    path.addRoundedRect(0, 0, WIDTH, HEADER, RADIUS, RADIUS)
    return path


def paint_full(painter: QPainter, face: NodeFace, inks: Inks, fits: Fits) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(OPACITY.get(face.node.state, 1.0))
    _paint_body(painter, face, inks)
    _paint_header(painter, face, inks)
    for row, value in zip(face.geometry.rows, face.values, strict=True):
        linked = (row.parameter.name, False) in face.linked
        paint_row(painter, face, row, value, inks, linked)
    if face.picture and not face.closed:
        _paint_picture(painter, face, inks)
    if face.failure:
        _paint_failure(painter, face, inks)
    if face.remedy and not face.closed:
        _paint_remedy(painter, face, inks)
    _paint_outline(painter, face, inks)
    for port in face.geometry.ports:
        if not face.closed or fits or (port.name, port.gives) in face.linked:
            _paint_port(painter, face, port, inks, fits)


def _paint_body(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    # A strip for a shadow: a second rounded fill of this size would double the cost of a node.
    painter.fillRect(QRectF(5, face.height, WIDTH - 10, 3.5), inks.shadow)
    painter.setBrush(inks.bypassed if face.node.state == BYPASSED else inks.body)
    painter.setPen(inks.edge)
    if face.group:
        painter.drawPath(rounded(STACK - 0.5, RADIUS, WIDTH - 2 * STACK + 1, face.height - RADIUS + STACK, RADIUS))
    painter.drawPath(rounded(-0.5, -0.5, WIDTH + 1, face.height + 1, RADIUS))


def _paint_header(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    painter.setPen(NOTHING)
    painter.setBrush(face.header)
    painter.drawPath(closed_path() if face.closed else header_path())
    painter.setPen(inks.title if face.known else inks.quiet)
    painter.setFont(inks.titles.font)
    painter.drawStaticText(QPointF(12, (HEADER - inks.titles.height) / 2), face.title)
    step = face.step
    if face.state:
        painter.setPen(inks.label)
        painter.setFont(inks.labels.font)
        painter.drawStaticText(QPointF(WIDTH - 12 - face.state.size().width(), (HEADER - inks.labels.height) / 2), face.state)
    elif step.state == "running":
        _paint_progress(painter, face, inks)
    elif step.state or step.kept or face.trouble or face.will_run:
        _paint_glyph(painter, face, inks)


def _paint_progress(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    step = face.step
    painter.setPen(NOTHING)
    painter.setBrush(inks.track)
    painter.drawRect(QRectF(0, HEADER, WIDTH, 3))
    painter.setBrush(inks.accent)
    painter.drawRect(QRectF(0, HEADER, WIDTH * (step.share if step.total else 0.06), 3))
    text = inks.labels.line(f"{step.done}/{step.total}" if step.total else "…")
    painter.setPen(inks.label)
    painter.setFont(inks.labels.font)
    painter.drawStaticText(QPointF(WIDTH - 12 - text.size().width(), (HEADER - inks.labels.height) / 2), text)


def _paint_glyph(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    theme, state = inks.theme, face.step.state
    if state == "failed":
        name, color = "failed", theme.bad
    elif face.trouble:
        name, color = "warning", theme.bad if face.trouble == "error" else theme.warning
    elif face.will_run:
        name, color = "run", theme.muted
    elif face.step.kept:
        name, color = face.step.kept, theme.faint
    elif face.step.stale or state == "waiting":
        name, color = "waiting", theme.faint
    else:
        name, color = GLYPHS.get(state, "ran"), theme.good if state == "ran" else theme.muted
    painter.drawPixmap(QPointF(WIDTH - 10 - GLYPH, (HEADER - GLYPH) / 2), inks.glyph(name, color))
    if face.cost:
        painter.setPen(inks.quiet)
        painter.setFont(inks.labels.font)
        painter.drawStaticText(QPointF(WIDTH - 14 - GLYPH - face.cost.size().width(), (HEADER - inks.labels.height) / 2), face.cost)


def _paint_picture(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    picture = face.picture
    assert picture is not None
    size = picture.deviceIndependentSize()
    box = QRectF((WIDTH - size.width()) / 2, face.geometry.height, size.width(), size.height())
    painter.setBrushOrigin(box.topLeft())
    painter.fillRect(box, inks.checker)
    painter.drawPixmap(box.topLeft(), picture)
    if face.step.stale:
        painter.fillRect(box, inks.veil)
    painter.setPen(inks.field_edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)


def _paint_failure(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    assert face.failure is not None
    height = face.failure_height - 8
    top = face.geometry.height + face.picture_height
    painter.setPen(NOTHING)
    painter.setBrush(inks.failure)
    painter.drawPath(rounded(INSET, top, WIDTH - 2 * INSET, height, FIELD_RADIUS))
    painter.setPen(inks.bad)
    painter.setFont(inks.labels.font)
    painter.drawStaticText(QPointF(INSET + 8, top + 6), face.failure)
    if face.advice:
        painter.setPen(inks.value)
        painter.drawStaticText(QPointF(INSET + 8, top + 6 + face.failure.size().height()), face.advice)


def _paint_remedy(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    assert face.remedy is not None
    area = face.remedy_area
    painter.setPen(inks.field_edge)
    painter.setBrush(inks.remedy)
    painter.drawPath(rounded(area.x(), area.y(), area.width(), area.height(), FIELD_RADIUS))
    painter.setPen(inks.value)
    painter.setFont(inks.labels.font)
    at = QPointF(area.center().x() - face.remedy.size().width() / 2, area.y() + (area.height() - inks.labels.height) / 2)
    painter.drawStaticText(at, face.remedy)


def _paint_port(painter: QPainter, face: NodeFace, port: Port, inks: Inks, fits: Fits) -> None:
    linked = (port.name, port.gives) in face.linked
    fitting = fits(port) if fits else True
    lively = linked or face.hovered == port or (fits is not None and fitting)
    if port.side == "parameter":
        if lively:
            _paint_dot(painter, port, PORT - 1, inks, linked, fitting)
        return
    _paint_dot(painter, port, PORT + (1 if face.hovered == port else 0), inks, linked or port.gives or port.required, fitting)
    if not port.label:
        return
    painter.setPen(inks.label if fitting else inks.faint)
    painter.setFont(inks.labels.font)
    text = inks.labels.line(port.label, 92)
    x = WIDTH - 12 - text.size().width() if port.gives else 12
    painter.drawStaticText(QPointF(x, port.y - inks.labels.height / 2), text)


def _paint_dot(painter: QPainter, port: Port, radius: float, inks: Inks, solid: bool, fits: bool) -> None:
    color = inks.type_color(port.types[0]) if fits else inks.dim_color(port.types[0])
    painter.setPen(inks.port_edge)
    painter.setBrush(color)
    if port.many or port.listed:
        painter.drawPath(rounded(port.x - radius + 1, port.y - radius - 2, 2 * radius - 2, 2 * radius + 4, radius - 1))
    else:
        painter.drawEllipse(port.point, radius, radius)
    if not solid:
        painter.setPen(NOTHING)
        painter.setBrush(inks.body)
        painter.drawEllipse(port.point, radius - 2.25, radius - 2.25)


def _paint_outline(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    if face.selected:
        pen = inks.selected
    elif face.step.state == "failed":
        pen = inks.failed
    elif face.step.state == "running":
        pen = inks.running
    else:
        return
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(rounded(-1.5, -1.5, WIDTH + 3, face.height + 3, RADIUS + 1.5))


def paint_boxes(painter: QPainter, face: NodeFace, inks: Inks) -> None:
    """Far away: body, header with a large title, picture and squares for ports."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setOpacity(OPACITY.get(face.node.state, 1.0))
    painter.fillRect(face.body, inks.bypassed if face.node.state == BYPASSED else inks.body)
    painter.fillRect(QRectF(0, 0, WIDTH, HEADER), face.header)
    painter.setPen(inks.title)
    painter.setFont(inks.far_titles.font)
    painter.drawStaticText(QPointF(10, (HEADER - inks.far_titles.height) / 2), face.far_title)
    if face.picture and not face.closed:
        size = face.picture.deviceIndependentSize()
        painter.drawPixmap(QPointF((WIDTH - size.width()) / 2, face.geometry.height), face.picture)
    for port in face.geometry.ports:
        if port.side != "parameter":
            painter.fillRect(QRectF(port.x - 5, port.y - 5, 10, 10), inks.type_color(port.types[0]))
    if face.step.state == "running":
        painter.fillRect(QRectF(0, HEADER, WIDTH * face.step.share, 8), inks.accent)
    if face.selected or face.step.state == "failed":
        painter.setPen(inks.selected if face.selected else inks.failed)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(face.body)
