"""How a picture is looked at: one of its channels, without its transparency, or as what differs from another."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from app.language import marked

CHANNELS = (
    marked("color and alpha"), marked("color"), marked("red"), marked("green"), marked("blue"), marked("alpha"), marked("brightness"),
)  # fmt: skip
_PLANES = {"red": 0, "green": 1, "blue": 2, "alpha": 3}
GAIN_DOUBLINGS = 2
"""Differences are shown four times as large: what an eye would miss is what a comparison is for."""


def channel_of(image: QImage, channel: str) -> QImage:
    """The picture as one of `CHANNELS` shows it."""
    if channel == "color and alpha":
        return image
    if channel == "color":
        return image.convertToFormat(QImage.Format.Format_RGBX8888)
    if channel == "brightness":
        return image.convertToFormat(QImage.Format.Format_RGBX8888).convertToFormat(QImage.Format.Format_Grayscale8)
    plane = bytes(image.convertToFormat(QImage.Format.Format_RGBA8888).constBits())[_PLANES[channel] :: 4]
    return QImage(plane, image.width(), image.height(), image.width(), QImage.Format.Format_Grayscale8).copy()


def difference(image: QImage, other: QImage) -> QImage:
    """What differs, black where nothing does; the other picture is brought to the size of the first, and transparency counts as black."""
    made = on_black(image)
    _paint(made, on_black(fitted(other, image)), QPainter.CompositionMode.CompositionMode_Difference)
    for _ in range(GAIN_DOUBLINGS):
        _paint(made, made.copy(), QPainter.CompositionMode.CompositionMode_Plus)
    return made


def fitted(image: QImage, to: QImage) -> QImage:
    """The picture at another's size."""
    if image.size() == to.size():
        return image
    return image.scaled(to.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def on_black(image: QImage) -> QImage:
    made = QImage(image.size(), QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.black)
    _paint(made, image, QPainter.CompositionMode.CompositionMode_SourceOver)
    return made


def _paint(ground: QImage, image: QImage, mode: QPainter.CompositionMode) -> None:
    painter = QPainter(ground)
    painter.setCompositionMode(mode)
    painter.drawImage(0, 0, image)
    painter.end()
