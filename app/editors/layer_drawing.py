"""A stack of layers drawn by QPainter, as the node composes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from app.editors.handles import about
from app.editors.units import FULL, rect_of
from app.language import marked

Mode = QPainter.CompositionMode
MODES = {
    marked("normal"): Mode.CompositionMode_SourceOver,
    marked("multiply"): Mode.CompositionMode_Multiply,
    marked("screen"): Mode.CompositionMode_Screen,
    marked("overlay"): Mode.CompositionMode_Overlay,
    marked("darken"): Mode.CompositionMode_Darken,
    marked("lighten"): Mode.CompositionMode_Lighten,
    marked("color dodge"): Mode.CompositionMode_ColorDodge,
    marked("color burn"): Mode.CompositionMode_ColorBurn,
    marked("hard light"): Mode.CompositionMode_HardLight,
    marked("soft light"): Mode.CompositionMode_SoftLight,
    marked("difference"): Mode.CompositionMode_Difference,
    marked("exclusion"): Mode.CompositionMode_Exclusion,
}


def layer_box(layer: Mapping[str, Any], picture: QSize, paper: QSize) -> QRectF:
    """Where a layer lies, in whole pixels of the canvas; without a place in the middle, in its own size."""
    if box := layer.get("box"):
        exact = rect_of(box, paper)
        left, top = round(exact.left()), round(exact.top())
        return QRectF(left, top, max(1, round(exact.right()) - left), max(1, round(exact.bottom()) - top))
    left, top = (paper.width() - picture.width()) // 2, (paper.height() - picture.height()) // 2
    return QRectF(left, top, picture.width(), picture.height())


def draw_layers(layers: Sequence[tuple[Mapping[str, Any], QImage, QRectF]], paper: QSize) -> QImage:
    """Layers bottom to top, each with its picture and place."""
    made = QImage(paper, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for layer, picture, box in layers:
        if not layer.get("hidden"):
            painter.setOpacity(layer.get("opacity", FULL) / FULL)
            painter.setCompositionMode(MODES.get(layer.get("blend", "normal"), Mode.CompositionMode_SourceOver))
            _draw(painter, fitted(picture, box.size().toSize()), box, layer.get("angle", 0))
    painter.end()
    return made


def _draw(painter: QPainter, picture: QImage, box: QRectF, angle: float) -> None:
    if not angle:
        painter.drawImage(box.topLeft(), picture)
        return
    painter.save()
    painter.translate(box.center())
    painter.rotate(angle)
    painter.drawImage(-box.center() + box.topLeft(), picture)
    painter.restore()


def fitted(picture: QImage, size: QSize) -> QImage:
    """The picture in a size, averaged where it shrinks."""
    if picture.size() == size:
        return picture
    return picture.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def is_seen_at(layer: Mapping[str, Any], picture: QImage, box: QRectF, at: QPointF) -> bool:
    """Whether a layer has color at a place of the canvas."""
    at = about(box.center(), at, -layer.get("angle", 0))
    if layer.get("hidden") or not box.contains(at):
        return False
    x = int((at.x() - box.left()) / box.width() * picture.width())
    y = int((at.y() - box.top()) / box.height() * picture.height())
    return picture.valid(x, y) and picture.pixelColor(x, y).alpha() > 16
