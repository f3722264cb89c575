from __future__ import annotations

import dataclasses
import math
import struct
from pathlib import Path

import pytest
import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.values import value_type_of
from nodes.decoding.jacobi import Jacobi
from nodes.decoding.strategies import Field, Picking, Raster, Unmask
from nodes.decoding.tokens import Predict
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.generate import generate
from nodes.runtime.token_parts import Parts
from nodes.runtime.token_record import Recorder, Watched
from nodes.values import Record, Tokens
from tests.nodes.token_models import CODES, tiny_generator

LENGTH, CODES_OF_TOY = 6, 4


def _toy(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """Knows nothing at even places and one code of two at odd ones."""
    logits = torch.zeros(prompts, len(ids), asked.shape[1], CODES_OF_TOY)
    logits[..., 2:] = torch.where((asked % 2 == 1)[None, ..., None], -math.inf, 0.0)
    return logits


def _sloped(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """Is the surer the further on a place lies."""
    logits = torch.zeros(prompts, len(ids), asked.shape[1], CODES_OF_TOY)
    logits[..., 0] = asked.float()
    return logits


def _recorded(strategy: Raster | Jacobi | Unmask, ids: Tensor, reader: Predict = _toy) -> Record:
    recorder = Recorder(ids)
    generator = torch.Generator().manual_seed(1)
    field = Field(ids, ((1, LENGTH),), lambda kind, step, shape: torch.rand(shape, generator=generator))
    field = dataclasses.replace(field, after_step=lambda done, now: recorder.after(now))
    strategy.decoded(Watched(reader, recorder), field, strategy.steps(field))
    return recorder.record(Parts())


def test_entropy_and_likelihood_are_those_of_the_prediction() -> None:
    made = _recorded(Raster(), torch.full((1, LENGTH), -1))
    assert made.entropy[0].tolist() == pytest.approx([2, 1, 2, 1, 2, 1], abs=1e-5)
    assert made.likelihood[0].tolist() == pytest.approx([0.25, 0.5, 0.25, 0.5, 0.25, 0.5])
    assert made.order[0].tolist() == [1, 2, 3, 4, 5, 6] and made.acceptance[0].tolist() == [1] * 6


def test_what_was_given_has_no_record() -> None:
    made = _recorded(Raster(), torch.tensor([[3, 0, -1, -1, -1, -1]]))
    assert made.order[0].tolist() == [0, 0, 1, 2, 3, 4]
    assert made.entropy[0, :2].tolist() == made.likelihood[0, :2].tolist() == [-1, -1] and made.acceptance[0, :2].tolist() == [0, 0]


def test_drafts_that_are_taken_together_are_settled_by_one_pass() -> None:
    made = _recorded(Jacobi(Picking(temperature=0), window=3), torch.full((1, LENGTH), -1))
    assert made.order[0].tolist() == [1, 1, 1, 2, 2, 2] and made.acceptance.min() == 1


def test_drafts_that_are_rejected_are_seen_in_the_acceptance() -> None:
    made = _recorded(Jacobi(window=3), torch.full((1, LENGTH), -1))
    assert made.order[0].tolist() == sorted(made.order[0].tolist()) and made.acceptance.min() < 1


def test_a_place_that_is_put_off_has_a_small_share_of_taken_proposals() -> None:
    made = _recorded(Unmask(count=3, randomness=0), torch.full((1, LENGTH), -1), _sloped)
    assert sorted(set(made.order[0].tolist())) == [1, 2, 3]
    assert torch.allclose(made.acceptance, 1 / made.order)


@pytest.mark.parametrize("layout", CODES)
def test_every_family_leaves_a_record_of_every_token(layout: str, tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, layout)
    tokens = generate(Context(), generator, class_label(1), count=2)
    record = tokens.record
    assert record is not None and record.order.min() >= 1
    assert record.entropy.min() >= 0 and record.entropy.max() <= math.log2(tokens.codebook) + 1e-4
    assert record.likelihood.min() > 0 and record.likelihood.max() <= 1.0001
    assert record.acceptance.min() > 0 and record.acceptance.max() <= 1


def test_a_record_does_not_make_other_tokens_and_outlives_the_disk() -> None:
    made = _recorded(Raster(), torch.full((1, LENGTH), -1))
    plain = Tokens(torch.zeros(1, LENGTH, dtype=torch.int64), ((1, LENGTH),), 4, "tokenizer")
    told = dataclasses.replace(plain, record=made)
    known = value_type_of(told)
    assert known.digest(told) == known.digest(plain)
    assert known.store and known.load and torch.equal(known.load(known.store(told)).record.order, made.order)


def test_the_cells_of_tokens_are_told_as_plain_numbers() -> None:
    made = _recorded(Raster(), torch.full((1, LENGTH), -1))
    tokens = Tokens(torch.arange(LENGTH)[None], ((2, 3),), 8, "tokenizer", record=made)
    cells = value_type_of(tokens).cells(tokens)  # type: ignore[misc]
    assert (cells.grids, cells.items) == (((2, 3),), 1)
    assert struct.unpack("<6f", cells.maps["id"]) == (0, 1, 2, 3, 4, 5) == tuple(x - 1 for x in struct.unpack("<6f", cells.maps["order"]))
    assert set(cells.maps) == {"id", "known", "entropy", "order", "likelihood", "acceptance"}
