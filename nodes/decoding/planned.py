"""Planned denoising: find the tokens that fit worst, think about those again.

After Liu et al. 2024, "Think while you generate: discrete diffusion with planned denoising" (DDPD). Their planner is a network of its
own; here the masked generator judges: half of the tokens are hidden and told from the other half, then the other way round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from nodes.decoding.logits import gumbel
from nodes.decoding.strategies import Field, Picking, TokenStrategy, Unmask, strategy_type
from nodes.decoding.tokens import Predict, Scale, Step, guided, prompts_of


@strategy_type
@dataclass(frozen=True, eq=False)
class Planned(TokenStrategy):
    """A draft, then rounds that repaint the tokens that fit worst.

    Attributes:
        picking: how a token is drawn again.
        draft: how the first version is made.
        rounds: each takes three passes: two to judge, one to draw.
        share: of the tokens that the first round repaints; later ones repaint fewer.
    """

    picking: Picking = Picking()
    draft: Unmask = Unmask()
    rounds: int = 4
    share: float = 0.3
    families: ClassVar = ("masked",)

    def steps(self, field: Field) -> list[Step]:
        """Those of the draft, then one a round, led as the last steps are."""
        everywhere = torch.arange(field.length)[None]
        return [*self.draft.steps(field), *(Step(everywhere, field.lead(0.0)) for _ in range(self.rounds))]

    def decoded(self, predict: Predict, field: Field, steps: Sequence[Step]) -> Tensor:
        drafting = len(steps) - self.rounds
        ids = self.draft.decoded(predict, field, steps[:drafting])
        choose, given = self.picking.sampler(field.draw), field.ids >= 0
        for number, step in enumerate(steps[drafting:]):
            doubt = self._doubt(predict, ids, step, field, number).masked_fill(given, -math.inf)
            count = math.ceil(self.share * (1 - number / self.rounds) * field.length)
            # The worst of noisy doubts: drawn without replacement, in proportion to the doubt.
            worst = (doubt + gumbel(field.draw("plan uniform", number, tuple(doubt.shape)))).topk(count, 1).indices
            again = torch.zeros_like(given).scatter(1, worst, True) & ~given
            fresh = choose(logits(predict, ids.masked_fill(again, -1), step), drafting + number)
            ids = torch.where(again, fresh, ids)
            field.after_step(drafting + number + 1, ids)
        return ids

    def _doubt(self, predict: Predict, ids: Tensor, step: Step, field: Field, number: int) -> Tensor:
        """log(1 − p) of each token, p told from the half of the others that it does not belong to: (batch, L)."""
        hidden = field.draw("half uniform", number, tuple(ids.shape)) < 0.5
        one, other = (logits(predict, ids.masked_fill(half, -1), step) for half in (hidden, ~hidden))
        likely = torch.where(hidden[..., None], one, other).softmax(-1).gather(-1, ids[..., None])[..., 0]
        return torch.log1p(-likely.clamp(max=1 - 1e-6))


def logits(predict: Predict, ids: Tensor, step: Step) -> Tensor:
    """Of all positions, led: (batch, L, codebook)."""
    scale: Scale = step.scale
    return guided(predict(ids, step.asked, prompts_of(scale)), scale)


def drafted(strategy: TokenStrategy, rounds: int, share: float, temperature: float) -> Planned | None:
    """The same with rounds behind it; None for a strategy that is no draft of masked tokens."""
    if not isinstance(strategy, Unmask):
        return None
    return Planned(replace(strategy.picking, temperature=temperature), strategy, rounds, share)
