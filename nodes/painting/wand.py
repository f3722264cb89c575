"""The magic wand: what has about the color of a place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from nodes.imaging.alpha import premultiplied, with_alpha
from nodes.imaging.pixels import to_bytes
from nodes.painting.strokes import UNIT, Plane


def bytes_to_compare(picture: Tensor) -> NDArray[np.uint8]:
    """A picture (1, 3 or 4, height, width) as (height, width, 4) bytes, premultiplied: what cannot be seen is all one color."""
    return to_bytes(premultiplied(with_alpha(picture[:1])))[0].permute(1, 2, 0).contiguous().numpy()


def like_color_at(picture: NDArray[np.uint8], at: tuple[float, float], tolerance: int, near: bool) -> Plane:
    """1 where no channel differs by more than the tolerance from the pixel at a place, 0 elsewhere: (height, width).

    Args:
        picture: (height, width, 4) bytes, of `bytes_to_compare`.
        at: x and y in units of a painted document.
        near: only what is joined to the place, edge by edge.
    """
    height, width, _ = picture.shape
    x, y = (min(side - 1, max(0, int(part * side / UNIT))) for part, side in zip(at, (width, height), strict=True))
    differs = np.abs(picture.astype(np.int16) - picture[y, x].astype(np.int16)).max(2)
    alike = differs <= tolerance
    if near:
        parts, _count = ndimage.label(alike)
        alike = parts == parts[y, x]
    found: Plane = alike.astype(np.float32)
    return found
