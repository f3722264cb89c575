"""Tones of pictures changed by a curve."""

from __future__ import annotations

import torch
from torch import Tensor

from graph_engine.curve import Points, heights_at

STEPS = 1024
"""Parts that a curve is read in; between them it is straight, which is finer than 16 bits show."""
PLANES = {"red, green and blue": (0, 1, 2), "red": (0,), "green": (1,), "blue": (2,), "alpha": (3,)}


def with_tones(pixels: Tensor, curve: Points, channels: str) -> Tensor:
    """Pixels (batch, channels, height, width) in 0 to 1, some of their planes through a curve.

    Args:
        pixels: with 3 or 4 planes.
        curve: points ``[x, y]`` as `graph_engine.curve` has them.
        channels: a name of `PLANES`; alpha that a picture does not have stays away.
    """
    table = torch.tensor(heights_at(curve, [step / STEPS for step in range(STEPS + 1)])).clamp(0, 1)
    made = pixels.clone()
    for plane in PLANES[channels]:
        if plane < pixels.shape[1]:
            made[:, plane] = _looked_up(pixels[:, plane], table)
    return made


def _looked_up(plane: Tensor, table: Tensor) -> Tensor:
    at = plane * STEPS
    left = at.floor().clamp(0, STEPS - 1)
    below = table[left.long()]
    return below + (at - left) * (table[left.long() + 1] - below)
