"""The magic wand in the window: what has about the color of a place, found by Qt's own loops over pixels."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QBitmap, QColor, QImage, QPainter, QRegion

Mode = QPainter.CompositionMode
WHITE, BLACK = 0xFFFFFFFF, 0xFF000000


def like_color_at(picture: QImage, at: QPoint, tolerance: int, near: bool) -> list[QRect]:
    """The boxes where no channel differs by more than the tolerance from the pixel at a place; premultiplied, as the nodes compare.

    Args:
        near: only what is joined to the place, edge by edge.
    """
    at = QPoint(min(max(0, at.x()), picture.width() - 1), min(max(0, at.y()), picture.height() - 1))
    alike = _within(_color(picture), at, tolerance)
    if picture.hasAlphaChannel():
        alike &= _within(_alpha(picture), at, tolerance)
    boxes = [QRect(box) for box in alike]
    return _joined(boxes, at) if near else boxes


def _color(picture: QImage) -> QImage:
    made = QImage(picture.size(), QImage.Format.Format_RGB32)
    made.fill(0)
    painter = QPainter(made)
    painter.drawImage(0, 0, picture)
    painter.end()
    return made


def _alpha(picture: QImage) -> QImage:
    alpha = picture.convertToFormat(QImage.Format.Format_Alpha8)
    alpha.reinterpretAsFormat(QImage.Format.Format_Grayscale8)
    return alpha.convertToFormat(QImage.Format.Format_RGB32)


def _within(picture: QImage, at: QPoint, tolerance: int) -> QRegion:
    """255 minus the difference plus the tolerance, cut off at 255: white where all channels are alike."""
    color = picture.pixelColor(at)
    painter = QPainter(picture)
    painter.setCompositionMode(Mode.CompositionMode_Difference)
    painter.fillRect(picture.rect(), color)
    painter.end()
    picture.invertPixels()
    painter = QPainter(picture)
    painter.setCompositionMode(Mode.CompositionMode_Plus)
    painter.fillRect(picture.rect(), QColor(tolerance, tolerance, tolerance))
    painter.end()
    found = picture.createMaskFromColor(WHITE, Qt.MaskMode.MaskInColor)
    found.setColorTable([WHITE, BLACK])  # a bitmap tells its bits by their colors: black is in
    return QRegion(QBitmap.fromImage(found))


def _joined(boxes: list[QRect], at: QPoint) -> list[QRect]:
    """Those boxes of a region that are joined to a place. They come in bands; boxes of one band do not touch."""
    tops: dict[int, list[QRect]] = {}
    bottoms: dict[int, list[QRect]] = {}
    for box in boxes:
        tops.setdefault(box.top(), []).append(box)
        bottoms.setdefault(box.bottom(), []).append(box)
    found = [box for box in boxes if box.contains(at)]
    seen = {id(box) for box in found}
    for box in found:  # grows while it is walked through
        for other in (*tops.get(box.bottom() + 1, ()), *bottoms.get(box.top() - 1, ())):
            if id(other) not in seen and other.left() <= box.right() and other.right() >= box.left():
                seen.add(id(other))
                found.append(other)
    return found
