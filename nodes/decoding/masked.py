"""Masked decoding: predict every unknown token, keep the surest, mask the others again.

Chang et al. 2022, "MaskGIT: masked generative image transformer", section 3.3, as the 1d-tokenizer repository has it.
Letters: N steps, r the share of steps done after this one, V codes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.decoding.logits import Draw, gumbel
from nodes.decoding.tokens import AfterStep, Predict, Scale, guided, prompts_of, unheard


@dataclass(frozen=True)
class Unmasking:
    """How masked decoding goes.

    Attributes:
        scales: what leads each step; there are as many steps.
        temperature: of the Gumbel noise, which falls to nothing at the last step.
        annealed: divide logits by 0.5 + 0.8·(1 − r).
        unsure: rank tokens by noisy confidence; otherwise by the logit alone.
        draw: "token uniform" and "confidence uniform" numbers; None = no noise.
        narrowed: filters of the logits, before a token is drawn.
        back: the share of what was written that each step takes back, at places drawn evenly (Wang et al. 2025, "Remasking discrete
            diffusion models", the capped schedule); as many more are settled, so that the schedule of masks stays.
        drawn_back: "back uniform" numbers, which say where.
        left: the schedule: how many tokens of so many stay masked once a share of the steps is done; None = `left_masked`.
        odds: tokens are drawn as likely as they are, and ranked by how likely that was, with noise that falls evenly from the first step to
            the last (Patil et al. 2024, "aMUSEd"); otherwise the same falling noise counts in both, and logits rank.
    """

    scales: Sequence[Scale]
    temperature: float = 0.0
    annealed: bool = False
    unsure: bool = True
    draw: Draw | None = None
    left: Callable[[int, float], int] | None = None
    narrowed: Callable[[Tensor], Tensor] = lambda logits: logits
    back: float = 0.0
    drawn_back: Draw | None = None
    odds: bool = False

    def noise(self, kind: str, step: int, ids: Tensor, asked: Tensor | None = None, each: Sequence[int] = ()) -> Tensor | float:
        """(batch, asked, *each) of ``ids`` (batch, length): what a token is given does not hang on which others are asked for."""
        if not self.draw:
            return 0.0
        uniform = self.draw(kind, step, (*ids.shape, *each))
        if asked is not None:
            uniform = uniform[torch.arange(len(ids), device=ids.device)[:, None], asked]
        return self._warmth(kind, step) * gumbel(uniform)

    def _warmth(self, kind: str, step: int) -> float:
        if not self.odds:
            return self.temperature * (1 - (step + 1) / len(self.scales))
        return 1.0 if kind == "token uniform" else self.temperature * (1 - step / max(1, len(self.scales) - 1))

    def taken_back(self, step: int, written: Tensor, again: int) -> Tensor:
        """Which of the tokens ``written`` (batch, length) bool are masked again, fewer than are to be masked at all."""
        count = min(round(self.back * int(written[0].sum())), again - 1)
        if count < 1 or self.drawn_back is None:
            return torch.zeros_like(written)
        chance = self.drawn_back("back uniform", step, tuple(written.shape)).masked_fill(~written, math.inf)
        return torch.zeros_like(written).scatter(1, chance.topk(count, largest=False).indices, True)


def unmask(predict: Predict, ids: Tensor, how: Unmasking, after_step: AfterStep = unheard) -> Tensor:
    """All tokens of a picture.

    Args:
        predict: the model.
        ids: (batch, length) int64, −1 where unknown; every item has as many unknown. Known tokens stay.
        how: schedule, noise and guidance.
        after_step: called after each step.

    Returns:
        (batch, length) int64.
    """
    at_start, given = int((ids[0] < 0).sum()), ids >= 0
    for step, scale in enumerate(how.scales):
        done, unknown = (step + 1) / len(how.scales), ids < 0
        # Where all are known one is asked for all the same, as where equal confidence left an item fewer unknown than others: it stays.
        asked = unknown.byte().argsort(dim=1, descending=True, stable=True)[:, : max(1, int(unknown.sum(1).max()))]
        logits = guided(predict(ids, asked, prompts_of(scale)), scale)
        logits = logits / (0.5 + 0.8 * (1 - done)) if how.annealed else logits
        logits = logits.log_softmax(-1) if how.odds else logits
        chosen = (how.narrowed(logits) + how.noise("token uniform", step, ids, asked, logits.shape[-1:])).argmax(-1)
        ids = torch.where(unknown, ids.scatter(1, asked, chosen), ids)
        if step < len(how.scales) - 1:
            sure = torch.full(ids.shape, math.inf, device=ids.device)
            sure = sure.scatter(1, asked, logits.gather(-1, chosen[..., None])[..., 0].float())
            sure = sure + (how.noise("confidence uniform", step, ids) if how.unsure else 0.0)
            sure = sure.masked_fill(~unknown, math.inf)
            again = min(max(1, (how.left or left_masked)(at_start, done)), int(unknown[0].sum()) - 1)
            back = how.taken_back(step, ~unknown & ~given, again)
            least = sure.sort(-1).values[:, max(again - int(back[0].sum()), 1) - 1, None]
            ids = ids.masked_fill((sure <= least) & unknown | back, -1)
        after_step(step + 1, ids)
    return ids


def left_masked(length: int, done: float) -> int:
    """How many tokens stay masked when the share ``done`` of the steps is: ``length·arccos(done)·2/π``, in float32 as in training."""
    return math.floor(float(length * (torch.tensor(done).acos() / (math.pi / 2))))


SHARES: dict[str, Callable[[float], float]] = {
    "cosine": lambda done: math.cos(math.pi / 2 * done),
    "arccos": lambda done: math.acos(done) * 2 / math.pi,
    "linear": lambda done: 1 - done,
    "square": lambda done: 1 - done**2,
    "cubic": lambda done: 1 - done**3,
    "square root": lambda done: 1 - done**0.5,
}
"""The share of tokens that is still masked once a share of the steps is done (Chang et al. 2022, section 3.3 and appendix)."""


def by_schedule(name: str) -> Callable[[int, float], int]:
    """How many of so many tokens stay masked, by a schedule of `SHARES`."""
    return left_masked if name == "arccos" else lambda length, done: math.floor(length * SHARES[name](done))


def constant(scale: float, steps: int) -> list[float | None]:
    """``c + s·(c − u)`` at every step."""
    return [1 + scale if scale else None] * steps


def rising(scale: float, steps: int) -> list[float | None]:
    """``c + s·(c − u)`` with s from 0 at the first step, which needs one prediction only, towards the scale."""
    return [1 + scale * step / steps if step and scale else None for step in range(steps)]


def power_cosine(scale: float, steps: int, power: float, first: int = 0) -> list[float]:
    """``u + s·(c − u)`` with ``s = 1 + (scale − 1)·(1 − cos(π·(step/steps)^power))/2``, steps counted from ``first``."""
    return [1 + (scale - 1) * (1 - math.cos(math.pi * ((step + first) / steps) ** power)) / 2 for step in range(steps)]
