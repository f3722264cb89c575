"""Layouts as pictures: each region in a color of its own, the nearer over the farther."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

COLORS = ("#62b0f0", "#f2a65a", "#7fcb87", "#ee8fd2", "#e8cb5c", "#ac94f0", "#5fd0b4", "#ef7f77")


def colored(areas: Iterable[Tensor], width: int, height: int) -> Tensor:
    """Areas (1, 1, height, width) in 0 to 1, farthest first, as one straight RGBA picture (1, 4, height, width)."""
    page = torch.zeros(1, 4, height, width)
    for number, area in enumerate(areas):
        code = int(COLORS[number % len(COLORS)][1:], 16)
        color = torch.tensor([code >> 16, code >> 8 & 255, code & 255, 255])[None, :, None, None] / 255
        page = torch.where(area > 0.5, color, page)
    return page
