"""Guidance: which predictions are asked for at a noise level, and how they become one.

A prediction is a denoised latent or a tensor of logits; the rules here are linear in it and hold for both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from nodes.value_type import value_type
from nodes.values import Conditioning, Guidance


@value_type(name="Guidance", describe=lambda _: "no guidance")
@dataclass(frozen=True, eq=False)
class Unguided(Guidance):
    """The prediction for the prompt as it is: one pass a step."""

    def asks(self, positive: Conditioning, level: float) -> dict[str, Conditioning | None]:
        return {"positive": positive}

    def combined(self, predictions: Mapping[str, Tensor], level: float) -> Tensor:
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
        negative: words to lead away from; None = the generator's empty prompt.
    """

    scale: float
    start: float = 1.0
    end: float = 0.0
    negative: Conditioning | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.scale):
            raise ValueError(f"scale: must be finite, got {self.scale}")
        if not 0 <= self.end <= self.start <= 1:
            raise ValueError(f"start, end: must be within 1 to 0, start not below end, got {self.start:g} and {self.end:g}")

    def asks(self, positive: Conditioning, level: float) -> dict[str, Conditioning | None]:
        if self.scale == 1 or not self.end < level <= self.start:
            return {"positive": positive}
        return {"positive": positive, "negative": self.negative}

    def combined(self, predictions: Mapping[str, Tensor], level: float) -> Tensor:
        positive = predictions["positive"]
        if "negative" not in predictions:
            return positive
        negative = predictions["negative"]
        return negative + self.scale * (positive - negative)
