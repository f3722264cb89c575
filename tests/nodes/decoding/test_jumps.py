"""Tokens at chance times keep the distribution of the model, and a second look keeps it better in as many passes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graph_engine.context import Context
from nodes.decoding.drawing import drawn_for
from nodes.decoding.jumps import Jumps, trapezoidal
from nodes.decoding.strategies import Field, Picking
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.chance_times import chance_times
from nodes.library.sampling.generate import generate
from tests.nodes.token_models import tiny_generator

JOINT = torch.tensor([[[0.30, 0.02], [0.05, 0.10]], [[0.01, 0.12], [0.15, 0.25]]])
"""Of three tokens with two codes each, far from independent."""
MANY = 20_000


def exact(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """The log of each token's distribution, given those that are known."""
    found = torch.zeros(len(ids), 3, 2)
    for known in ids.unique(dim=0):
        likely = JOINT
        for place, code in enumerate(known.tolist()):
            if code >= 0:
                likely = likely.index_select(place, torch.tensor([code]))
        for place in (place for place in range(3) if known[place] < 0):
            others = [other for other in range(3) if other != place]
            found[(ids == known).all(1), place] = (likely.sum(others) / likely.sum()).log()
    return found.expand(prompts, -1, -1, -1)


def off(strategy: Jumps) -> float:
    """Total variation between what is drawn and the distribution."""
    generator = torch.Generator().manual_seed(0)

    def draw(kind: str, step: int, shape: tuple[int, ...]) -> Tensor:
        numbers = torch.rand(shape, generator=generator)
        return numbers if kind.endswith("uniform") else -numbers.clamp(min=1e-12).log()

    field = Field(torch.full((MANY, 3), -1), ((1, 3),), draw)
    ids = strategy.decoded(exact, field, strategy.steps(field))
    drawn = torch.bincount((ids * torch.tensor([4, 2, 1])).sum(1), minlength=8) / MANY
    return float((drawn - JOINT.flatten()).abs().sum() / 2)


def test_many_steps_draw_from_the_distribution() -> None:
    assert off(Jumps(count=48)) < 0.02  # what chance leaves of 20,000 draws is about 0.008


def test_a_second_look_is_nearer_to_it_than_twice_the_steps() -> None:
    assert off(Jumps(count=4)) < 0.7 * off(Jumps(count=8, theta=0))


def test_rates_that_stay_are_not_changed_by_a_second_look() -> None:
    rate = torch.rand(1, 4, 5)
    for theta in (0.3, 0.5, 0.8):
        assert torch.allclose(trapezoidal(rate, rate, theta), rate, atol=1e-6)


@pytest.mark.parametrize("theta", [0.0, 0.5])
def test_given_tokens_stay_and_none_stays_masked(theta: float) -> None:
    given = torch.tensor([[1, -1, 0], [1, -1, 0]])
    field = Field(given, ((1, 3),), drawn_for(0, [0, 1]))
    strategy = Jumps(count=3, theta=theta)
    steps = strategy.steps(field)
    ids = strategy.decoded(exact, field, steps)
    assert len(steps) == (6 if theta else 3) and (ids >= 0).all() and ids[:, 0].tolist() == [1, 1] and ids[:, 2].tolist() == [0, 0]


def test_without_temperature_the_likeliest_token_is_taken() -> None:
    field = Field(torch.full((4, 3), -1), ((1, 3),), drawn_for(0, range(4)))
    strategy = Jumps(Picking(temperature=0), count=8)
    assert strategy.decoded(exact, field, strategy.steps(field)).unique(dim=0).shape[0] <= 2


def test_a_generator_decodes_at_chance_times(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "uvitbert")
    one, two = (generate(Context(), generator, class_label(0), strategy=chance_times(4, look), count=2).ids for look in (0.5, 0.0))
    assert one.shape == two.shape and not torch.equal(one, two)
