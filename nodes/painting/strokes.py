"""Brush strokes as coverage: how much of each pixel a stroke covers, from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_engine.errors import Failure

UNIT = 10_000
"""Painted documents give places in ten-thousandths of the picture's width and height, sizes in those of √(width · height)."""

FULL = 100
"""Pressure, hardness and opacity are percentages."""

FARTHEST = 10 * UNIT
"""Places and sizes beyond are taken to be there: so far from the picture nothing changes any more."""

UNREADABLE = "Undo, or reset what was painted."

Plane = NDArray[np.float32]


class Patch(NamedTuple):
    """A part of a plane (height, width) and where it lies; outside of it there is nothing."""

    top: int
    left: int
    part: Plane

    def of(self, plane: Plane) -> Plane:
        """The same part of another plane."""
        height, width = self.part.shape
        return plane[self.top : self.top + height, self.left : self.left + width]


def pixels_of(size: float, width: int, height: int) -> float:
    """A size of a painted document in pixels of a picture."""
    return min(abs(size), FARTHEST) / UNIT * math.sqrt(width * height)


def places(points: Sequence[float], step: int, width: int, height: int) -> Plane:
    """The (count, 2) places in pixels of a flat list with ``step`` numbers a point, of which x and y come first."""
    if len(points) % step:
        raise Failure(f"painted: points must come in groups of {step} numbers, got {len(points)}", UNREADABLE)
    table = np.clip(np.asarray(points, np.float64), -FARTHEST, FARTHEST).astype(np.float32).reshape(-1, step)
    return table[:, :2] * np.array([width / UNIT, height / UNIT], np.float32)


def stroke_coverage(dabs: Plane, hard: float, width: int, height: int) -> Patch:
    """What a brush covers on its way.

    A stroke does not build up where it crosses itself: each pixel takes the most that any place of the way gives it.

    Args:
        dabs: (count, 4): x, y and radius in pixels, strength 0 to 1; between two of them all four change evenly.
        hard: share of the radius that is covered fully; beyond it coverage falls smoothly, over one pixel at least.
    """
    reach = float(dabs[:, 2].max()) + 1
    left, top = (max(0, math.floor(float(dabs[:, axis].min()) - reach)) for axis in (0, 1))
    right, bottom = (min(end, math.ceil(float(dabs[:, axis].max()) + reach)) for axis, end in ((0, width), (1, height)))
    covered = np.zeros((max(0, bottom - top), max(0, right - left)), np.float32)
    moved = dabs - np.array([left, top, 0, 0], np.float32)
    for first, last in zip(moved, moved[1:] if len(moved) > 1 else moved, strict=False):
        _cover(covered, first, last, hard)
    return Patch(top, left, covered)


def _cover(covered: Plane, first: Plane, last: Plane, hard: float) -> None:
    """Add one piece of the way."""
    reach = float(max(first[2], last[2])) + 1
    height, width = covered.shape
    left, top = (max(0, math.floor(float(min(first[axis], last[axis])) - reach)) for axis in (0, 1))
    right, bottom = (min(end, math.ceil(float(max(first[axis], last[axis])) + reach)) for axis, end in ((0, width), (1, height)))
    if right <= left or bottom <= top:
        return
    x = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5) - first[0]
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5) - first[1]
    along = last - first
    length = max(1e-6, float(along[0] ** 2 + along[1] ** 2))
    at = np.clip((x * along[0] + y * along[1]) / np.float32(length), 0, 1)
    distance = np.hypot(x - at * along[0], y - at * along[1])
    outer = first[2] + at * along[2] + np.float32(0.5)
    inner = (outer - np.float32(0.5)) * np.float32(hard) - np.float32(0.5)
    share = np.clip((outer - distance) / (outer - inner), 0, 1)
    given = share * share * (3 - 2 * share) * (first[3] + at * along[3])
    np.maximum(covered[top:bottom, left:right], given, out=covered[top:bottom, left:right])
