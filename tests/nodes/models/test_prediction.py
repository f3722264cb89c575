from __future__ import annotations

from typing import cast

import pytest
import torch

from nodes.models.flow_transformer import FlowTransformer
from nodes.models.layouts import build_model
from nodes.models.prediction import predict_flow
from nodes.values import Conditioning, Generator

NOISE = torch.randn(2, 4, 4, 4, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def model(generator: Generator) -> FlowTransformer:
    return cast(FlowTransformer, build_model(generator.model))


def test_the_denoised_prediction_is_x_minus_sigma_times_velocity(model: FlowTransformer, cat: Conditioning) -> None:
    velocity = model(NOISE[:1], torch.tensor([0.6]), cat.sequence, cat.mask)
    assert torch.allclose(predict_flow(model, NOISE[:1], 0.6, [cat])[0], NOISE[:1] - 0.6 * velocity, atol=1e-5)


def test_prompts_in_one_pass_predict_as_each_alone(model: FlowTransformer, cat: Conditioning, dog: Conditioning) -> None:
    together = predict_flow(model, NOISE, 0.5, [cat, dog, None])  # of different lengths
    alone = [predict_flow(model, NOISE, 0.5, [prompt])[0] for prompt in (cat, dog, None)]
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(together, alone, strict=True))
    assert not torch.allclose(together[0], together[1], atol=1e-3)


def test_a_prompt_without_words_predicts_as_no_prompt(model: FlowTransformer, cat: Conditioning) -> None:
    empty = Conditioning(torch.zeros_like(cat.sequence[:, :1]), torch.zeros(1, 1, dtype=torch.bool), ("",), ((),), cat.encoder)
    made, none = predict_flow(model, NOISE, 0.5, [empty, None])
    assert torch.allclose(made, none, atol=1e-6)


def test_a_prompt_an_item_reaches_its_item(model: FlowTransformer, cat: Conditioning) -> None:
    pair = Conditioning(torch.cat([cat.sequence, cat.sequence.flip(1)]), cat.mask.repeat(2, 1), cat.prompts * 2, cat.spans * 2, cat.encoder)
    assert torch.allclose(predict_flow(model, NOISE, 0.5, [pair])[0][:1], predict_flow(model, NOISE[:1], 0.5, [cat])[0], atol=1e-5)


def test_half_precision_predicts_the_same_but_for_rounding(model: FlowTransformer, cat: Conditioning) -> None:
    whole = predict_flow(model, NOISE, 0.5, [cat, None])
    half = predict_flow(model, NOISE, 0.5, [cat, None], torch.bfloat16)
    assert half[0].dtype == torch.float32
    assert all(torch.allclose(a, b, atol=0.05) for a, b in zip(half, whole, strict=True))
