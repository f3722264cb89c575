"""The judge's eyes: names the things of a sticker scene where they stand, their colors, and the place.

A dense detector after "Objects as points" (Zhou et al. 2019): one heat map a thing on cells of 8 pixels, a peak is a thing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.rgba_autoencoder import PixelNorm, ResidualBlock


@dataclass(frozen=True)
class RecognizerConfig:
    things: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    fine: int = 64
    coarse: int = 128


@dataclass(frozen=True)
class Found:
    """One recognized thing: class, center in fractions of the canvas, confidence."""

    thing: int
    x: float
    y: float
    confidence: float


class Recognizer(nn.Module):
    def __init__(self, config: RecognizerConfig) -> None:
        super().__init__()
        self.config = c = config
        self.trunk = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(4 * 16, c.fine, 3, padding=1),
            ResidualBlock(c.fine),
            nn.Conv2d(c.fine, c.coarse, 4, stride=2, padding=1),
            *(ResidualBlock(c.coarse) for _ in range(4)),
            PixelNorm(c.coarse),
        )
        self.heat = nn.Conv2d(c.coarse, len(c.things), 1)
        self.color = nn.Conv2d(c.coarse, len(c.colors) + 1, 1)  # the last is "its own colors"
        self.place = nn.Sequential(nn.Linear(2 * c.coarse, c.coarse), nn.SiLU(), nn.Linear(c.coarse, len(c.places)))
        nn.init.constant_(self.heat.bias, -4.0)

    def features(self, rgba: Tensor) -> tuple[Tensor, Tensor]:
        """Straight RGBA (batch, 4, height, width) to cells (batch, channels, height/8, width/8) and a vector (batch, 2·channels)."""
        pixels = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1) * 2 - 1
        cells = self.trunk(pixels)
        return cells, torch.cat([cells.mean((2, 3)), cells.amax((2, 3))], 1)

    def forward(self, rgba: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits: heat (batch, things, cells, cells), color (batch, colors + 1, cells, cells), place (batch, places)."""
        cells, vector = self.features(rgba)
        return self.heat(cells), self.color(cells), self.place(vector)

    @torch.no_grad()
    def things_in(self, rgba: Tensor, threshold: float = 0.3) -> list[list[Found]]:
        """The peaks of the heat maps above ``threshold``, strongest first, for each picture; one thing a place within 3 cells."""
        heat = torch.sigmoid(self.heat(self.features(rgba)[0]))
        side = heat.shape[-1]
        best, thing = heat.max(1)  # (batch, cells, cells)
        # A peak is the strongest cell of any thing in its neighborhood of 3 × 3 cells.
        peak = (best == F.max_pool2d(best[:, None], 3, 1, 1)[:, 0]) & (best > threshold)
        found: list[list[Found]] = [[] for _ in range(len(rgba))]
        for picture, row, column in peak.nonzero().tolist():
            confidence = float(best[picture, row, column])
            found[picture].append(Found(int(thing[picture, row, column]), (column + 0.5) / side, (row + 0.5) / side, confidence))
        return [sorted(things, key=lambda one: -one.confidence) for things in found]

    @torch.no_grad()
    def place_of(self, rgba: Tensor) -> Tensor:
        """Index of the most likely place (batch,)."""
        return self.place(self.features(rgba)[1]).argmax(1)
