"""Masked tokens uncovered at chance times: discrete diffusion with an absorbing state, solved as the process that it is.

Going back from noise level 1, where every token is masked, to 0, a masked token becomes v at the rate p(v)/σ. A solver holds rates over a
step: tau-leaping those of the step's start; the θ-trapezoidal method of Ren et al. 2025, "Fast solvers for discrete diffusion models"
(algorithm 2) goes a share θ of the step with them, asks again there, and goes on with α₁·rate there − α₂·rate before, no less than 0,
where α₁ = 1/(2θ(1−θ)) and α₂ = ((1−θ)² + θ²)/(2θ(1−θ)): second order in the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from nodes.decoding.logits import Draw, picked
from nodes.decoding.planned import logits
from nodes.decoding.strategies import Field, Picking, TokenStrategy, strategy_type
from nodes.decoding.tokens import Predict, Step


@strategy_type
@dataclass(frozen=True, eq=False)
class Jumps(TokenStrategy):
    """Tokens at chance times, as the model's own process has it (Ren et al. 2025).

    Attributes:
        picking: how a token is drawn.
        count: of steps from noise level 1 to 0.
        theta: where in a step rates are asked for again, in 0 to 1; 0 = never (tau-leaping), which takes half the passes.
    """

    picking: Picking = Picking()
    count: int = 16
    theta: float = 0.5
    families: ClassVar = ("masked",)

    def steps(self, field: Field) -> list[Step]:
        """A pass each."""
        everywhere = torch.arange(field.length)[None]
        return [Step(everywhere, lead) for lead in field.leads(self.count * (2 if self.theta else 1))]

    def decoded(self, predict: Predict, field: Field, steps: Sequence[Step]) -> Tensor:
        ids, passes = field.ids, iter(enumerate(steps))
        for number in range(self.count):
            above, below = 1 - number / self.count, 1 - (number + 1) / self.count
            at, step = next(passes)
            rate = self._likely(predict, ids, step, field) / above
            middle = above + self.theta * (below - above)
            if not self.theta:
                ids = uncovered(ids, rate * (above - below), field.draw, at, all_of_them=not below)
                field.after_step(at + 1, ids)
                continue
            ids = uncovered(ids, rate * (above - middle), field.draw, at)
            field.after_step(at + 1, ids)
            at, step = next(passes)
            again = self._likely(predict, ids, step, field) / middle
            rate = trapezoidal(rate, again, self.theta)
            ids = uncovered(ids, rate * (middle - below), field.draw, at, all_of_them=not below)
            field.after_step(at + 1, ids)
        return ids

    def _likely(self, predict: Predict, ids: Tensor, step: Step, field: Field) -> Tensor:
        """The distribution of each token (batch, L, codebook)."""
        found = logits(predict, ids, step)
        if not self.picking.temperature:
            return torch.nn.functional.one_hot(found.argmax(-1), found.shape[-1]).to(found)
        return self.picking.sampler(field.draw).filtered(found).softmax(-1)


def trapezoidal(before: Tensor, there: Tensor, theta: float) -> Tensor:
    """The rates of the second part of a step; where nothing is left of them, those that were asked for last."""
    both = 2 * theta * (1 - theta)
    rate = (there / both - before * ((1 - theta) ** 2 + theta**2) / both).clamp(min=0)
    return torch.where(rate.sum(-1, keepdim=True) > 0, rate, there)


def uncovered(ids: Tensor, expected: Tensor, draw: Draw, step: int, all_of_them: bool = False) -> Tensor:
    """Tokens (batch, L) with some that were masked in place.

    Args:
        ids: −1 where masked.
        expected: how many jumps to each code are expected in the time (batch, L, codebook).
        draw: "jump uniform" and "token" numbers.
        step: their number.
        all_of_them: whether none may stay masked.
    """
    leaps = draw("jump uniform", step, tuple(ids.shape)) < 1 - (-expected.sum(-1)).exp()
    chosen = picked(expected, draw("token", step, tuple(expected.shape)))
    return torch.where((ids < 0) & (leaps | all_of_them), chosen, ids)
