"""Tensors to pictures that are looked at: the border between torch and plain bytes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graph_engine.values import Pixels
from nodes.imaging.alpha import smaller, with_alpha

LARGEST_SIDE = 2048
"""Longer sheets are averaged down: a screen shows no more, and a border between processes is crossed."""

GAP = 4


def to_bytes(pixels: Tensor) -> Tensor:
    """Values in 0 to 1 to uint8 of the same shape, rounded to nearest."""
    return (pixels * 255 + 0.5).to(torch.uint8)  # truncates, hence the half


def to_pixels(pixels: Tensor) -> Pixels:
    """RGB or straight RGBA (batch, 3 or 4, height, width) in 0 to 1 to one picture; a batch becomes a sheet with clear gaps."""
    rgba = sheet(with_alpha(pixels.detach().float().cpu()))
    height, width = rgba.shape[-2:]
    shrink = LARGEST_SIDE / max(height, width)
    if shrink < 1:
        height, width = max(1, round(height * shrink)), max(1, round(width * shrink))
        rgba = smaller(rgba, height, width)
    return Pixels(width, height, to_bytes(rgba[0]).permute(1, 2, 0).contiguous().numpy().tobytes())


def sheet(rgba: Tensor) -> Tensor:
    """(batch, 4, height, width) to one picture (1, 4, …) in rows, about as wide as high, clear between the items."""
    batch, _, height, width = rgba.shape
    columns = math.ceil(math.sqrt(batch))
    rows = math.ceil(batch / columns)
    page = rgba.new_zeros(1, 4, rows * (height + GAP) - GAP, columns * (width + GAP) - GAP)
    for item, picture in enumerate(rgba):
        top, left = item // columns * (height + GAP), item % columns * (width + GAP)
        page[0, :, top : top + height, left : left + width] = picture
    return page
