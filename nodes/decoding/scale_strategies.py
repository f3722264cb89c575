"""Decoding over scales as a strategy: settings of each scale, soft codes, and tokens that are drawn again."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor

from graph_engine.errors import Failure
from nodes.decoding.logits import Sampler
from nodes.decoding.next_scale import MakesUp, PredictAgain, SoftCodes, reconsidered
from nodes.decoding.strategies import Field, Picking, TokenStrategy, strategy_type
from nodes.decoding.tokens import Predict, Step, fill

Setting = TypeVar("Setting")

AGAIN = {2: (1, 3), 3: (1, 1, 2, 5)}
"""Tokens that become settled at each step of the small scales, as published for 256 px; larger scales take one step."""


def at_scale(settings: Sequence[Setting], scale: int) -> Setting:
    """The setting of a scale; the last one goes for all further scales."""
    return settings[min(scale, len(settings) - 1)]


def settings_of(name: str, text: str) -> tuple[float, ...]:
    """The numbers of a text with commas, one a scale.

    Raises:
        Failure: it holds something else.
    """
    try:
        found = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        found = ()
    if not found or not all(0 <= number < math.inf for number in found):
        raise Failure(
            f"{name}: must be numbers of 0 or more with commas between them, got {text!r}",
            "Type one number, as 1, or several: 1.2, 1, 0.8.",
        )
    return found


@strategy_type
@dataclass(frozen=True, eq=False)
class Scales(TokenStrategy):
    """Scale by scale, from the overall look to details (Tian et al. 2024, "VAR", section 3.2).

    Attributes:
        picking: of the first scale, and of whatever the tuples leave open.
        temperatures, top_ks: of each scale, the last one for all further ones; empty = as ``picking`` says.
        smooth: feed mixtures of codes to the next scale.
        again: draw the unsurest tokens of small scales again, where the model can.
        keep_rest: where a part of a picture is kept, let later scales make up there for what changed in earlier ones.
    """

    picking: Picking = Picking(top_k=900, top_p=0.95)
    temperatures: tuple[float, ...] = ()
    top_ks: tuple[int, ...] = ()
    smooth: bool = False
    again: bool = True
    keep_rest: bool = True
    families: ClassVar = ("next scale", "next scale again")

    def steps(self, field: Field) -> list[Step]:
        """One a scale; guidance at scale s of S has the level 1 − s/(S − 1)."""
        last, start, steps = max(1, len(field.grids) - 1), 0, []
        for scale, (rows, columns) in enumerate(field.grids):
            steps.append(Step(torch.arange(start, start + rows * columns)[None], field.lead(1 - scale / last)))
            start += rows * columns
        return steps

    def decoded(self, predict: Predict, field: Field, steps: Sequence[Step]) -> Tensor:
        samplers = [self._picking(scale).sampler(field.draw, ascending=True) for scale in range(len(steps))]
        if isinstance(predict, PredictAgain) and self.again:
            counts = [AGAIN.get(rows, (rows * columns,)) for rows, columns in field.grids]
            return reconsidered(predict, field.ids, steps, samplers[0], counts, field.known, field.after_step)
        choose: list[Any] = samplers
        if self.smooth and hasattr(predict, "soften"):
            given = () if field.known is None else tuple(field.ids[:, step.asked[0]] for step in steps)
            choose = [SoftCodes(sampler, predict.soften, len(steps), given) for sampler in samplers]
        elif self.keep_rest and field.before is not None and field.known is not None and isinstance(predict, MakesUp):
            return self._rest_kept(predict, field, steps, samplers)
        return fill(predict, field.ids, steps, lambda logits, step: choose[step](logits, step), field.known, field.after_step)

    def _rest_kept(self, predict: MakesUp, field: Field, steps: Sequence[Step], samplers: Sequence[Sampler]) -> Tensor:
        """As `fill`, with other tokens where known ones would tell another picture beside those that changed."""
        before, known = field.before, field.known
        assert before is not None and known is not None

        def choose(logits: Tensor, scale: int) -> Tensor:
            chosen = samplers[scale](logits, scale)
            return torch.where(known[:, steps[scale].asked[0]], predict.made_up(before), chosen)

        return fill(predict, field.ids, steps, choose, None, field.after_step)

    def _picking(self, scale: int) -> Picking:
        temperature = at_scale(self.temperatures, scale) if self.temperatures else self.picking.temperature
        top_k = at_scale(self.top_ks, scale) if self.top_ks and not self.picking.sure_k else self.picking.top_k
        return dataclasses.replace(self.picking, temperature=temperature, top_k=top_k)
