"""The brush in the hand: touches become dabs, a stroke grows under the pointer, its size is shown as a circle."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from app.editors.coverage import Coverage, Dab, simplified
from app.editors.editor import Touch

SMALLER = (Qt.Key.Key_BracketLeft, Qt.Key.Key_BraceLeft)
LARGER = (Qt.Key.Key_BracketRight, Qt.Key.Key_BraceRight)
STEP = 1.15
SMALLEST_SHOWN = 5.0
"""Circles that are smaller on the screen are hard to find: the cross stands in."""
LEAST_MOVE = 0.75
"""Pixels of the screen between two dabs."""
LEAST_RADIUS = 0.5


class Stroke:
    """A stroke that is being drawn."""

    def __init__(self, paper: QSize, hard: float, dab: Callable[[Touch], Dab]) -> None:
        self.coverage = Coverage(paper, hard)
        self._dab = dab
        self.dabs: list[Dab] = []
        self.touches: list[Touch] = []

    def add(self, touch: Touch) -> None:
        dab = self._dab(touch)
        if self.dabs:
            last = self.dabs[-1]
            if QPointF(dab.x - last.x, dab.y - last.y).manhattanLength() * touch.zoom < LEAST_MOVE:
                return
        self.dabs.append(dab)
        self.touches.append(touch)
        self.coverage.add(dab)

    def needed(self) -> list[Touch]:
        """The touches that tell the stroke to within half a pixel of the screen."""
        within = 0.5 / max(0.25, min(4.0, self.touches[0].zoom))
        kept = {id(dab) for dab in simplified(self.dabs, within)}
        return [touch for touch, dab in zip(self.touches, self.dabs, strict=True) if id(dab) in kept]


def thinned(line: Sequence[QPointF], zoom: float) -> list[QPointF]:
    """The corners that a line needs to stay within half a pixel of the screen of where it was drawn."""
    dabs = simplified([Dab(at.x(), at.y(), 0.0) for at in line], 0.5 / max(0.25, min(4.0, zoom)))
    return [QPointF(dab.x, dab.y) for dab in dabs]


def paint_circle(painter: QPainter, at: QPointF, radius: float, zoom: float) -> bool:
    """A circle that is seen on light and dark; False where it would be too small."""
    if radius * zoom < SMALLEST_SHOWN:
        return False
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 170), 3.0), (QColor(255, 255, 255, 235), 1.2)):
        pen = QPen(color, width)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawEllipse(at, radius, radius)
    painter.restore()
    return True


def resized(size: int, event: QKeyEvent) -> int:
    """The next smaller or larger size for a bracket, by an eighth and at least by one."""
    if event.key() in SMALLER:
        return max(1, min(size - 1, round(size / STEP)))
    return max(size + 1, round(size * STEP))
