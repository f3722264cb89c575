"""From noise to a latent: a guided prediction walked down a schedule by a solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from nodes.decoding.schedules import flow_levels
from nodes.decoding.solvers import SOLVERS, AfterStep, Denoise, unheard
from nodes.values import Ask, Guidance, Prompt, Strategy

Predict = Callable[[Tensor, float, Sequence[Ask]], list[Tensor]]
"""``predict(x, sigma, asked)``: the denoised predictions that are asked for."""


def guided(predict: Predict, positive: Prompt, guidance: Guidance) -> Denoise:
    """The denoise callable of a solver: what the guidance asks for, predicted at once and combined."""

    def denoise(x: Tensor, sigma: float) -> Tensor:
        asked = guidance.asks(positive, sigma)
        predictions = predict(x, sigma, tuple(asked.values()))
        return guidance.combined(dict(zip(asked, predictions, strict=True)), sigma)

    return denoise


def levels(strategy: Strategy) -> tuple[float, ...]:
    """The noise levels that a strategy visits."""
    return flow_levels(strategy.steps, strategy.shift)


def denoised(denoise: Denoise, start: Tensor, strategy: Strategy, after_step: AfterStep = unheard, level: float = 1.0) -> Tensor:
    """Data of the denoiser's world, shaped like ``start``, which is of the given noise level; all steps are walked from there."""
    return SOLVERS[strategy.solver](denoise, start, [level * one for one in levels(strategy)], after_step)
