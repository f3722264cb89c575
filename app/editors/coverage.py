"""Brush strokes drawn by QPainter: the same coverage as the nodes give, dab by dab."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QRadialGradient

Mode = QPainter.CompositionMode
RAMP = (0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0)


class Dab(NamedTuple):
    """A place of a stroke, in pixels; strength is 0 to 1."""

    x: float
    y: float
    radius: float
    strength: float = 1.0


class Coverage:
    """What a stroke covers so far. Where it crosses itself the most counts: it does not build up."""

    def __init__(self, size: QSize, hard: float) -> None:
        """``hard`` is the share of the radius that is covered fully."""
        self._plane = QImage(size, QImage.Format.Format_RGB32)
        self._plane.fill(0)
        self._hard = hard
        self._last: Dab | None = None
        self._bounds = QRectF()
        self._kept: tuple[tuple[float, float], QBrush] | None = None

    def add(self, dab: Dab) -> None:
        painter = QPainter(self._plane)
        painter.setCompositionMode(Mode.CompositionMode_Lighten)
        for step in _between(self._last, dab):
            self._press(painter, step)
        painter.end()
        self._last = dab

    def add_all(self, dabs: Iterable[Dab]) -> Coverage:
        for dab in dabs:
            self.add(dab)
        return self

    def _press(self, painter: QPainter, dab: Dab) -> None:
        reach = dab.radius + 1.5
        painter.save()
        painter.translate(dab.x, dab.y)
        painter.fillRect(QRectF(-reach, -reach, 2 * reach, 2 * reach), self._brush(dab.radius, dab.strength))
        painter.restore()
        self._bounds |= QRectF(dab.x - reach, dab.y - reach, 2 * reach, 2 * reach)

    def _brush(self, radius: float, strength: float) -> QBrush:
        """A dab around the origin; the one before serves again where pressure did not change."""
        if self._kept is None or self._kept[0] != (radius, strength):
            outer, inner = radius + 0.5, radius * self._hard - 0.5
            gradient = QRadialGradient(QPointF(), outer)
            for at in RAMP:
                # `at` is the share of coverage on the way from the rim in: 0 on the outer circle, 1 on the inner one.
                where = (outer - at * (outer - inner)) / outer
                level = round(255 * at * at * (3 - 2 * at) * strength)
                gradient.setColorAt(max(0.0, min(1.0, where)), QColor(level, level, level))
            self._kept = (radius, strength), QBrush(gradient)
        return self._kept[1]

    def white(self) -> tuple[QPoint, QImage]:
        """White with the coverage as alpha, and where it lies."""
        return self.in_color(QColor(255, 255, 255))

    def in_color(self, color: QColor) -> tuple[QPoint, QImage]:
        box = self._bounds.toAlignedRect().intersected(self._plane.rect())
        if box.isEmpty():
            return QPoint(), QImage()
        return box.topLeft(), as_alpha(self._plane.copy(box), color)


def as_alpha(gray: QImage, color: QColor) -> QImage:
    """A color with the brightness of a gray picture as its alpha."""
    alpha = gray.convertToFormat(QImage.Format.Format_Grayscale8)
    alpha.reinterpretAsFormat(QImage.Format.Format_Alpha8)
    made = QImage(gray.size(), QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(color)
    painter = QPainter(made)
    painter.setCompositionMode(Mode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, alpha)
    painter.end()
    return made


def tinted(white: QImage, color: QColor) -> QImage:
    """A color where a picture has alpha."""
    made = white.copy()
    painter = QPainter(made)
    painter.setCompositionMode(Mode.CompositionMode_SourceIn)
    painter.fillRect(made.rect(), color)
    painter.end()
    return made


def _between(first: Dab | None, last: Dab) -> Iterable[Dab]:
    """Dabs so close that the edge between two of them is out by less than a twentieth of a pixel."""
    if first is None:
        return [last]
    length = math.hypot(last.x - first.x, last.y - first.y)
    step = max(0.4, math.sqrt(0.3 * max(0.5, min(first.radius, last.radius))))
    count = max(1, math.ceil(length / step))
    shares = (number / count for number in range(1, count + 1))
    return [Dab(*(a + (b - a) * share for a, b in zip(first, last, strict=True))) for share in shares]


def simplified(dabs: Sequence[Dab], within: float) -> list[Dab]:
    """The dabs that are needed: left out are those that a straight way between others passes within so many pixels.

    Douglas & Peucker 1973, with the radius as a third axis so that changes of pressure stay.
    """
    kept = {0, len(dabs) - 1}
    open_ends = [(0, len(dabs) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        far, at = max(((_away(dabs[i], dabs[first], dabs[last]), i) for i in range(first + 1, last)), default=(0.0, first))
        if far > within:
            kept.add(at)
            open_ends += [(first, at), (at, last)]
    return [dabs[index] for index in sorted(kept)]


def _away(dab: Dab, first: Dab, last: Dab) -> float:
    along = [b - a for a, b in zip(first[:3], last[:3], strict=True)]
    length = along[0] ** 2 + along[1] ** 2
    share = ((dab.x - first.x) * along[0] + (dab.y - first.y) * along[1]) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return math.dist(dab[:3], [a + step * share for a, step in zip(first[:3], along, strict=True)])
