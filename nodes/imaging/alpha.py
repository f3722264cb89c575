"""Straight and premultiplied alpha. Whatever mixes pixels does so on premultiplied color, so that no dark fringe appears."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def premultiplied(rgba: Tensor) -> Tensor:
    """Straight to premultiplied, (batch, 4, height, width) in 0 to 1."""
    return torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1)


def straight(rgba: Tensor) -> Tensor:
    """Premultiplied to straight, (batch, 4, height, width) in 0 to 1; color where nothing is seen becomes black."""
    color = torch.where(rgba[:, 3:] > 0, rgba[:, :3] / rgba[:, 3:].clamp(min=1e-6), 0.0)
    return torch.cat([color.clamp(0, 1), rgba[:, 3:]], 1)


def with_alpha(pixels: Tensor) -> Tensor:
    """RGB (batch, 3, height, width) or RGBA to RGBA; RGB becomes opaque."""
    return pixels if pixels.shape[1] == 4 else torch.cat([pixels, torch.ones_like(pixels[:, :1])], 1)


def smaller(rgba: Tensor, height: int, width: int) -> Tensor:
    """Straight RGBA averaged down to a size no larger than its own (area filter)."""
    return straight(F.interpolate(premultiplied(rgba), (height, width), mode="area").clamp(0, 1))
