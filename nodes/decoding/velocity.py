"""Walking a velocity field from noise (t = 0) to data (t = 1): ``x(t) = t·data + (1 − t)·noise``, velocity ``data − noise``.

For models that publish velocities and are compared with solvers that ask at t = 1, where a denoised prediction tells no slope.
Ma et al. 2024, "SiT".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

Velocity = Callable[[Tensor, float], Tensor]
"""``velocity(x, t)``, shaped like x."""


def shifted_times(points: int, shift: float = 0.0) -> list[float]:
    """Even times from 0 to 1; a shift s in 0 to 1 moves them towards noise, ``s·t/(1 + (s − 1)·t)``."""
    even = [number / (points - 1) for number in range(points)]
    return [shift * t / (1 + (shift - 1) * t) for t in even] if shift else even


def euler(velocity: Velocity, x: Tensor, times: Sequence[float]) -> Tensor:
    """Order 1, one evaluation a step."""
    for t, after in pairwise(times):
        x = x + (after - t) * velocity(x, t)
    return x


def midpoint(velocity: Velocity, x: Tensor, times: Sequence[float]) -> Tensor:
    """Order 2: the slope at the middle of a step, two evaluations."""
    for t, after in pairwise(times):
        half = (after - t) / 2
        x = x + 2 * half * velocity(x + half * velocity(x, t), t + half)
    return x


NODES = (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
WEIGHTS = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
ERROR = (
    35 / 384 - 1951 / 21600,
    0,
    500 / 1113 - 22642 / 50085,
    125 / 192 - 451 / 720,
    -2187 / 6784 + 12231 / 42400,
    11 / 84 - 649 / 6300,
    -1 / 60,
)


MIDDLE = (
    6025192743 / 60171106304,
    0,
    51252292925 / 130801643196,
    -2691868925 / 90256659456,
    187940372067 / 3189068634112,
    -1776094331 / 39487288512,
    11237099 / 470086768,
)
"""Shampine 1986: the value half-way through a step, from its slopes."""


def dormand_prince(
    velocity: Velocity, x: Tensor, start: float = 0.0, end: float = 1.0, absolute: float = 1e-6, relative: float = 1e-3
) -> Tensor:
    """Order 5 with a step that follows the error (Dormand & Prince 1980; step control of Hairer et al. 1993, section II.4).

    The last step may go beyond the end and is interpolated back, as in the integrator that the published figures were made with.

    Args:
        velocity: the field; it is asked at times a little beyond the end too.
        x: at ``start``.
        start, end: times, ``start`` below ``end``.
        absolute, relative: what the error of a step may be, as a root mean square over all values.

    Raises:
        ValueError: the steps come down to nothing: the field is not finite or not smooth.
    """
    t, slope = start, velocity(x, start)
    step = _first_step(velocity, x, slope, start, absolute, relative)
    while True:
        slopes = [slope]
        for node, weights in zip(NODES, WEIGHTS, strict=True):
            ahead = x + step * _weighted(weights, slopes)
            slopes.append(velocity(ahead, t + node * step))
        ratio = _size(step * _weighted(ERROR, slopes), absolute + relative * torch.maximum(x.abs(), ahead.abs()))
        if ratio <= 1:
            if t + step >= end:
                return _within(x, ahead, slopes, step, (end - t) / step)
            t, x, slope = t + step, ahead, slopes[-1]
        step *= min(10.0, max(0.9 * max(ratio, 1e-10) ** -0.2, 1.0 if ratio < 1 else 0.2))
        if not step > 1e-12:  # NaN fails the comparison too
            raise ValueError(f"velocity: must be finite and smooth, the step at t = {t:g} came down to {step:g}")


def _weighted(weights: Sequence[float], slopes: Sequence[Tensor]) -> Tensor:
    return sum(weight * k for weight, k in zip(weights, slopes, strict=True))


def _size(values: Tensor, allowed: Tensor) -> float:
    return float((values / allowed).square().mean().sqrt())


def _first_step(velocity: Velocity, x: Tensor, slope: Tensor, t: float, absolute: float, relative: float) -> float:
    """Hairer et al. 1993, section II.4, for an error of order 4."""
    allowed = absolute + relative * x.abs()
    value, speed = _size(x, allowed), _size(slope, allowed)
    if not math.isfinite(value + speed):
        raise ValueError(f"velocity: must be finite and smooth, is not at t = {t:g}")
    guess = 1e-6 if min(value, speed) < 1e-5 else 0.01 * value / speed
    bend = _size(velocity(x + guess * slope, t + guess) - slope, allowed) / guess
    careful = max(1e-6, guess * 1e-3) if max(speed, bend) <= 1e-15 else (0.01 / max(speed, bend)) ** 0.2
    return min(100 * guess, careful)


def _within(x: Tensor, ahead: Tensor, slopes: Sequence[Tensor], step: float, part: float) -> Tensor:
    """The polynomial of order 4 through both ends, both slopes and the middle of a step, at a part of it."""
    middle, first, last = x + step * _weighted(MIDDLE, slopes), step * slopes[0], step * slopes[-1]
    fourth = 2 * (last - first) - 8 * (ahead + x) + 16 * middle
    third = 5 * first - 3 * last + 18 * x + 14 * ahead - 32 * middle
    second = last - 4 * first - 11 * x - 5 * ahead + 16 * middle
    return x + part * (first + part * (second + part * (third + part * fourth)))


def euler_maruyama(velocity: Velocity, x: Tensor, noise: Callable[[int], Tensor], steps: int, last: float) -> Tensor:
    """The stochastic path with diffusion w = 1 − t (Ma et al. 2024, section 2.3 and appendix): noise is added and taken away on the way.

    Args:
        velocity: the field.
        x: noise.
        noise: normal numbers of each step, shaped like x.
        steps: points from 0 to ``1 − last``; the steps between them add noise.
        last: length of a last step that adds none.
    """
    times = [number / (steps - 1) * (1 - last) for number in range(steps)]
    for number, (t, after) in enumerate(pairwise(times)):
        x = x + (after - t) * _drift(velocity, x, t) + (2 * (1 - t) * (after - t)) ** 0.5 * noise(number)
    return x + last * _drift(velocity, x, times[-1])


def _drift(velocity: Velocity, x: Tensor, t: float) -> Tensor:
    """``v + w·score``; on this path the score is ``(t·v − x)/(1 − t)``, so that w cancels the division."""
    v = velocity(x, t)
    return v + (t * v - x)
