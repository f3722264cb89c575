"""Decoding over scales: guidance that grows with the scale, soft codes, and which tokens an edit keeps.

Tian et al. 2024, "Visual autoregressive modeling". A picture's ids are those of all scales, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.decoding.logits import Sampler
from nodes.decoding.tokens import Step


def over_scales(sides: Sequence[int], strength: float) -> list[Step]:
    """One step a scale; of S scales, scale s is guided by ``(1 + t)·c − t·u`` with t = strength·s/(S − 1)."""
    steps, start = [], 0
    for scale, side in enumerate(sides):
        guidance = 1 + strength * scale / max(1, len(sides) - 1)
        steps.append(Step(torch.arange(start, start + side**2)[None], guidance if strength else None))
        start += side**2
    return steps


@dataclass(frozen=True)
class SoftCodes:
    """A draw as of ``sampler``, but the next scale is fed a mixture of codes, which looks smoother and fits the ids less.

    The weights are a Gumbel-softmax (Jang et al. 2017) that cools from scale to scale.

    Attributes:
        soften: takes the weights (batch, side², codebook) instead of the ids.
        scales: how many.
        given: the ids (batch, side²) of each scale that are kept, −1 elsewhere; none for a picture from nothing.
    """

    sampler: Sampler
    soften: Callable[[Tensor], None]
    scales: int
    given: tuple[Tensor, ...] = ()

    def __call__(self, logits: Tensor, step: int) -> Tensor:
        ids = self.sampler(logits, step)
        filtered, far = self.sampler.filtered(logits), step / max(1, self.scales - 1)
        cold = max(0.27 * (1 - 0.95 * far), 0.005)
        # −log of an exponential number is a Gumbel one; a second draw, since the first one chose the ids.
        noise = -self.sampler.draw("mixture", step, tuple(logits.shape)).log() if self.sampler.draw else 0.0
        weights = ((filtered * (1 + far) + noise) / cold).softmax(-1)
        self.soften(self._with_given(weights, step))
        return ids

    def _with_given(self, weights: Tensor, step: int) -> Tensor:
        if not self.given:
            return weights
        given = self.given[step][..., None]
        certain = F.one_hot(given.clamp(min=0)[..., 0], weights.shape[-1]).to(weights.dtype)
        return torch.where(given >= 0, certain, weights)


def kept_by_scale(mask: Tensor, sides: Sequence[int]) -> Tensor:
    """Which tokens an edit keeps, (batch, L) bool.

    Args:
        mask: (batch, rows, columns) of the last scale, 1 = keep. Averaged down to each scale and kept above a half.
        sides: of the scales; one of 3 tokens or fewer keeps all, since it tells but the overall look.
    """
    kept = []
    for side in sides:
        smaller = F.interpolate(mask[:, None], (side, side), mode="bilinear")[:, 0] > 0.5
        kept.append((smaller | (side**2 <= 3)).flatten(1))
    return torch.cat(kept, 1)
