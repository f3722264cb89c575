"""What token models promise whatever their weights: who sees whom, memory that changes nothing, codes that survive."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nodes.models.convolutions import nearest
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, LlamaGenReader
from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.models.masked_generators import MaskedReader, UVitBert, UVitBertConfig
from nodes.models.maskgit_vq import MaskGitVq, MaskGitVqConfig
from nodes.models.titok import TiTok, TiTokConfig
from nodes.models.var_transformer import VarReader, VarTransformer, VarTransformerConfig
from nodes.models.var_vqvae import VarVqvae, VarVqvaeConfig
from tests.nodes.conftest import filled

RASTER = LlamaGenGptConfig(16, 2, 2, 1, 24, 9, 9, 3)
CAPTIONED = LlamaGenGptConfig(16, 2, 2, 1, 24, 9, 9, None, 4, 3)


def quiet(module: nn.Module) -> Any:
    return filled(module, 0).eval().requires_grad_(False)


def raster(config: LlamaGenGptConfig) -> LlamaGenGpt:
    return quiet(LlamaGenGpt(config))


def drawn(*shape: int, below: int = 9) -> Tensor:
    return torch.randint(below, shape, generator=torch.Generator().manual_seed(1))


def test_a_token_is_predicted_from_those_before_it_alone() -> None:
    model, tokens = raster(RASTER), drawn(1, 9)
    before = model(torch.tensor([1]), tokens)
    tokens[0, 5] = (tokens[0, 5] + 1) % 9
    after = model(torch.tensor([1]), tokens)
    assert torch.equal(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6:], after[:, 6:])


@pytest.mark.parametrize("at_once", [1, 3])
def test_reading_token_by_token_predicts_as_reading_all(at_once: int) -> None:
    model, tokens = raster(RASTER), drawn(2, 9)
    conditions = [torch.tensor([1, 2]), model.unconditional(2)]
    reader = LlamaGenReader(model, conditions)
    seen = [reader(tokens, torch.arange(first, first + at_once)[None], 2) for first in range(0, 9, at_once)]
    whole = torch.stack([model(condition, tokens)[:, :9] for condition in conditions])
    assert torch.allclose(torch.cat(seen, 2), whole, atol=1e-5)


def test_the_padding_of_a_caption_is_seen_by_nobody() -> None:
    model, tokens = raster(CAPTIONED), drawn(1, 9)
    caption, mask = torch.randn(1, 3, 4), torch.tensor([[False, True, True]])
    before = model(caption, tokens, mask)
    caption[0, 0] += 1
    assert torch.equal(before[:, 1:], model(caption, tokens, mask)[:, 1:])
    reader = LlamaGenReader(model, [caption], mask)
    seen = [reader(tokens, torch.tensor([[position]])) for position in range(9)]
    assert torch.allclose(torch.cat(seen, 2)[0], before[:, 2:11], atol=1e-5)


def test_a_reader_forgets_drafts_that_were_not_accepted() -> None:
    model, tokens = raster(RASTER), drawn(1, 9)
    reader, other = LlamaGenReader(model, [torch.tensor([0])]), tokens.clone()
    other[:, 2:] = (other[:, 2:] + 1) % 9
    reader(other, torch.arange(0, 6)[None])
    assert not torch.allclose(reader(tokens, torch.tensor([[4]]))[0], model(torch.tensor([0]), tokens)[:, 4:5], atol=1e-5)
    reader.rewind(2)
    seen = torch.cat([reader(tokens, torch.tensor([[position]])) for position in (3, 4)], 2)
    assert torch.allclose(seen[0], model(torch.tensor([0]), tokens)[:, 3:5], atol=1e-5)


def test_scales_read_one_by_one_are_predicted_as_all_at_once() -> None:
    tokenizer = quiet(VarVqvae(VarVqvaeConfig(4, (1, 2), 1, 9, 3, 3, 4, (1, 2, 3), 2)))
    model = quiet(VarTransformer(VarTransformerConfig(16, 2, 2, 32, 9, 3, 3, (1, 2, 3))))
    labels, tokens = torch.tensor([0, 2]), drawn(2, 14)
    parts = list(tokens.split([1, 4, 9], 1))
    reader = VarReader(model, tokenizer, [labels])
    seen = [reader(tokens, torch.arange(part.shape[1])[None])[0] for part in parts]
    assert torch.allclose(torch.cat(seen, 1), model(labels, tokenizer.inputs(parts)), atol=1e-5)


def test_a_masked_token_is_told_by_its_mask_alone() -> None:
    model = quiet(UVitBert(UVitBertConfig(16, 2, 2, 24, 9, 3, 4)))
    tokens = torch.tensor([[1, -1, 9, 3]])  # −1 and the row behind the codes are the same mask
    reader = MaskedReader(model, [torch.tensor([1]), torch.tensor([model.nothing])])
    logits = reader(tokens, torch.tensor([[1, 2]]), 2)
    assert torch.equal(logits, reader(torch.tensor([[1, -1, -1, 3]]), torch.tensor([[1, 2]]), 2))
    assert not torch.allclose(logits[0], logits[1])


@pytest.mark.parametrize(
    "model",
    [LlamaGenVq(LlamaGenVqConfig(4, (1, 2), (1, 2), 1, 4, 16, 4, 2)), MaskGitVq(MaskGitVqConfig(4, (1, 2), 1, 16, 4, 2))],
    ids=["llamagen", "maskgit"],
)
def test_a_code_is_its_own_nearest_and_grids_need_not_be_square(model: Any) -> None:
    model = quiet(model)
    tokens = drawn(2, 3, 5, below=16)
    assert model.decode(tokens).shape == (2, 3, 6, 10)
    assert model.encode(torch.rand(1, 3, 6, 10)).shape == (1, 3, 5)
    rows = model.codebook() if hasattr(model, "codebook") else model.quantize["embedding"].weight
    assert torch.equal(nearest(model.embedded(tokens).movedim(1, -1), rows), tokens)


def test_a_line_of_tokens_may_be_cut() -> None:
    model = quiet(TiTok(TiTokConfig(6, 4, 9, False, 2, 9, 8, 1, 2, 12, 1, 2, 2)))
    tokens = model.encode(torch.rand(2, 3, 6, 6))
    assert tokens.shape == (2, 6)
    assert model.decode(tokens[:, :2]).shape == (2, 3, 6, 6)
    assert not torch.allclose(model.decode(tokens), model.decode(tokens[:, :2]))
