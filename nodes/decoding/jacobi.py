"""Speculative Jacobi decoding: a window of drafts is checked in one pass, and what agrees with the model stays.

Teng et al. 2024, "Accelerating auto-regressive text-to-image generation with training-free speculative Jacobi decoding", algorithm 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.decoding.logits import Sampler
from nodes.decoding.speculative import Drafts, Likeness, Likest, verified
from nodes.decoding.strategies import Field, Picking, Raster, TokenStrategy, strategy_type
from nodes.decoding.tokens import Predict, Step, guided, prompts_of


@strategy_type
@dataclass(frozen=True, eq=False)
class Jacobi(TokenStrategy):
    """Row by row, with drafts of the next tokens checked together.

    What comes out is distributed as token by token; without chance it is the very same picture.

    Attributes:
        window: tokens that are predicted in a pass.
        like: how many of the likest codes may speak for a draft; 0 = none, which keeps the model's distribution.
        budget: how much they may add (`Likeness`).
    """

    picking: Picking = Picking()
    window: int = 16
    like: int = 0
    budget: float = 0.0
    families: ClassVar = ("next token",)
    alone: ClassVar = True

    def steps(self, field: Field) -> list[Step]:
        """One a token, as `Raster`; a pass takes several of them."""
        return Raster(self.picking).steps(field)

    def decoded(self, predict: Predict, field: Field, steps: Sequence[Step]) -> Tensor:
        before = Before(field.ids, field.length - len(steps))
        likeness = Likeness(Likest(field.codebook()), self.like, self.budget) if self.like and field.codebook else None
        settled, passes = before.settled, 0
        while settled < field.length:
            asked = steps[settled - before.settled :][: self.window]
            fresh = self._predicted(predict, field, before.ids, asked, passes)
            uniform = field.draw("accept uniform", passes, (1, len(asked)))[0]
            exponential = field.draw("replacement", passes, (1, fresh.drawn_from.shape[-1]))[0]
            tokens, more = verified(before.drafts(settled, fresh), fresh, uniform, exponential, likeness)
            before.put(settled, tokens, fresh)
            settled, passes = settled + more, passes + 1
            field.after_step(settled - before.settled, before.until(settled))
        field.note(f"{len(steps)} tokens in {passes} passes.")
        return before.ids

    def _predicted(self, predict: Predict, field: Field, ids: Tensor, steps: Sequence[Step], number: int) -> Drafts:
        """What the model says at each asked place, and a draw from it; what is given there is certain."""
        where = torch.cat([step.asked for step in steps], 1)
        logits = predict(ids, where, prompts_of(steps[0].scale))
        led = torch.cat([guided(logits[:, :, i : i + 1], step.scale) for i, step in enumerate(steps)], 1)
        likely = likelihoods(led, self.picking.sampler(field.draw))[0]
        tokens = (likely / field.draw("token", number, (1, *likely.shape))[0]).argmax(-1)
        given = field.ids[0, where[0]]
        certain = F.one_hot(given.clamp(min=0), likely.shape[-1]).to(likely.dtype)
        return Drafts(torch.where(given < 0, tokens, given), torch.where((given < 0)[:, None], likely, certain))


def likelihoods(logits: Tensor, sampler: Sampler) -> Tensor:
    """What a sampler draws from (…, codebook); certain where it takes the likeliest."""
    if sampler.draw is None:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    return sampler.filtered(logits).softmax(-1)


class Before:
    """The tokens so far, settled or drafts, and what the drafts were drawn from; given tokens (not −1) are drafts of themselves."""

    def __init__(self, given: Tensor, settled: int) -> None:
        self.given, self.ids, self.settled = given, given.clamp(min=0), settled
        self.drawn_from: dict[int, Tensor] = {}

    def until(self, settled: int) -> Tensor:
        """The tokens that are settled, −1 behind them."""
        return torch.where(torch.arange(self.ids.shape[1], device=self.ids.device) < settled, self.ids, -1)

    def drafts(self, settled: int, fresh: Drafts) -> Drafts:
        """The window before ``settled``: the last settled token, and the drafts that the model was fed."""
        many, codes = fresh.drawn_from.shape
        first = fresh.tokens[:1]  # stands for the settled one, which nobody looks at
        fed = self.ids[0, settled : settled + many - 1]
        sure = F.one_hot(fed, codes).to(fresh.drawn_from.dtype)
        drawn_from = [self.drawn_from.get(settled + i, sure[i]) for i in range(many - 1)]
        return Drafts(torch.cat([first, fed]), torch.stack([fresh.drawn_from[0], *drawn_from]))

    def put(self, settled: int, tokens: Tensor, fresh: Drafts) -> None:
        """Tokens from ``settled`` on; those behind the window begin as copies of its last one."""
        end = settled + len(tokens)
        self.ids[0, settled:end] = tokens
        behind = self.given[0, end:]
        self.ids[0, end:] = torch.where(behind < 0, tokens[-1], behind)
        self.drawn_from = {settled + i: row for i, row in enumerate(fresh.drawn_from)}
