"""Planned denoising finds what does not fit, and leaves alone what is given."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.drawing import drawn_for
from nodes.decoding.planned import Planned
from nodes.decoding.strategies import Field, Picking, Unmask
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.generate import generate
from nodes.library.sampling.planned_denoising import planned_denoising
from nodes.library.sampling.raster import raster
from tests.nodes.token_models import tiny_generator

RIGHT = torch.arange(24) % 5


def sure(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """A toy that knows the picture but drafts one token wrong: while nothing is known it says 0 at place 7."""
    likely = torch.nn.functional.one_hot(RIGHT, 5).float() * 12
    found = likely.expand(len(ids), -1, -1).clone()
    found[(ids < 0).all(1), 7] = torch.tensor([12.0, 0, 0, 0, 0])
    return found.expand(prompts, -1, -1, -1)


def test_the_token_that_does_not_fit_is_found_and_written_again() -> None:
    field = Field(torch.full((1, 24), -1), ((1, 24),), drawn_for(0, [0]))
    draft = Unmask(count=1, randomness=0)
    assert (draft.decoded(sure, field, draft.steps(field)) != RIGHT).nonzero().tolist() == [[0, 7]]
    strategy = Planned(Picking(temperature=0), draft, rounds=1, share=1 / 24)
    assert torch.equal(strategy.decoded(sure, field, strategy.steps(field))[0], RIGHT)


def test_given_tokens_are_never_written_again() -> None:
    given = torch.where(torch.arange(24) % 2 == 0, 4, -1)[None]
    strategy = Planned(Picking(), Unmask(count=2, randomness=0), rounds=3, share=1.0)
    field = Field(given, ((1, 24),), drawn_for(0, [0]))
    assert strategy.decoded(sure, field, strategy.steps(field))[0, ::2].tolist() == [4] * 12


def test_rounds_change_a_picture_of_a_generator_and_none_leave_it(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "uvitbert")
    ways = (Unmask(), planned_denoising(), planned_denoising(share=0))
    plain, planned, none = (generate(Context(), generator, class_label(0), strategy=way, count=2).ids for way in ways)
    assert not torch.equal(plain, planned)
    assert torch.equal(plain, none)


def test_the_draft_is_made_by_unmasking_alone() -> None:
    with pytest.raises(Failure, match="strategy: must be Unmask, is another"):
        planned_denoising(raster())
