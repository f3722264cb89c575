"""Filled areas as coverage: polygons, and ellipses as polygons of many corners."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from nodes.painting.strokes import Patch, Plane, places

FINE = 4
"""Subpixels a side that the edge of an area is worked out in."""

CORNERS = 180


def polygon(points: Sequence[float], width: int, height: int) -> Patch:
    """The area inside a closed line, given as flat x and y in units of a painted document.

    Where the line crosses itself inside and outside change places.
    """
    corners = places(points, 2, width, height)
    left, top = (int(math.floor(max(0.0, float(corners[:, axis].min())))) for axis in (0, 1))
    right, bottom = (int(math.ceil(min(float(end), float(corners[:, axis].max())))) for axis, end in ((0, width), (1, height)))
    across, down = max(0, right - left), max(0, bottom - top)
    if not across or not down:
        return Patch(0, 0, np.zeros((0, 0), np.float32))
    page = Image.new("L", (across * FINE, down * FINE))
    # Pillow fills pixels up to and with the line, which lies on their middles: half a subpixel back.
    fine = (corners - np.array([left, top], np.float32)) * FINE - np.float32(0.5)
    ImageDraw.Draw(page).polygon([(float(x), float(y)) for x, y in fine], fill=255)
    return Patch(top, left, _share(page))


def _share(page: Image.Image) -> Plane:
    """Of each pixel the share of its subpixels that is filled."""
    filled = np.asarray(page, np.float32) / np.float32(255)
    height, width = filled.shape
    share: Plane = filled.reshape(height // FINE, FINE, width // FINE, FINE).mean((1, 3), dtype=np.float32)
    return share


def box_corners(box: Sequence[float]) -> list[float]:
    """The closed line around a box of left, top, right, bottom."""
    left, top, right, bottom = box
    return [left, top, right, top, right, bottom, left, bottom]


def ellipse_corners(box: Sequence[float]) -> list[float]:
    """The closed line around the ellipse that fills a box."""
    left, top, right, bottom = box
    turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    middle, half = ((left + right) / 2, (top + bottom) / 2), ((right - left) / 2, (bottom - top) / 2)
    return [value for turn in turns for value in (middle[0] + half[0] * math.cos(turn), middle[1] + half[1] * math.sin(turn))]
