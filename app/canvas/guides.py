"""Where something that is dragged snaps: to the edges of what lies around, to straight wires, else to the grid."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QRectF

GRID = 8.0
"""Divides the rows of a node (24) and its width (208): nodes on the grid have straight wires."""
REACH = 7.0
"""In pixels of the screen."""


class Snapped(NamedTuple):
    """How far to go, and the lines that it snapped to, if any."""

    dx: float
    dy: float
    x: float | None = None
    y: float | None = None


class Guides:
    def __init__(self, moved: QRectF, around: Iterable[QRectF], straight: Iterable[tuple[float, float]] = ()) -> None:
        """``straight`` are the ways down that make a wire straight, each with where that wire then lies."""
        self._lead = moved
        across: dict[float, float] = {}
        down = dict(straight)
        for rect in around:
            across.setdefault(rect.left() - moved.left(), rect.left())
            across.setdefault(rect.right() - moved.right(), rect.right())
            down.setdefault(rect.top() - moved.top(), rect.top())
            down.setdefault(rect.bottom() - moved.bottom(), rect.bottom())
        self._across, self._down = sorted(across.items()), sorted(down.items())

    def snapped(self, dx: float, dy: float, zoom: float) -> Snapped:
        across, down = _nearest(self._across, dx, REACH / zoom), _nearest(self._down, dy, REACH / zoom)
        x = across if across else (_on_grid(self._lead.left(), dx), None)
        y = down if down else (_on_grid(self._lead.top(), dy), None)
        return Snapped(x[0], y[0], x[1], y[1])


def _nearest(ways: list[tuple[float, float]], wanted: float, reach: float) -> tuple[float, float] | None:
    at = bisect_left(ways, (wanted, float("-inf")))
    near = [way for way in ways[max(0, at - 1) : at + 1] if abs(way[0] - wanted) <= reach]
    return min(near, key=lambda way: abs(way[0] - wanted), default=None)


def _on_grid(start: float, way: float) -> float:
    return round((start + way) / GRID) * GRID - start
