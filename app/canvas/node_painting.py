"""How a node is drawn, by how large it is on the screen. Nothing is created here: paths, pens and texts are made beforehand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app.canvas.geometry import FIELD, HEADER, INSET, PORT, WIDTH, ParameterRow, Port
from app.canvas.inks import GLYPH, NOTHING, Inks
from app.wording import plain, value_of
from graph_engine.declaration import Color, Integer, Number, Seed, Toggle

if TYPE_CHECKING:
    from app.canvas.node_item import NodeItem
    from app.canvas.wiring import Wiring

FULL = 0.55
OVERVIEW = 0.25
RADIUS = 7.0
FIELD_RADIUS = 4.0
GLYPHS = {"ran": "ran", "memory": "memory", "disk": "disk", "failed": "failed", "waiting": "waiting"}


@lru_cache(maxsize=512)
def rounded(x: float, y: float, width: float, height: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(x, y, width, height, radius, radius)
    return path


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


def label_text(row: ParameterRow) -> str:
    return plain(row.parameter.name)


def paint_full(painter: QPainter, item: NodeItem, inks: Inks, wiring: Wiring | None) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_body(painter, item, inks)
    _paint_header(painter, item, inks)
    for row, value in zip(item.geometry.rows, item.values, strict=True):
        linked = (row.parameter.name, False) in item.linked
        _paint_row(painter, item, row, value, inks, linked)
    if item.picture:
        _paint_picture(painter, item, inks)
    if item.failure:
        _paint_failure(painter, item, inks)
    _paint_outline(painter, item, inks)
    for port in item.geometry.ports:
        _paint_port(painter, item, port, inks, wiring)


def _paint_body(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    painter.setPen(NOTHING)
    painter.setBrush(inks.shadow)
    painter.drawPath(rounded(-1.5, 1, WIDTH + 3, item.height + 3, RADIUS + 2))
    painter.setBrush(inks.body)
    painter.setPen(inks.edge)
    painter.drawPath(rounded(-0.5, -0.5, WIDTH + 1, item.height + 1, RADIUS))


def _paint_header(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    painter.setPen(NOTHING)
    painter.setBrush(inks.header(item.node_type.section))
    painter.drawPath(header_path())
    painter.setPen(inks.title if item.known else inks.quiet)
    painter.setFont(inks.titles.font)
    painter.drawStaticText(QPointF(12, (HEADER - inks.titles.height) / 2), item.title)
    step = item.step
    if step.state == "running":
        _paint_progress(painter, item, inks)
    elif step.state or item.trouble:
        _paint_glyph(painter, item, inks)


def _paint_progress(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    step = item.step
    painter.setPen(NOTHING)
    painter.setBrush(inks.track)
    painter.drawRect(QRectF(0, HEADER, WIDTH, 3))
    painter.setBrush(inks.accent)
    painter.drawRect(QRectF(0, HEADER, WIDTH * (step.share if step.total else 0.06), 3))
    text = inks.labels.line(f"{step.done}/{step.total}" if step.total else "…")
    painter.setPen(inks.label)
    painter.setFont(inks.labels.font)
    painter.drawStaticText(QPointF(WIDTH - 12 - text.size().width(), (HEADER - inks.labels.height) / 2), text)


def _paint_glyph(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    theme, state = inks.theme, item.step.state
    if state == "failed":
        name, color = "failed", theme.bad
    elif item.trouble:
        name, color = "warning", theme.bad if item.trouble == "error" else theme.warning
    elif item.step.stale or state == "waiting":
        name, color = "waiting", theme.faint
    else:
        name, color = GLYPHS.get(state, "ran"), theme.good if state == "ran" else theme.muted
    painter.drawPixmap(QPointF(WIDTH - 10 - GLYPH, (HEADER - GLYPH) / 2), inks.glyph(name, color))


def _paint_row(painter: QPainter, item: NodeItem, row: ParameterRow, value, inks: Inks, linked: bool) -> None:  # type: ignore[no-untyped-def]
    field, kind = row.field, row.parameter.kind
    if linked:
        _label(painter, inks, row, field)
        return
    painter.setPen(inks.field_edge)
    painter.setBrush(inks.field)
    painter.drawPath(rounded(field.x(), field.y(), field.width(), field.height(), FIELD_RADIUS))
    if row.block:
        painter.setPen(inks.value)
        painter.setFont(inks.values.font)
        painter.drawStaticText(field.topLeft() + QPointF(8, 5), value)
        return
    if isinstance(kind, Number | Integer):
        _paint_share(painter, item, row, inks)
    _label(painter, inks, row, field)
    right = field.right() - 8
    if isinstance(kind, Toggle):
        _paint_toggle(painter, bool(value_of(item.node, row.parameter)), right, field.center().y(), inks)
        return
    painter.setPen(inks.value)
    painter.setFont(inks.values.font)
    at = QPointF(right - value.size().width(), field.y() + (FIELD - inks.values.height) / 2)
    painter.drawStaticText(at, value)
    if isinstance(kind, Color):
        painter.setBrush(inks.type_color("") if not value else inks.named(str(value_of(item.node, row.parameter))))
        painter.setPen(inks.field_edge)
        painter.drawRect(QRectF(at.x() - 18, field.y() + 4, 12, 12))


def _label(painter: QPainter, inks: Inks, row: ParameterRow, field: QRectF) -> None:
    painter.setPen(inks.label)
    painter.setFont(inks.labels.font)
    text = inks.labels.line(label_text(row), 110)
    painter.drawStaticText(QPointF(field.x() + 8, field.y() + (FIELD - inks.labels.height) / 2), text)


def _paint_share(painter: QPainter, item: NodeItem, row: ParameterRow, inks: Inks) -> None:
    kind = row.parameter.kind
    if not isinstance(kind, Number | Integer) or isinstance(kind, Seed):
        return
    low, high = kind.soft
    value = value_of(item.node, row.parameter)
    if high <= low or not isinstance(value, int | float):
        return
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    field = row.field
    if share > 0:
        painter.save()
        painter.setClipRect(QRectF(field.x(), field.y(), field.width() * share, field.height()))
        painter.setPen(NOTHING)
        painter.setBrush(inks.slider)
        painter.drawPath(rounded(field.x(), field.y(), field.width(), field.height(), FIELD_RADIUS))
        painter.restore()


def _paint_toggle(painter: QPainter, on: bool, right: float, middle: float, inks: Inks) -> None:
    painter.setPen(inks.field_edge)
    painter.setBrush(inks.accent if on else inks.track)
    painter.drawPath(rounded(right - 20, middle - 6, 20, 12, 6))
    painter.setPen(NOTHING)
    painter.setBrush(inks.title.color())
    painter.drawEllipse(QPointF(right - (6 if on else 14), middle), 4, 4)


def _paint_picture(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    picture = item.picture
    assert picture is not None
    size = picture.deviceIndependentSize()
    box = QRectF((WIDTH - size.width()) / 2, item.geometry.height, size.width(), size.height())
    painter.setBrushOrigin(box.topLeft())
    painter.fillRect(box, inks.checker)
    faded = item.step.stale
    if faded:
        painter.setOpacity(0.45)
    painter.drawPixmap(box.topLeft(), picture)
    if faded:
        painter.setOpacity(1.0)
    painter.setPen(inks.field_edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)


def _paint_failure(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    assert item.failure is not None
    height = item.failure.size().height() + 12
    top = item.geometry.height + item.picture_height
    painter.setPen(NOTHING)
    painter.setBrush(inks.failure)
    painter.drawPath(rounded(INSET, top, WIDTH - 2 * INSET, height, FIELD_RADIUS))
    painter.setPen(inks.bad)
    painter.setFont(inks.labels.font)
    painter.drawStaticText(QPointF(INSET + 8, top + 6), item.failure)


def _paint_port(painter: QPainter, item: NodeItem, port: Port, inks: Inks, wiring: Wiring | None) -> None:
    linked = (port.name, port.gives) in item.linked
    fits = wiring.fits(item.identity, port) if wiring else True
    lively = linked or item.hovered == port or (wiring is not None and fits)
    if port.side == "parameter":
        if lively:
            _paint_dot(painter, port, PORT - 1, inks, linked, fits)
        return
    _paint_dot(painter, port, PORT + (1 if item.hovered == port else 0), inks, linked or port.gives or port.required, fits)
    painter.setPen(inks.label if fits else inks.faint)
    painter.setFont(inks.labels.font)
    text = inks.labels.line(plain(port.name), 92)
    x = WIDTH - 12 - text.size().width() if port.gives else 12
    painter.drawStaticText(QPointF(x, port.y - inks.labels.height / 2), text)


def _paint_dot(painter: QPainter, port: Port, radius: float, inks: Inks, solid: bool, fits: bool) -> None:
    color = inks.type_color(port.types[0]) if fits else inks.dim_color(port.types[0])
    painter.setPen(inks.port_edge)
    painter.setBrush(color)
    if port.many:
        painter.drawPath(rounded(-radius + 1, port.y - radius - 2, 2 * radius - 2, 2 * radius + 4, radius - 1))
    else:
        painter.drawEllipse(port.point, radius, radius)
    if not solid:
        painter.setPen(NOTHING)
        painter.setBrush(inks.body)
        painter.drawEllipse(port.point, radius - 2.25, radius - 2.25)


def _paint_outline(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    if item.selected:
        pen = inks.selected
    elif item.step.state == "failed":
        pen = inks.failed
    elif item.step.state == "running":
        pen = inks.running
    else:
        return
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(rounded(-1.5, -1.5, WIDTH + 3, item.height + 3, RADIUS + 1.5))


def paint_boxes(painter: QPainter, item: NodeItem, inks: Inks) -> None:
    """Far away: body, header with a large title, picture and squares for ports."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(item.body, inks.body)
    painter.fillRect(QRectF(0, 0, WIDTH, HEADER), inks.header(item.node_type.section))
    painter.setPen(inks.title)
    painter.setFont(inks.far_titles.font)
    painter.drawStaticText(QPointF(10, (HEADER - inks.far_titles.height) / 2), item.far_title)
    if item.picture:
        size = item.picture.deviceIndependentSize()
        painter.drawPixmap(QPointF((WIDTH - size.width()) / 2, item.geometry.height), item.picture)
    for port in item.geometry.ports:
        if port.side != "parameter":
            painter.fillRect(QRectF(port.x - 5, port.y - 5, 10, 10), inks.type_color(port.types[0]))
    if item.step.state == "running":
        painter.fillRect(QRectF(0, HEADER, WIDTH * item.step.share, 8), inks.accent)
    if item.selected or item.step.state == "failed":
        painter.setPen(inks.selected if item.selected else inks.failed)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(item.body)
