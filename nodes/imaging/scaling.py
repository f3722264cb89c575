"""Pictures at another size."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from nodes.imaging.alpha import premultiplied, straight


def scaled(pixels: Tensor, width: int, height: int) -> Tensor:
    """Straight pixels (batch, 3 or 4, rows, columns) at a size; smaller ones are averaged, and transparent color stays out of it."""
    mixed = premultiplied(pixels) if pixels.shape[1] == 4 else pixels
    made = F.interpolate(mixed, (height, width), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
    return straight(made) if pixels.shape[1] == 4 else made


def filling(pixels: Tensor, width: int, height: int) -> Tensor:
    """The middle of a picture, as much as fills a size when it is scaled to it; nothing is stretched."""
    rows, columns = pixels.shape[-2:]
    share = min(columns / width, rows / height)
    wide, high = max(1, round(width * share)), max(1, round(height * share))
    left, top = (columns - wide) // 2, (rows - high) // 2
    return scaled(pixels[..., top : top + high, left : left + wide], width, height)


def on_color(pixels: Tensor, color: tuple[float, float, float]) -> Tensor:
    """Opaque pixels (batch, 3, height, width) of straight ones, with a color behind what is transparent."""
    if pixels.shape[1] == 3:
        return pixels
    behind = pixels.new_tensor(color)[:, None, None]
    return pixels[:, :3] * pixels[:, 3:] + behind * (1 - pixels[:, 3:])
