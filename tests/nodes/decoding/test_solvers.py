"""Solvers against a toy whose answer is known in closed form: normally distributed data, whose denoiser is linear.

Data of mean m and deviation s gives x the deviation r(σ) = √((1−σ)²s² + σ²) around (1−σ)m, so noise z ends at m + s·z.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nodes.decoding.schedules import flow_levels
from nodes.decoding.solvers import SOLVERS, Solver, euler, heun

MEAN, DEVIATION = 0.7, 0.4
NOISE = torch.linspace(-2, 2, 9, dtype=torch.float64).view(1, 1, 3, 3)


def denoise(x: Tensor, sigma: float) -> Tensor:
    """The mean of the data given x."""
    left = 1 - sigma
    gain = left * DEVIATION**2 / (left**2 * DEVIATION**2 + sigma**2)
    return MEAN + gain * (x - left * MEAN)


def exact(sigma: float) -> Tensor:
    return (1 - sigma) * MEAN + ((1 - sigma) ** 2 * DEVIATION**2 + sigma**2) ** 0.5 * NOISE


def error(solver: Solver, steps: int, end: float = 0.0) -> float:
    levels = [1 - (1 - end) * step / steps for step in range(steps + 1)]
    return float((solver(denoise, NOISE, levels, lambda done, seen: None) - exact(end)).abs().max())


@pytest.mark.parametrize("solver", SOLVERS.values())
def test_solvers_reach_the_exact_picture(solver: Solver) -> None:
    assert error(solver, 400) < 5e-3


@pytest.mark.parametrize(("solver", "order"), [(euler, 1), (heun, 2)])
def test_halving_the_step_divides_the_error_by_two_to_the_order(solver: Solver, order: int) -> None:
    # To σ = 0.1: the last step to 0 is Euler's in both, and would hide the order.
    ratio = error(solver, 80, 0.1) / error(solver, 160, 0.1)
    assert ratio == pytest.approx(2**order, rel=0.05)


@pytest.mark.parametrize("solver", SOLVERS.values())
def test_a_perfect_prediction_needs_one_step(solver: Solver) -> None:
    data = torch.full_like(NOISE, 0.3)
    end = solver(lambda x, sigma: data, NOISE, (1.0, 0.0), lambda done, seen: None)
    assert torch.allclose(end, data, atol=1e-12)


def predictions(solver: Solver, steps: int) -> int:
    asked: list[float] = []

    def counted(x: Tensor, sigma: float) -> Tensor:
        asked.append(sigma)
        return denoise(x, sigma)

    solver(counted, NOISE, flow_levels(steps), lambda done, seen: None)
    return len(asked)


def test_euler_predicts_once_a_step_and_heun_twice_but_in_the_last() -> None:
    assert predictions(euler, 5) == 5
    assert predictions(heun, 5) == 9


@pytest.mark.parametrize("solver", SOLVERS.values())
def test_every_step_is_told_with_its_denoised_prediction(solver: Callable[..., Tensor]) -> None:
    told: list[int] = []
    solver(denoise, NOISE, flow_levels(4), lambda done, seen: told.append(done if seen.shape == NOISE.shape else -1))
    assert told == [1, 2, 3, 4]


@pytest.mark.parametrize("solver", SOLVERS.values())
def test_solvers_do_not_write_to_the_noise(solver: Solver) -> None:
    before = NOISE.clone()
    error(solver, 3)
    assert torch.equal(NOISE, before)
