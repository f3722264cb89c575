"""Masks whose edge is moved or made soft, and lines made thin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from nodes.painting.strokes import Plane


def grown(mask: Plane, by: float) -> Plane:
    """The mask with everything within so many pixels of it; a negative number takes as much off its edge."""
    if by < 0:
        left: Plane = np.float32(1) - grown(np.float32(1) - mask, -by)
        return left
    if by == 0 or not (mask >= 0.5).any():
        return mask
    away = ndimage.distance_transform_edt(mask < 0.5).astype(np.float32)
    larger: Plane = np.maximum(mask, np.clip(np.float32(by + 1) - away, 0, 1))
    return larger


def feathered(mask: Plane, by: float) -> Plane:
    """The mask with an edge that fades over about twice so many pixels (Gauss, the distance is two standard deviations)."""
    if by == 0:
        return mask
    soft = ndimage.gaussian_filter(mask, by / 2, mode="nearest")
    kept: Plane = np.clip(soft.astype(np.float32), 0, 1)
    return kept


def thinned(lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Lines of one pixel in the middle of thick ones (Zhang & Suen 1984, "A fast parallel algorithm for thinning digital patterns")."""
    left = lines.copy()
    while True:
        before = left.sum()
        for turn in (0, 1):
            left &= ~_removable(left, turn)
        if left.sum() == before:
            return left


def _removable(lines: NDArray[np.bool_], turn: int) -> NDArray[np.bool_]:
    """Pixels of the rim on two sides by turns, whose loss breaks no line and shortens none."""
    wide = np.pad(lines, 1)
    places = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))  # from the north, clockwise
    around = np.stack([wide[y : y + lines.shape[0], x : x + lines.shape[1]] for y, x in places])
    count = around.sum(0)
    begins = (~around & np.roll(around, -1, 0)).sum(0)
    north, east, south, west = around[0::2]
    open_ = ~(north & east & south) & ~(east & south & west) if turn == 0 else ~(north & east & west) & ~(north & south & west)
    removable: NDArray[np.bool_] = lines & (count >= 2) & (count <= 6) & (begins == 1) & open_
    return removable
