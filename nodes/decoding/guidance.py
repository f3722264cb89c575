"""Guidance: which predictions are asked for at a noise level, and how they become one.

A prediction is a denoised latent or a tensor of logits; the rules here are linear in it and hold for both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from graph_engine.curve import Points, height_at
from nodes.value_type import value_type
from nodes.values import Ask, Elsewhere, Generator, Guidance, Prompt

Level = float | Tensor


def _cosine(done: Level, power: float) -> Level:
    angle = math.pi * done**power
    return (1 - (torch.cos(angle) if isinstance(angle, Tensor) else math.cos(angle))) / 2


SCHEDULES: dict[str, Callable[[Level, float], Level]] = {
    "constant": lambda done, power: 1.0,
    "linear": lambda done, power: done,
    "cosine": _cosine,
}
"""How much of the guidance holds once a share of the way is done: all of it, that share, or (1 − cos(π·share^power))/2."""


def along(curve: Points, done: Level) -> Level:
    """The height of a curve where a share of the way is done, or at each of several."""
    if not isinstance(done, Tensor):
        return height_at(curve, done)
    return torch.tensor([height_at(curve, x) for x in done.flatten().tolist()], dtype=done.dtype, device=done.device).view_as(done)


@value_type(name="Guidance", describe=lambda _: "no guidance")
@dataclass(frozen=True, eq=False)
class Unguided(Guidance):
    """The prediction for the prompt as it is: one pass a step."""

    def asks(self, positive: Prompt, level: float) -> dict[str, Ask]:
        return {"positive": positive}

    def combined(self, predictions: Mapping[str, Tensor], level: float | Tensor) -> Tensor:
        return predictions["positive"]


@value_type(name="Guidance", describe=lambda guidance: f"classifier-free, scale {guidance.scale:g}")
@dataclass(frozen=True, eq=False)
class ClassifierFree(Guidance):
    """Classifier-free guidance, ``D = D_negative + scale·(D_positive − D_negative)``.

    Ho & Salimans 2022, "Classifier-free diffusion guidance", equation 6, with scale = 1 + w.
    Only inside an interval of noise levels (Kynkäänniemi et al. 2024): outside it the negative prediction is not asked
    for, which saves its pass.

    Attributes:
        scale: 1 leaves the positive prediction as it is.
        start: highest noise level that is guided, 1 = from the first step.
        end: lowest noise level, not itself guided, 0 = up to the last step.
        negative: words or a class to lead away from; None = the generator's empty prompt.
        schedule: a name of `SCHEDULES`: how the scale grows from 1 on the way.
        power: of the cosine schedule; above 1 the scale grows later.
        curve: points (share of the way that is done, how much of the schedule holds there); none = all of it everywhere.
    """

    scale: float
    start: float = 1.0
    end: float = 0.0
    negative: Prompt | None = None
    schedule: str = "constant"
    power: float = 1.0
    curve: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if not math.isfinite(self.scale):
            raise ValueError(f"scale: must be finite, got {self.scale}")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule: must be one of {', '.join(SCHEDULES)}, got {self.schedule}")
        if not 0 <= self.end <= self.start <= 1:
            raise ValueError(f"start, end: must be within 1 to 0, start not below end, got {self.start:g} and {self.end:g}")

    def asks(self, positive: Prompt, level: float) -> dict[str, Ask]:
        inside = level <= self.start and (level > self.end or self.end == 0)
        if self.scale == 1 or not inside or self.scale_at(level) == 1:
            return {"positive": positive}
        return {"positive": positive, "negative": self.negative}

    def combined(self, predictions: Mapping[str, Tensor], level: float | Tensor) -> Tensor:
        positive = predictions["positive"]
        if "negative" not in predictions:
            return positive
        negative = predictions["negative"]
        return negative + self.scale_at(level) * (positive - negative)

    def scale_at(self, level: Level) -> Level:
        """The scale at a level, or at each of several."""
        share = SCHEDULES[self.schedule](1 - level, self.power)
        return 1 + (self.scale - 1) * (share * along(self.curve, 1 - level) if self.curve else share)


@value_type(name="Guidance", stored=False, describe=lambda guidance: f"by {guidance.worse.model.name}, scale {guidance.scale:g}")
@dataclass(frozen=True, eq=False)
class Auto(Guidance):
    """Autoguidance, ``worse + scale·(good − worse)`` inside an interval of levels (Karras et al. 2024, equation 3).

    Attributes:
        worse: a generator of the same kind, led by the same prompt.
        scale: 1 leaves the good prediction as it is.
        start, end: as of `ClassifierFree`.
    """

    worse: Generator
    scale: float
    start: float = 1.0
    end: float = 0.0

    def asks(self, positive: Prompt, level: float) -> dict[str, Ask]:
        inside = level <= self.start and (level > self.end or self.end == 0)
        if self.scale == 1 or not inside:
            return {"positive": positive}
        return {"positive": positive, "worse": Elsewhere(self.worse, positive)}

    def combined(self, predictions: Mapping[str, Tensor], level: float | Tensor) -> Tensor:
        good = predictions["positive"]
        if "worse" not in predictions:
            return good
        return predictions["worse"] + self.scale * (good - predictions["worse"])
