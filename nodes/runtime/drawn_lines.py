"""Tokens whose pictures are drawn: FlexTok's, which say what a flow model is led by, the more of them the more exactly.

Bachmann et al. 2025, "FlexTok", section 3.3, with the settings that were published: 20 steps, projected guidance.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.decoding.noise import noise
from nodes.decoding.projected_guidance import Projected
from nodes.decoding.schedules import flow_levels
from nodes.decoding.solvers import euler
from nodes.models.flextok import FlexTok

STEPS, SCALE = 20, 7.5


def drawn(model: FlexTok, ids: Tensor) -> Tensor:
    """Pixels (batch, 3, height, width) about −1 to 1 of ids (batch, one or more), the first ones of the line.

    All pictures start from the same noise, so that one does not depend on what is decoded beside it.
    """
    c = model.config
    start = noise((c.channels, c.side * c.patch, c.side * c.patch), 0, [0]).to(ids.device).expand(len(ids), -1, -1, -1)
    told, empty = model.condition(model.embedded(ids)), model.unconditional(len(ids))
    led = Projected(SCALE)

    def denoise(x: Tensor, sigma: float) -> Tensor:
        times = torch.full((2 * len(x),), sigma, device=x.device)
        positive, negative = model(x.repeat(2, 1, 1, 1), times, torch.cat([told, empty])).chunk(2)
        return x - sigma * led(positive, negative)

    return model.pixels(euler(denoise, start, flow_levels(STEPS)))
