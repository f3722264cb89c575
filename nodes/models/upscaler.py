"""The starter's upscaler: twice the side in one pass, with alpha.

Residual blocks at the low resolution and one rearrangement of channels into pixels (Shi et al. 2016, "Real-time single image and video
super-resolution using an efficient sub-pixel convolutional neural network"), added to the bilinear enlargement.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.rgba_autoencoder import PixelNorm, ResidualBlock


@dataclass(frozen=True)
class UpscalerConfig:
    channels: int = 48
    blocks: int = 4
    factor: int = 2


class Upscaler(nn.Module):
    def __init__(self, config: UpscalerConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or UpscalerConfig()
        self.network = nn.Sequential(
            nn.Conv2d(4, c.channels, 3, padding=1),
            *(ResidualBlock(c.channels) for _ in range(c.blocks)),
            PixelNorm(c.channels),
            nn.Conv2d(c.channels, 4 * c.factor**2, 3, padding=1),
            nn.PixelShuffle(c.factor),
        )
        for parameter in self.network[-2].parameters():  # it begins as the plain enlargement
            nn.init.zeros_(parameter)

    @property
    def reach(self) -> int:
        """Pixels around one that what comes in its place depends on: as many as there are convolutions, and one of the enlargement."""
        return 2 * self.config.blocks + 3

    def pixels(self, premultiplied: Tensor) -> Tensor:
        """Premultiplied RGBA (batch, 4, height, width) to (batch, 4, factor · height, factor · width), not clamped."""
        plain = F.interpolate(premultiplied, scale_factor=float(self.config.factor), mode="bilinear")
        return plain + self.network(premultiplied * 2 - 1)

    def forward(self, rgba: Tensor) -> Tensor:
        """Straight RGBA in 0 to 1 to straight RGBA of ``factor`` times the side; alpha within 2 % of an end is that end."""
        pixels = self.pixels(torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1)).clamp(0, 1)
        alpha = ((pixels[:, 3:] - 0.02) / 0.96).clamp(0, 1)
        color = torch.where(alpha > 0, pixels[:, :3] / pixels[:, 3:].clamp(min=0.02), 0.0)
        return torch.cat([color.clamp(0, 1), alpha], 1)
