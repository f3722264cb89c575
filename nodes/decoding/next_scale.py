"""Decoding over scales: guidance that grows with the scale, soft codes, and which tokens an edit keeps.

Tian et al. 2024, "Visual autoregressive modeling". A picture's ids are those of all scales, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.decoding.logits import Sampler
from nodes.decoding.tokens import AfterStep, Predict, Step, guided, prompts_of, unheard

FURTHER = ("soften", "again", "made_up")
"""What readers of scales can do besides predicting: those that stand for another one pass it on."""


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


@runtime_checkable
class PredictAgain(Predict, Protocol):
    """A model over scales that can also predict some tokens of the last scale again."""

    def again(self, ids: Tensor, masked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, side², codebook) as if the tokens where ``masked`` (batch, side²) were not known."""


@runtime_checkable
class MakesUp(Predict, Protocol):
    """A model over scales that knows which tokens lead back to a picture."""

    def made_up(self, before: Tensor) -> Tensor:
        """Ids (batch, side²) of the scale just predicted, with which it stays nearest to the picture of ids ``before`` (batch, L)."""


def reconsidered(
    predict: PredictAgain,
    ids: Tensor,
    steps: Sequence[Step],
    sampler: Sampler,
    counts: Sequence[Sequence[int]],
    known: Tensor | None = None,
    after_step: AfterStep = unheard,
) -> Tensor:
    """All tokens of a picture, the unsurest of each scale drawn again (Kumbong et al. 2025, "HMAR", section 4.2).

    Args:
        predict: the model.
        ids: (batch, L) int64; only what is known is looked at.
        steps: one a scale, from `over_scales`.
        sampler: how a token is drawn; sureness is its probability after the filters.
        counts: for each scale how many tokens become settled in each step, all of them together its length.
        known: (batch, L) bool, True where the given token is kept.
        after_step: called after each scale.
    """
    given, draws = ids, 0
    ids = ids.clone()

    def put(where: Tensor, chosen: Tensor) -> None:
        ids[:, where] = chosen if known is None else torch.where(known[:, where], given[:, where], chosen)

    for number, (step, settled) in enumerate(zip(steps, counts, strict=True)):
        logits = sampler.filtered(guided(predict(ids, step.asked, prompts_of(step.scale)), step.scale))
        chosen, open_ = sampler.drawn(logits, draws), torch.ones_like(ids[:, step.asked[0]], dtype=torch.bool)
        put(step.asked[0], chosen)
        draws += 1
        for turn in range(1, len(settled)):
            sure = logits.softmax(-1).gather(-1, ids[:, step.asked[0], None])[..., 0].masked_fill(~open_, torch.inf)
            unsurest = sure.argsort(-1)[:, : sum(settled[turn:])]
            open_ = torch.zeros_like(open_).scatter(1, unsurest, True)
            logits = sampler.filtered(predict.again(ids, open_)[0])
            put(step.asked[0], torch.where(open_, sampler.drawn(logits, draws), ids[:, step.asked[0]]))
            draws += 1
        after_step(number + 1, ids)
    return ids


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
