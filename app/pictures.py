"""Pixels of the engine as pictures of Qt."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from graph_engine.values import Pixels


def to_qimage(pixels: Pixels) -> QImage:
    # Qt keeps the pointer, not the pixels: copy.
    return QImage(pixels.rgba, pixels.width, pixels.height, pixels.width * 4, QImage.Format.Format_RGBA8888).copy()


def to_pixels(image: QImage) -> Pixels:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return Pixels(plain.width(), plain.height(), bytes(plain.constBits()))


def thumbnail(pixels: Pixels, width: int, height: int, ratio: float = 1.0) -> QPixmap:
    """The picture made to fit a box, smooth when it shrinks, with whole pixels when it grows."""
    image = to_qimage(pixels)
    box = QSize(round(width * ratio), round(height * ratio))
    grows = image.width() < box.width() and image.height() < box.height()
    how = Qt.TransformationMode.FastTransformation if grows else Qt.TransformationMode.SmoothTransformation
    made = QPixmap.fromImage(image.scaled(box, Qt.AspectRatioMode.KeepAspectRatio, how))
    made.setDevicePixelRatio(ratio)
    return made
