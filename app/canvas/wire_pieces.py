"""The curve of a wire as straight pieces: Qt draws lines several times faster than it strokes a path."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF

NEAREST_BEND = 36.0
STRETCH = 16
"""So many pieces are made together, once they come into sight: of a wire across a large graph most never do."""


def bend_of(start: QPointF, end: QPointF) -> float:
    """How far a wire reaches out to the right of its start, and to the left of its end."""
    return max(min(NEAREST_BEND, abs(end.y() - start.y()) + 12), abs(end.x() - start.x()) * 0.5)


@lru_cache(maxsize=1024)
def weights(count: int, first: int, last: int) -> list[tuple[float, float, float, float]]:
    """What the four points of a cubic curve add to some of the ends of ``count`` pieces (Bernstein polynomials)."""
    steps = [step / count for step in range(first, last + 1)]
    return [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in steps]


class Pieces:
    """Of one curve from a point to another, none of them farther from it than ``finest``."""

    def __init__(self, start: QPointF, end: QPointF, finest: float) -> None:
        self._start, self._end, self._bend = start, end, bend_of(start, end)
        width, height = end.x() - start.x(), end.y() - start.y()
        # A chord over a step h is off by at most h²/8 of the second derivative: 6 times the second difference of the curve's points.
        self._count = max(4, math.ceil(math.sqrt(0.75 * math.hypot(width - 3 * self._bend, height) / finest)))
        self._made: dict[int, list[QLineF]] = {}
        turns = self._bend if width < 2 * self._bend else 0.0  # it may swing out past its ends
        self._areas = self._boxes(turns + 2) if self._count > STRETCH else [QRectF()]

    def _boxes(self, margin: float) -> list[QRectF]:
        ends = [*range(0, self._count, STRETCH), self._count]
        points = [self._points(at, at)[0] for at in ends]
        return [QRectF(a, b).normalized().adjusted(-margin, -2, margin, 2) for a, b in pairwise(points)]

    def _points(self, first: int, last: int) -> list[QPointF]:
        left, top, right, bottom, bend = self._start.x(), self._start.y(), self._end.x(), self._end.y(), self._bend
        return [
            QPointF(left * (a + b) + right * (c + d) + bend * (b - c), top * (a + b) + bottom * (c + d))
            for a, b, c, d in weights(self._count, first, last)
        ]

    def seen_in(self, area: QRectF) -> list[QLineF]:
        """The pieces that may lie in an area, which the curve touches."""
        if len(self._areas) == 1:
            return self._stretch(0)
        return [line for index, box in enumerate(self._areas) if area.intersects(box) for line in self._stretch(index)]

    def _stretch(self, index: int) -> list[QLineF]:
        found = self._made.get(index)
        if found is None:
            points = self._points(index * STRETCH, min(self._count, (index + 1) * STRETCH))
            found = self._made[index] = [QLineF(a, b) for a, b in pairwise(points)]
        return found
