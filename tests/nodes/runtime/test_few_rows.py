from __future__ import annotations

import pytest
import torch
from torch import nn

from nodes.decoding.drawing import drawn_for
from nodes.decoding.logits import Sampler
from nodes.decoding.tokens import fill, in_raster
from nodes.models.blocks import RmsNorm
from nodes.models.llamagen_gpt import FeedForward, LlamaGenGpt, LlamaGenGptConfig, LlamaGenReader
from nodes.runtime.few_rows import BareNorm, HalvedLinear, QuarteredLinear, can_pack, packed_bytes, ready
from tests.nodes.conftest import filled

pytestmark = pytest.mark.skipif(not can_pack(), reason="needs an x86 processor")


def llamagen() -> LlamaGenGpt:
    return filled(LlamaGenGpt(LlamaGenGptConfig(16, 2, 2, 1, 24, 9, 9, 3)), 0).eval().requires_grad_(False)


def test_halved_weights_move_logits_by_a_thousandth_of_their_size() -> None:
    labels, ids = torch.tensor([1]), torch.tensor([[2, 5, 7]])
    exact, close = llamagen()(labels, ids), ready(llamagen())(labels, ids)
    assert 0 < (exact - close).abs().max() < 1e-3 * exact.abs().max()


def test_8_bit_weights_move_logits_by_a_fiftieth_of_their_size() -> None:
    labels, ids = torch.tensor([1]), torch.tensor([[2, 5, 7]])
    exact, close = llamagen()(labels, ids), ready(llamagen(), "8 bit")(labels, ids)
    assert 0 < (exact - close).abs().max() < 2e-2 * exact.abs().max()


def written(model: LlamaGenGpt, sampler: Sampler) -> torch.Tensor:
    reader = LlamaGenReader(model, [torch.tensor([1]), torch.tensor([3])])
    return fill(reader, torch.zeros(1, 9, dtype=torch.int64), in_raster(9, [2.0] * 9), sampler)


def test_a_halved_model_writes_the_same_likeliest_tokens() -> None:
    assert torch.equal(written(llamagen(), Sampler()), written(ready(llamagen()), Sampler()))


def test_with_float32_weights_a_seed_writes_the_tokens_of_the_model_as_it_is() -> None:
    for seed in range(20):
        sampler = Sampler(drawn_for(seed, [0]), k=6, p=0.9)
        assert torch.equal(written(llamagen(), sampler), written(ready(llamagen(), "float32"), sampler))


@pytest.mark.parametrize(("kind", "closeness"), [(HalvedLinear, 1e-3), (QuarteredLinear, 2e-2)])
def test_a_packed_layer_keeps_its_bias_and_every_row_its_own_step(kind: type[nn.Module], closeness: float) -> None:
    layer = filled(nn.Linear(64, 3), 0).requires_grad_(False)
    layer.weight.mul_(torch.tensor([[1.0], [100.0], [0.01]]))
    x = torch.randn(2, 5, 64, generator=torch.Generator().manual_seed(0))
    off = kind(layer)(x) - layer(x)
    assert (off.abs().amax((0, 1)) < closeness * layer(x).abs().amax((0, 1))).all()


def test_8_bit_rows_do_not_go_by_what_else_is_in_the_batch() -> None:
    layer = QuarteredLinear(filled(nn.Linear(16, 3), 0).requires_grad_(False))
    x = torch.randn(4, 16, generator=torch.Generator().manual_seed(0)) * torch.tensor([[1.0], [100.0], [0.0], [1e-3]])
    assert torch.equal(layer(x), torch.cat([layer(row[None]) for row in x]))


def test_a_bare_norm_is_the_norm_also_of_next_to_nothing() -> None:
    norm = filled(RmsNorm(24), 0)
    x = torch.cat([torch.randn(3, 24, generator=torch.Generator().manual_seed(0)), torch.full((1, 24), 1e-4), torch.zeros(1, 24)])
    assert torch.allclose(BareNorm(norm)(x), norm(x), rtol=1e-5)


def test_a_layer_whose_kernels_share_work_says_the_same() -> None:
    layer = filled(nn.Linear(1024, 1025, bias=False), 0).requires_grad_(False)
    x, threads = torch.randn(2, 1024, generator=torch.Generator().manual_seed(0)), torch.get_num_threads()
    alone = HalvedLinear(layer)
    torch.set_num_threads(2)
    try:
        together = HalvedLinear(layer)
        assert (alone.shared, together.shared) == (threads > 1, True)
        assert torch.allclose(together(x), alone(x), rtol=1e-4, atol=1e-4)
    finally:
        torch.set_num_threads(threads)


def test_a_layer_that_float16_cannot_hold_stays_as_it_is() -> None:
    large, small = nn.Linear(2, 2), nn.Linear(2, 2)
    nn.init.constant_(large.weight, 1e6)
    model = ready(nn.Sequential(large, small))
    assert model[0] is large
    assert isinstance(model[1], HalvedLinear)


def test_halved_layers_count_half_their_bytes() -> None:
    model = ready(nn.Sequential(nn.Linear(8, 4, bias=False)))
    assert packed_bytes(model) == 8 * 4 * 2


def test_layers_that_read_the_same_become_one() -> None:
    feed_forward = filled(FeedForward(8, 12), 0).requires_grad_(False)
    x = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    exact = feed_forward(x)
    assert isinstance(ready(feed_forward).both, HalvedLinear)
    assert not hasattr(feed_forward, "w1")
    assert torch.allclose(feed_forward(x), exact, rtol=1e-2, atol=1e-3 * float(exact.abs().max()))
