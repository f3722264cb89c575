"""Shapes of a mask drawn by QPainter, as white with the selection as alpha."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from app.editors.coverage import Coverage, Dab
from app.editors.readable import is_shape
from app.editors.units import FULL, pixels_of, point, polygon, rect_of
from app.editors.wand import like_color_at

Mode = QPainter.CompositionMode
WHITE = QColor(255, 255, 255)
LEAST_RADIUS = 0.5


def draw_shape(mask: QImage, shape: Mapping[str, Any], picture: QImage | None) -> None:
    """Add a shape to a mask, or take it away; what is no shape changes nothing."""
    if not is_shape(shape):
        return
    painter = QPainter(mask)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(shape.get("opacity", FULL) / FULL)
    painter.setCompositionMode(Mode.CompositionMode_DestinationOut if shape.get("erase") else Mode.CompositionMode_SourceOver)
    if shape["tool"] == "brush":
        at, stroke = brush_coverage(shape, mask).white()
        painter.drawImage(at, stroke)
    elif shape["tool"] == "all":
        painter.fillRect(mask.rect(), WHITE)
    elif shape["tool"] == "wand":
        _fill_alike(painter, mask, shape, picture)
    else:
        painter.fillPath(outline(shape, mask.size()), WHITE)
    painter.end()


def brush_coverage(shape: Mapping[str, Any], mask: QImage) -> Coverage:
    return Coverage(mask.size(), shape.get("hard", FULL) / FULL).add_all(brush_dabs(shape, mask.size()))


def brush_dabs(shape: Mapping[str, Any], paper: QSize) -> list[Dab]:
    """Pressure makes the brush wider."""
    flat, radius = shape["points"], pixels_of(shape["size"], paper) / 2
    places = (point(flat[i], flat[i + 1], paper) for i in range(0, len(flat), 3))
    return [Dab(at.x(), at.y(), max(LEAST_RADIUS, radius * flat[3 * i + 2] / FULL)) for i, at in enumerate(places)]


def outline(shape: Mapping[str, Any], paper: QSize) -> QPainterPath:
    """The line around a lasso, polygon, rectangle or ellipse."""
    path = QPainterPath()
    if shape["tool"] == "rectangle":
        path.addRect(rect_of(shape["box"], paper))
    elif shape["tool"] == "ellipse":
        path.addEllipse(rect_of(shape["box"], paper))
    else:
        path.addPolygon(polygon(shape["points"], paper))
        path.closeSubpath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    return path


def _fill_alike(painter: QPainter, mask: QImage, shape: Mapping[str, Any], picture: QImage | None) -> None:
    """Without a picture nothing is alike."""
    if picture is None:
        return
    at: QPointF = point(*shape["at"], picture.size())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(WHITE)
    painter.drawRects(like_color_at(picture, QPoint(int(at.x()), int(at.y())), shape.get("tolerance", 24), shape.get("near", True)))
