"""A curve through points: what a parameter of the kind `Curve` holds, and its value anywhere from 0 to 1.

Monotone cubic interpolation (Fritsch & Carlson 1980, "Monotone piecewise cubic interpolation"): smooth, and never beyond the points
on both sides, so that a curve that people drew within a range stays in it. Before the first point and behind the last it is level.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

MOST_POINTS = 64
Points = Sequence[Sequence[float]]


def rule_of(points: object, hard: tuple[float | None, float | None]) -> str | None:
    """The rule that points break, None where they are a curve whose heights lie within ``hard``."""
    if not isinstance(points, list | tuple) or not 2 <= len(points) <= MOST_POINTS or not all(map(_is_point, points)):
        return f"must be 2 to {MOST_POINTS} points [x, y]"
    across = [point[0] for point in points]
    if across[0] < 0 or across[-1] > 1 or any(after <= before for before, after in zip(across, across[1:], strict=False)):
        return "must have points from left to right within 0 to 1, each beyond the one before"
    low, high = hard
    if any((low is not None and y < low) or (high is not None and y > high) for _, y in points):
        return f"must have heights within {'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}"
    return None


def _is_point(point: object) -> bool:
    return isinstance(point, list | tuple) and len(point) == 2 and all(map(_is_number, point))


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def height_at(points: Points, x: float) -> float:
    """The height of a curve at ``x``; ``points`` follow the rule of `rule_of`."""
    return heights_at(points, (x,))[0]


def heights_at(points: Points, xs: Sequence[float]) -> list[float]:
    """The heights of a curve at several places."""
    across = [float(point[0]) for point in points]
    up = [float(point[1]) for point in points]
    slopes = _slopes(across, up)
    return [_height(across, up, slopes, x) for x in xs]


def _height(across: list[float], up: list[float], slopes: list[float], x: float) -> float:
    if x <= across[0]:
        return up[0]
    if x >= across[-1]:
        return up[-1]
    left = bisect_right(across, x) - 1
    width = across[left + 1] - across[left]
    t = (x - across[left]) / width
    flat = (1 + 2 * t) * (1 - t) ** 2 * up[left] + t * t * (3 - 2 * t) * up[left + 1]
    return flat + width * (t * (1 - t) ** 2 * slopes[left] - t * t * (1 - t) * slopes[left + 1])


def _slopes(across: list[float], up: list[float]) -> list[float]:
    """The slope at each point: level at a hill, a hollow and a plain, else the mean of both sides held small enough."""
    steep = [(up[i + 1] - up[i]) / (across[i + 1] - across[i]) for i in range(len(across) - 1)]
    inner = [0.0 if before * after <= 0 else (before + after) / 2 for before, after in zip(steep, steep[1:], strict=False)]
    slopes = [steep[0], *inner, steep[-1]]
    for i, chord in enumerate(steep):
        if chord == 0:
            slopes[i] = slopes[i + 1] = 0.0
            continue
        length = math.hypot(slopes[i] / chord, slopes[i + 1] / chord)
        if length > 3:
            slopes[i], slopes[i + 1] = 3 * slopes[i] / length, 3 * slopes[i + 1] / length
    return slopes
