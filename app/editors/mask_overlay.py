"""A mask as it is shown over the picture: what is selected tinted, what is protected tinted (quick mask), or the mask alone."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.editors.coverage import as_alpha, tinted
from app.editors.edges import feathered, grown

SHOWN = ("selected", "protected", "alone")
TINTS = (QColor(255, 58, 92), QColor(56, 132, 255), QColor(60, 214, 106))
"""Red, blue and green: one of them is seen on any picture."""
OPACITY = 0.55
LARGEST = 1024
"""Edges are moved and softened at no more than so many pixels a side: the eye follows the hand, the node is exact."""


def overlay(mask: QImage, shown: str, grow: float, feather: float, invert: bool, tint: QColor = TINTS[0]) -> QImage:
    """What is drawn over the picture, from a mask as white with alpha; it may be smaller than the mask."""
    selected = invert is (shown == "protected")
    if shown != "alone" and not grow and not feather:
        return tinted(mask, tint) if selected else _tinted_around(mask, tint)
    gray = _gray(mask)
    share = min(1.0, LARGEST / max(gray.width(), gray.height()))
    if (grow or feather) and share < 1:
        smaller = QSize(round(gray.width() * share), round(gray.height() * share))
        gray = gray.scaled(smaller, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    gray = feathered(grown(gray, grow * share), feather * share)
    if not selected:
        gray.invertPixels()
    if shown == "alone":
        return gray
    return as_alpha(gray, tint)


def _tinted_around(mask: QImage, tint: QColor) -> QImage:
    """The tint where the mask is not."""
    made = QImage(mask.size(), QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(tint)
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.drawImage(0, 0, mask)
    painter.end()
    return made


def _gray(mask: QImage) -> QImage:
    """Alpha as brightness."""
    made = QImage(mask.size(), QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.black)
    painter = QPainter(made)
    painter.drawImage(0, 0, mask)
    painter.end()
    return made
