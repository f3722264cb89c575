"""Work on pictures a tile at a time, without a seam."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def in_tiles(made: Callable[[Tensor], Tensor], values: Tensor, side: int, reach: int) -> Tensor:
    """What is made of values (batch, channels, height, width), a tile at a time with as much around it as the outcome depends on.

    Args:
        made: values to pixels, each cell to a square of them.
        values: the values.
        side: of a tile in cells; one that is not smaller than the values, or 0, takes them at once.
        reach: cells around one that its pixels depend on.

    Returns:
        The same pixels as without tiles.
    """
    height, width = values.shape[-2:]
    if not 0 < side < max(height, width):
        return made(values)
    rows = []
    for top in range(0, height, side):
        row = []
        for left in range(0, width, side):
            above, before = min(top, reach), min(left, reach)
            around = values[..., top - above : top + side + reach, left - before : left + side + reach]
            pixels = made(around)
            cell = pixels.shape[-1] // around.shape[-1]
            high, wide = min(side, height - top) * cell, min(side, width - left) * cell
            row.append(pixels[..., above * cell : above * cell + high, before * cell : before * cell + wide])
        rows.append(torch.cat(row, -1))
    return torch.cat(rows, -2)
