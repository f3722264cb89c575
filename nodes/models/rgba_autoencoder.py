"""A small KL autoencoder with native transparency: 4-channel pixels to latents at an eighth of the side and back.

Follows the variational autoencoder of latent diffusion (Rombach et al. 2022, section 3.1) with four pixel channels; pixels enter and leave
premultiplied, so that color under transparent pixels cannot leak into edges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class RgbaAutoencoderConfig:
    latent_channels: int = 8
    fine: int = 64  # channels at a quarter of the side
    coarse: int = 128  # channels at an eighth of the side
    blocks: int = 2
    downscale: int = 8
    scale: float = 1.0  # latents leave `encode` divided by the deviation measured after training
    shift: float = 0.0


class PixelNorm(nn.Module):
    """Root-mean-square norm over the channels of each position, so that statistics never cross positions or crops."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6) * self.weight


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = PixelNorm(channels)
        self.conv_1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv_2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv_2.weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_2(F.silu(self.conv_1(self.norm(x))))


class RgbaAutoencoder(nn.Module):
    def __init__(self, config: RgbaAutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or RgbaAutoencoderConfig()
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(4 * 16, c.fine, 3, padding=1),
            *(ResidualBlock(c.fine) for _ in range(c.blocks)),
            nn.Conv2d(c.fine, c.coarse, 4, stride=2, padding=1),
            *(ResidualBlock(c.coarse) for _ in range(c.blocks)),
            PixelNorm(c.coarse),
            nn.Conv2d(c.coarse, 2 * c.latent_channels, 3, padding=1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(c.latent_channels, c.coarse, 3, padding=1),
            *(ResidualBlock(c.coarse) for _ in range(c.blocks + 1)),
            nn.Conv2d(c.coarse, c.fine * 4, 1),
            nn.PixelShuffle(2),
            *(ResidualBlock(c.fine) for _ in range(c.blocks + 1)),
            PixelNorm(c.fine),
            nn.Conv2d(c.fine, c.fine * 2, 3, padding=1),
            nn.PixelShuffle(2),
            ResidualBlock(c.fine // 2),
            nn.Conv2d(c.fine // 2, 16, 3, padding=1),
            nn.PixelShuffle(2),
        )

    @property
    def reach(self) -> int:
        """Latent cells around one that its decoded pixels depend on: every product of the decoder is a small convolution."""
        convolutions = 2 * (self.config.blocks + 1)
        return math.ceil(1 + convolutions + (convolutions + 1) / 2 + 3 / 4)

    def moments(self, rgba: Tensor) -> tuple[Tensor, Tensor]:
        """Straight RGBA (batch, 4, height, width) in 0 to 1 to mean and log variance (batch, latent, height/8, width/8), unscaled."""
        pixels = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1) * 2 - 1
        mean, log_variance = self.encoder(pixels).chunk(2, 1)
        return mean, log_variance.clamp(-12, 4)

    def pixels(self, latent: Tensor) -> Tensor:
        """Unscaled latents to premultiplied RGBA (batch, 4, height, width), not clamped."""
        return self.decoder(latent) * 0.5 + 0.5

    def encode(self, rgba: Tensor) -> Tensor:
        """Straight RGBA in 0 to 1 to latents of about unit variance (batch, latent, height/8, width/8): the mean, no sampling.

        Raises:
            ValueError: height or width is not a multiple of 8.
        """
        height, width = rgba.shape[-2:]
        if height % self.config.downscale or width % self.config.downscale:
            raise ValueError(f"height and width: must be multiples of {self.config.downscale}, got {height} x {width}")
        return (self.moments(rgba)[0] - self.config.shift) / self.config.scale

    def decode(self, latent: Tensor) -> Tensor:
        """Latents of `encode` to straight RGBA (batch, 4, 8·height, 8·width) in 0 to 1; alpha within 2 % of an end is that end."""
        pixels = self.pixels(latent * self.config.scale + self.config.shift).clamp(0, 1)
        alpha = ((pixels[:, 3:] - 0.02) / 0.96).clamp(0, 1)
        color = torch.where(alpha > 0, pixels[:, :3] / pixels[:, 3:].clamp(min=0.02), 0.0)
        return torch.cat([color.clamp(0, 1), alpha], 1)
