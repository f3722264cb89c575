"""Walks from noise to data against cases that have an exact answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from nodes.decoding.diffusion import Schedule, ancestral, by_stride, cosine_betas, evenly, guided_channels, implicit, linear_betas
from nodes.decoding.masked_latents import Latents, decode
from nodes.decoding.projected_guidance import Projected
from nodes.decoding.velocity import dormand_prince, euler, euler_maruyama, midpoint, shifted_times

DATA = torch.tensor([[0.5, -1.0, 2.0]])


def knows_the_data(schedule: Schedule):  # type: ignore[no-untyped-def]
    """A model that is certain of the data, and of the smallest variance."""
    left = dict(zip(schedule.steps, schedule.left, strict=True))

    def predict(x: Tensor, t: int) -> tuple[Tensor, Tensor]:
        return (x - math.sqrt(left[t]) * DATA) / math.sqrt(1 - left[t]), torch.full_like(x, -1.0)

    return predict


@pytest.mark.parametrize("betas", [linear_betas(), cosine_betas()], ids=["linear", "cosine"])
def test_whoever_knows_the_data_gets_there_with_and_without_noise(betas) -> None:  # type: ignore[no-untyped-def]
    schedule = Schedule.of(betas, evenly(12))
    noise = torch.randn(12, 1, 3, generator=torch.Generator().manual_seed(0))
    predict = knows_the_data(schedule)
    assert torch.allclose(ancestral(predict, noise[0], schedule, noise.__getitem__), DATA, atol=1e-3)
    assert torch.allclose(implicit(predict, noise[0], schedule), DATA, atol=1e-3)


def test_fewer_steps_keep_what_is_left_of_the_data_at_each() -> None:
    whole, few = Schedule.of(linear_betas(), range(1000)), Schedule.of(linear_betas(), evenly(5))
    assert few.steps == (0, 250, 500, 749, 999)
    assert few.left == pytest.approx(whole.left[list(few.steps)])
    assert by_stride(4) == [0, 250, 500, 750]
    with pytest.raises(ValueError, match="1000 steps cannot be cut into 999"):
        by_stride(999)


def test_guidance_of_the_first_channels_leaves_the_others() -> None:
    conditional, unconditional = torch.ones(1, 4, 1, 1), torch.zeros(1, 4, 1, 1)
    assert guided_channels(conditional, unconditional, 3.0, 3).flatten().tolist() == [3, 3, 3, 1]


def test_a_straight_path_takes_one_step_of_any_solver() -> None:
    def field(x: Tensor, t: float) -> Tensor:
        return (DATA - x) / (1 - t) if t < 1 else torch.zeros_like(x)

    assert torch.allclose(euler(field, torch.zeros(1, 3), [0.0, 1.0]), DATA)
    assert torch.allclose(midpoint(field, torch.zeros(1, 3), [0.0, 1.0]), DATA)


@pytest.mark.parametrize("relative", [1e-3, 1e-5])
def test_the_adaptive_solver_is_as_near_as_it_is_told(relative: float) -> None:
    def turning(x: Tensor, t: float) -> Tensor:
        return torch.stack([-x[1], x[0]]) * 2 * math.pi

    start = torch.tensor([1.0, 0.0], dtype=torch.float64)
    assert torch.allclose(dormand_prince(turning, start, relative=relative), start, atol=20 * relative)
    assert not torch.allclose(euler(turning, start, shifted_times(20)), start, atol=0.1)


def test_a_field_that_is_not_finite_is_an_error() -> None:
    with pytest.raises(ValueError, match="velocity: must be finite and smooth"):
        dormand_prince(lambda x, t: x / 0, torch.ones(2))


def test_noise_added_on_the_way_is_taken_away_again() -> None:
    """From a normal distribution to one of half the deviation, whose velocity is known."""

    def field(x: Tensor, t: float) -> Tensor:
        variance = (t / 2) ** 2 + (1 - t) ** 2
        return (t / 4 - (1 - t)) / variance * x

    generator = torch.Generator().manual_seed(0)
    start = torch.randn(20_000, generator=generator)
    found = euler_maruyama(field, start, lambda _: torch.randn(20_000, generator=generator), 100, 0.04)
    assert float(found.std()) == pytest.approx(0.5, abs=0.02)


def test_times_are_even_or_moved_towards_noise() -> None:
    assert shifted_times(3) == [0, 0.5, 1]
    assert shifted_times(3, 0.5) == [0, pytest.approx(1 / 3), 1]


def test_latents_are_drawn_from_the_end_of_the_order_each_from_its_condition() -> None:
    schedule, seen = Schedule.of(cosine_betas(), evenly(6)), []
    order = torch.stack([torch.randperm(8), torch.randperm(8)])
    left = dict(zip(schedule.steps, schedule.left, strict=True))

    def condition(tokens: Tensor, known: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        seen.append(known)
        return torch.arange(8.0).expand(2, 8)[asked].view(2, -1, 1).expand(prompts, -1, -1, -1)  # a place's condition is its number

    def head(z: Tensor, steps: Sequence[int]) -> Callable[[Tensor, int], Tensor]:
        def noise(x: Tensor, t: int) -> Tensor:
            kept = left[t]
            return torch.cat([(x - math.sqrt(kept) * z) / math.sqrt(1 - kept), torch.full_like(x, -1)], 1)

        return noise

    how = Latents(order, 4, 3.0, True, schedule)
    tokens = decode(condition, head, 1, how, lambda step, number, shape: torch.ones(shape))
    assert how.remaining() == [7, 5, 3, 1]
    assert torch.equal(seen[1], torch.zeros(2, 8, dtype=torch.bool).scatter(1, order[:, 7:], True))
    assert torch.allclose(tokens[..., 0], torch.arange(8.0).expand(2, 8), atol=1e-3)


def test_projected_guidance_leaves_out_what_points_along_the_prediction() -> None:
    c, along, across = torch.tensor([[2.0, 0.0]]), torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    assert torch.equal(Projected(5.0, 0.0)(c, c - along), c)
    assert torch.allclose(Projected(5.0, 0.0)(c, c - across), c + 4 * across)
    assert torch.allclose(Projected(5.0, 0.0, longest=0.5)(c, c - across), c + 2 * across)
    remembers = Projected(2.0, -0.5)
    assert torch.allclose(remembers(c, c - across), c + across)
    assert torch.allclose(remembers(c, c - across), c + 0.5 * across)
