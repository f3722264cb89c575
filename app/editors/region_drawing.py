"""Regions of a layout as they are seen: their area, and their shapes when they are moved or resized."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app.editors.mask_drawing import brush_dabs, outline
from app.editors.units import box_of, place, places, point, rect_of
from app.theme.fonts import SMALL, font

COLORS = ("#62b0f0", "#f2a65a", "#7fcb87", "#ee8fd2", "#e8cb5c", "#ac94f0", "#5fd0b4", "#ef7f77")
FORMS = {"box": "rectangle", "ellipse": "ellipse"}
Shapes = list[dict[str, Any]]


def color_of(number: int) -> QColor:
    return QColor(COLORS[number % len(COLORS)])


def first_shapes(region: Mapping[str, Any]) -> Shapes:
    """All shapes of a region, its form as the first."""
    form = FORMS.get(region.get("form", "box"))
    return [*([{"tool": form, "box": region["box"]}] if form else []), *region.get("shapes", [])]


def moved_picture(image: QImage, before: QRectF, after: QRectF) -> QImage:
    """The part of a picture in one box, drawn in another."""
    made = QImage(image.size(), QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(after, image, before)
    painter.end()
    return made


def placed(region: Mapping[str, Any], box: QRectF, paper: QSize) -> dict[str, Any]:
    """The region moved and resized to another box, with its shapes."""
    before = rect_of(region["box"], paper)
    across, down = box.width() / max(1e-6, before.width()), box.height() / max(1e-6, before.height())

    def moved(flat: list[float], step: int) -> list[float]:
        made = list(flat)
        for at in range(0, len(flat) - 1, step):
            spot = point(flat[at], flat[at + 1], paper)
            to = QPointF(box.left() + (spot.x() - before.left()) * across, box.top() + (spot.y() - before.top()) * down)
            made[at : at + 2] = place(to, paper)
        return made

    shapes = [_moved_shape(shape, moved, (across * down) ** 0.5) for shape in region.get("shapes", [])]
    return {**region, "box": box_of(box, paper), **({"shapes": shapes} if shapes else {})}


def _moved_shape(shape: dict[str, Any], moved: Any, scale: float) -> dict[str, Any]:
    if shape["tool"] == "brush":
        return {**shape, "points": moved(shape["points"], 3), "size": max(1, round(shape["size"] * scale))}
    return {**shape, "points": moved(shape["points"], 2)} if "points" in shape else shape


def bounds(shape: Mapping[str, Any], paper: QSize) -> QRectF:
    """What a shape covers at most."""
    if shape["tool"] != "brush":
        return outline(shape, paper).boundingRect()
    box = QRectF()
    for dab in brush_dabs(shape, paper):
        box |= QRectF(dab.x - dab.radius, dab.y - dab.radius, 2 * dab.radius, 2 * dab.radius)
    return box


def paint_words(painter: QPainter, words: str, at: QPointF, zoom: float, color: QColor) -> None:
    """The words in the corner of a region, in the same size at any zoom."""
    painter.save()
    painter.translate(at)
    painter.scale(1 / zoom, 1 / zoom)
    painter.setFont(font(SMALL))
    width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 12
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(0, 0, width, 20), 4, 4)
    painter.setPen(QColor("#16171a"))
    painter.drawText(QRectF(6, 0, width, 20), Qt.AlignmentFlag.AlignVCenter, words)
    painter.restore()


def as_line(region: Mapping[str, Any], paper: QSize) -> dict[str, Any]:
    """The box or ellipse of a region as a polygon, so that it is moved and resized with what is painted beside it."""
    shape = {"tool": FORMS[region.get("form", "box")], "box": region["box"]}
    corners = list(outline(shape, paper).toFillPolygon())
    return {"tool": "polygon", "points": places(corners, paper)}
