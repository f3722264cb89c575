"""Denoising in discrete steps: variance schedules, a few of their steps, and walking them down.

Ho et al. 2020, "Denoising diffusion probabilistic models"; Nichol & Dhariwal 2021, "Improved denoising diffusion probabilistic models",
for the cosine schedule, learned variances and fewer steps; Song et al. 2021, "Denoising diffusion implicit models".

Letters: t a step of the full schedule, 0 next to data; β the variance a step adds, ᾱ = Π(1 − β) what is left of the data's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

Predict = Callable[[Tensor, int], tuple[Tensor, Tensor]]
"""``predict(x, t)``: the noise in x, and the share −1 (smallest) to 1 (largest) of the variance, each shaped like x."""

Noise = Callable[[int], Tensor]
"""``noise(number)``: normal numbers shaped like x, for the steps in the order of walking."""


def linear_betas(steps: int = 1000) -> np.ndarray:
    """Ho et al. 2020, section 4, for any number of steps."""
    return np.linspace(0.1 / steps, 20 / steps, steps)


def cosine_betas(steps: int = 1000) -> np.ndarray:
    """Nichol & Dhariwal 2021, equation 17."""
    left = np.cos((np.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2) ** 2
    betas: np.ndarray = np.minimum(1 - left[1:] / left[:-1], 0.999)
    return betas


def evenly(count: int, steps: int = 1000) -> list[int]:
    """Steps from the first to the last one, both included."""
    stride = (steps - 1) / max(1, count - 1)
    return [round(number * stride) for number in range(count)]


def by_stride(count: int, steps: int = 1000) -> list[int]:
    """The first steps of equal parts, as DDIM has them; the parts must be of whole length.

    Raises:
        ValueError: the steps cannot be cut so.
    """
    for stride in range(1, steps):
        if len(range(0, steps, stride)) == count:
            return list(range(0, steps, stride))
    raise ValueError(f"count: {steps} steps cannot be cut into {count} equal ones")


@dataclass(frozen=True, eq=False)
class Schedule:
    """Some steps of a full schedule, with the variances between them.

    Attributes:
        steps: ascending, as the model knows them.
        betas, left: β and ᾱ of each, float64.
    """

    steps: tuple[int, ...]
    betas: np.ndarray
    left: np.ndarray

    @classmethod
    def of(cls, betas: np.ndarray, steps: Sequence[int]) -> Schedule:
        left = np.cumprod(1 - betas)[list(steps)]
        between = 1 - left / np.append(1.0, left[:-1])
        return cls(tuple(steps), between, np.cumprod(1 - between))

    @property
    def left_before(self) -> np.ndarray:
        return np.append(1.0, self.left[:-1])

    @property
    def smallest_log_variance(self) -> np.ndarray:
        """Of the posterior; its first, 0, is replaced by the second."""
        variance = self.betas * (1 - self.left_before) / (1 - self.left)
        logs: np.ndarray = np.log(np.append(variance[1], variance[1:]))
        return logs


def ancestral(predict: Predict, x: Tensor, schedule: Schedule, noise: Noise, temperature: float = 1.0) -> Tensor:
    """Ho et al. 2020, algorithm 2, with learned variances.

    Args:
        predict: the model.
        x: pure noise, of any shape.
        schedule: the steps, walked from the last.
        noise: what each step adds; the last one adds nothing.
        temperature: what the added noise is multiplied by.

    Returns:
        data, shaped like x.
    """
    left, before, betas = schedule.left, schedule.left_before, schedule.betas
    for number, i in enumerate(reversed(range(len(schedule.steps)))):
        epsilon, share = predict(x, schedule.steps[i])
        data = math.sqrt(1 / left[i]) * x - math.sqrt(1 / left[i] - 1) * epsilon
        mean = math.sqrt(before[i]) * betas[i] / (1 - left[i]) * data + math.sqrt(1 - betas[i]) * (1 - before[i]) / (1 - left[i]) * x
        most, least = float(np.log(betas[i])), float(schedule.smallest_log_variance[i])
        deviation = torch.exp((least + (share + 1) / 2 * (most - least)) / 2)
        x = mean + deviation * noise(number) * temperature if i else mean
    return x


def implicit(predict: Predict, x: Tensor, schedule: Schedule) -> Tensor:
    """Song et al. 2021, equation 12 with σ = 0: the same noise goes all the way."""
    left, before = schedule.left, schedule.left_before
    for i in reversed(range(len(schedule.steps))):
        epsilon, _ = predict(x, schedule.steps[i])
        data = math.sqrt(1 / left[i]) * x - math.sqrt(1 / left[i] - 1) * epsilon
        x = math.sqrt(before[i]) * data + math.sqrt(1 - before[i]) * epsilon
    return x


def guided_channels(conditional: Tensor, unconditional: Tensor, scale: float, channels: int) -> Tensor:
    """Classifier-free guidance of the first channels (axis 1) alone; the others stay conditional.

    DiT and its relatives guide three channels however many there are, and their published figures were made so.
    """
    guided = unconditional[:, :channels] + scale * (conditional[:, :channels] - unconditional[:, :channels])
    return torch.cat([guided, conditional[:, channels:]], 1)
