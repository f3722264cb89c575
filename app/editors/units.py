"""Places and sizes of painted documents, and the same in pixels of a picture.

Places are ten-thousandths of the picture's width and height, sizes those of √(width · height): a picture of another size takes all along.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPolygonF

UNIT = 10_000
FULL = 100
"""Pressure, hardness and opacity are percentages."""


def pixels_of(size: float, paper: QSize) -> float:
    return size / UNIT * math.sqrt(paper.width() * paper.height())


def size_of(pixels: float, paper: QSize) -> int:
    return round(pixels * UNIT / math.sqrt(paper.width() * paper.height()))


def point(x: float, y: float, paper: QSize) -> QPointF:
    return QPointF(x * paper.width() / UNIT, y * paper.height() / UNIT)


def place(at: QPointF, paper: QSize) -> list[int]:
    return [round(at.x() * UNIT / paper.width()), round(at.y() * UNIT / paper.height())]


def places(points: Iterable[QPointF], paper: QSize) -> list[int]:
    """Flat x and y."""
    return [value for at in points for value in place(at, paper)]


def polygon(flat: Sequence[float], paper: QSize) -> QPolygonF:
    return QPolygonF([point(x, y, paper) for x, y in zip(flat[::2], flat[1::2], strict=False)])


def box_of(rect: QRectF, paper: QSize) -> list[int]:
    """Left, top, right, bottom."""
    return [*place(rect.topLeft(), paper), *place(rect.bottomRight(), paper)]


def rect_of(box: Sequence[float], paper: QSize) -> QRectF:
    return QRectF(point(box[0], box[1], paper), point(box[2], box[3], paper)).normalized()
