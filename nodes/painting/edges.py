"""Masks whose edge is moved or made soft."""

from __future__ import annotations

import numpy as np
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
