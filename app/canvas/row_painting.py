"""How a parameter is drawn on its node: a field with its name and value, so that a graph is read without the inspector."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QStaticText

from app.canvas.geometry import FIELD, ParameterRow
from app.canvas.inks import NOTHING, Inks
from app.canvas.node_face import LABEL_WIDTH, NodeFace
from app.wording import label, value_of
from graph_engine.declaration import Color, Integer, Number, Toggle

FIELD_RADIUS = 4.0


@lru_cache(maxsize=512)
def rounded(x: float, y: float, width: float, height: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(x, y, width, height, radius, radius)
    return path


def paint_row(painter: QPainter, face: NodeFace, row: ParameterRow, value: QStaticText, inks: Inks, linked: bool) -> None:
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
        _paint_share(painter, field, kind, value_of(face.node, row.parameter), inks)
    _label(painter, inks, row, field)
    right = field.right() - 8
    if isinstance(kind, Toggle):
        _paint_toggle(painter, bool(value_of(face.node, row.parameter)), right, field.center().y(), inks)
        return
    painter.setPen(inks.value)
    painter.setFont(inks.values.font)
    at = QPointF(right - value.size().width(), field.y() + (FIELD - inks.values.height) / 2)
    painter.drawStaticText(at, value)
    if isinstance(kind, Color):
        painter.setBrush(inks.named(str(value_of(face.node, row.parameter))))
        painter.setPen(inks.field_edge)
        painter.drawRect(QRectF(at.x() - 18, field.y() + 4, 12, 12))


def _label(painter: QPainter, inks: Inks, row: ParameterRow, field: QRectF) -> None:
    painter.setPen(inks.label)
    painter.setFont(inks.labels.font)
    text = inks.labels.line(label(row.parameter), LABEL_WIDTH)
    painter.drawStaticText(QPointF(field.x() + 8, field.y() + (FIELD - inks.labels.height) / 2), text)


def _paint_share(painter: QPainter, field: QRectF, kind: Number | Integer, value: Any, inks: Inks) -> None:
    """How far the value stands in its usual range, as the filled part of the field."""
    low, high = kind.soft
    share = (value - low) / (high - low) if isinstance(value, int | float) and high > low else 0.0
    share = min(1.0, max(0.0, share))
    if share > 0:
        painter.save()
        painter.setClipRect(QRectF(field.x(), field.y(), field.width() * share, field.height()))
        painter.setPen(NOTHING)
        painter.setBrush(inks.slider)
        painter.drawPath(rounded(field.x(), field.y(), field.width(), field.height(), FIELD_RADIUS))
        painter.restore()


def _paint_toggle(painter: QPainter, on: bool, right: float, middle: float, inks: Inks) -> None:
    painter.setPen(inks.field_edge if on else inks.faint)
    painter.setBrush(inks.accent if on else inks.track)
    painter.drawPath(rounded(right - 20, middle - 6, 20, 12, 6))
    painter.setPen(NOTHING)
    painter.setBrush(inks.title.color())
    painter.drawEllipse(QPointF(right - (6 if on else 14), middle), 4, 4)
