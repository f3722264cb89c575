"""Several pictures as one, to be looked at: in rows, about as wide as high, clear between them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graph_engine.values import Pixels

GAP = 4
LARGEST_SIDE = 2048
"""Larger sheets leave out columns and rows of pixels: a screen shows no more."""


def sheet(pictures: Sequence[Pixels]) -> Pixels:
    """The pictures in their order; of one, itself."""
    if len(pictures) == 1:
        return pictures[0]
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    wide, high = max(picture.width for picture in pictures), max(picture.height for picture in pictures)
    step = math.ceil(max(columns * (wide + GAP), rows * (high + GAP)) / LARGEST_SIDE)
    wide, high = math.ceil(wide / step), math.ceil(high / step)
    lines: list[bytes] = []
    for row in range(rows):
        beside = [_lines(picture, step, wide, high) for picture in pictures[row * columns : (row + 1) * columns]]
        beside += [[bytes(wide * 4)] * high] * (columns - len(beside))
        lines += [bytes(4 * GAP).join(parts) for parts in zip(*beside, strict=True)]
        lines += [bytes(4 * (columns * (wide + GAP) - GAP))] * (GAP if row < rows - 1 else 0)
    return Pixels(columns * (wide + GAP) - GAP, len(lines), b"".join(lines))


def shrunk(picture: Pixels, side: int) -> Pixels:
    """The picture with columns and rows of pixels left out, so that no side is longer."""
    step = math.ceil(max(picture.width, picture.height) / side)
    wide, high = math.ceil(picture.width / step), math.ceil(picture.height / step)
    return Pixels(wide, high, b"".join(_lines(picture, step, wide, high)))


def _lines(picture: Pixels, step: int, wide: int, high: int) -> list[bytes]:
    """Every ``step``-th line and pixel, filled up with clear ones."""
    pixels = memoryview(picture.rgba).cast("I")
    starts = range(0, picture.height * picture.width, picture.width * step)
    found = [pixels[start : start + picture.width : step].tobytes().ljust(wide * 4, b"\0") for start in starts]
    return found + [bytes(wide * 4)] * (high - len(found))
