"""Filling a picture of tokens in steps: at each, some positions are asked for, predicted together, guided and drawn.

Next-token, next-scale, parallel and random-order decoding differ only in which positions the steps ask for; a model's reader
knows how to predict them. (Masked decoding, which may take tokens back, is in `masked`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Predict(Protocol):
    """A model that reads tokens as they become known."""

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) float32.

        Args:
            ids: (batch, length) int64, −1 where not known yet.
            asked: (batch or 1, asked) positions.
            prompts: 1 = under the positive prompt alone, 2 = under the negative or empty one too.
        """


Choose = Callable[[Tensor, int], Tensor]
"""``choose(logits, step)``: ids (batch, asked) of logits (batch, asked, codebook)."""

AfterStep = Callable[[int, Tensor], None]
"""``after_step(steps done, ids)``: where progress is told and a run is stopped."""


class Lead(Protocol):
    """A guidance at one step: how many prompts it needs the logits under, and what it makes of them."""

    @property
    def prompts(self) -> int: ...

    def __call__(self, logits: Tensor) -> Tensor:
        """(prompts, …) to (…)."""


Scale = float | Tensor | Lead | None
"""What leads a step: a scale of classifier-free guidance, one or one a position; a guidance; None = the positive prompt alone."""


@dataclass(frozen=True, eq=False)
class Step:
    """Positions (batch or 1, asked), and what leads the predictions there."""

    asked: Tensor
    scale: Scale = None


def prompts_of(scale: Scale) -> int:
    """How many prompts a step is predicted under."""
    if scale is None:
        return 1
    return 2 if isinstance(scale, float | int | Tensor) else scale.prompts


def guided(logits: Tensor, scale: Scale) -> Tensor:
    """Logits (prompts, …) as (…): by a guidance, or classifier-free as ``u + s·(c − u)`` (Ho & Salimans 2022, equation 6)."""
    if scale is not None and not isinstance(scale, float | int | Tensor):
        return scale(logits)
    if scale is None or len(logits) == 1:
        return logits[0]
    conditional, unconditional = logits.unbind(0)
    return unconditional + scale * (conditional - unconditional)


def unheard(done: int, ids: Tensor) -> None:
    """An `AfterStep` for whoever wants the result alone."""


def fill(
    predict: Predict,
    ids: Tensor,
    steps: Iterable[Step],
    choose: Choose,
    known: Tensor | None = None,
    after_step: AfterStep = unheard,
) -> Tensor:
    """All tokens of a picture.

    Args:
        predict: the model.
        ids: (batch, length) int64: given tokens, −1 elsewhere.
        steps: which positions, in which order; positions that no step asks for stay as given.
        choose: how a token is drawn.
        known: (batch, length) bool, True where the given token is kept: positions that are asked for but settled.
        after_step: called after each step.

    Returns:
        (batch, length) int64.
    """
    ids = ids.clone()
    for number, step in enumerate(steps):
        logits = predict(ids, step.asked, prompts_of(step.scale))
        asked = step.asked.expand(len(ids), -1)
        chosen = choose(guided(logits, step.scale), number)
        if known is not None:
            chosen = torch.where(known.gather(1, asked), ids.gather(1, asked), chosen)
        ids.scatter_(1, asked, chosen)
        after_step(number + 1, ids)
    return ids


def in_raster(length: int, scales: Sequence[Scale], first: int = 0) -> list[Step]:
    """One token after the other; ``first`` continues a picture whose first tokens are given."""
    return [Step(torch.tensor([[position]]), scales[position]) for position in range(first, length)]


def in_groups(groups: Sequence[Tensor], scales: Sequence[Scale]) -> list[Step]:
    """Groups of positions, each (batch or 1, positions), one a step."""
    return [Step(group, scale) for group, scale in zip(groups, scales, strict=True)]


def until(scale: float, step: int, steps: int) -> list[float | None]:
    """The scale up to a step (that one included), unguided afterwards; a scale of 1 is unguided throughout."""
    return [scale if scale != 1 and number <= step else None for number in range(steps)]
