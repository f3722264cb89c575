from __future__ import annotations

import pytest
import torch
from torch import nn

from nodes.decoding.logits import Sampler
from nodes.decoding.tokens import fill, in_raster
from nodes.models.llamagen_gpt import FeedForward, LlamaGenGpt, LlamaGenGptConfig, LlamaGenReader
from nodes.runtime.halved import HalvedLinear, can_halve, halved, halved_bytes
from tests.nodes.conftest import filled

pytestmark = pytest.mark.skipif(not can_halve(), reason="needs an x86 processor")


def llamagen() -> LlamaGenGpt:
    return filled(LlamaGenGpt(LlamaGenGptConfig(16, 2, 2, 1, 24, 9, 9, 3)), 0).eval().requires_grad_(False)


def test_halved_weights_move_logits_by_a_thousandth_of_their_size() -> None:
    labels, ids = torch.tensor([1]), torch.tensor([[2, 5, 7]])
    exact, close = llamagen()(labels, ids), halved(llamagen())(labels, ids)
    assert 0 < (exact - close).abs().max() < 1e-3 * exact.abs().max()


def test_a_halved_model_writes_the_same_likeliest_tokens() -> None:
    def written(model: nn.Module) -> torch.Tensor:
        reader = LlamaGenReader(model, [torch.tensor([1]), torch.tensor([3])])
        return fill(reader, torch.zeros(1, 9, dtype=torch.int64), in_raster(9, [2.0] * 9), Sampler())

    assert torch.equal(written(llamagen()), written(halved(llamagen())))


def test_a_layer_that_float16_cannot_hold_stays_as_it_is() -> None:
    large, small = nn.Linear(2, 2), nn.Linear(2, 2)
    nn.init.constant_(large.weight, 1e6)
    model = halved(nn.Sequential(large, small))
    assert model[0] is large
    assert isinstance(model[1], HalvedLinear)


def test_halved_layers_count_half_their_bytes() -> None:
    model = halved(nn.Sequential(nn.Linear(8, 4, bias=False)))
    assert halved_bytes(model) == 8 * 4 * 2


def test_layers_that_read_the_same_become_one() -> None:
    feed_forward = filled(FeedForward(8, 12), 0).requires_grad_(False)
    x = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    exact = feed_forward(x)
    assert isinstance(halved(feed_forward).both, HalvedLinear)
    assert not hasattr(feed_forward, "w1")
    assert torch.allclose(feed_forward(x), exact, rtol=1e-2, atol=1e-3 * float(exact.abs().max()))
