"""What token models promise whatever their weights: who sees whom, memory that changes nothing, codes that survive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nodes.decoding.next_scale import over_scales
from nodes.decoding.orders import diagonals
from nodes.models.arpg import Arpg, ArpgConfig, ArpgReader
from nodes.models.convolutions import nearest
from nodes.models.diffusers_autoencoder import DiffusersAutoencoder, DiffusersAutoencoderConfig
from nodes.models.flextok import FlexTok, FlexTokConfig
from nodes.models.hmar import Hmar, HmarConfig, HmarReader
from nodes.models.kl_autoencoder import KlAutoencoder, KlAutoencoderConfig
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, LlamaGenReader
from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.models.lpd import Lpd, LpdConfig, LpdReader
from nodes.models.mar import Mar, MarConfig
from nodes.models.maskbit import MaskBit, MaskBitConfig, MaskBitReader, MaskBitVq, MaskBitVqConfig, to_bits
from nodes.models.masked_generators import ImageBert, ImageBertConfig, MaskedReader, UVitBert, UVitBertConfig
from nodes.models.maskgit_vq import MaskGitVq, MaskGitVqConfig
from nodes.models.nar import Nar, NarConfig, NarReader
from nodes.models.par import Par, ParConfig, ParReader
from nodes.models.randar import RandAr, RandArConfig, RandArReader
from nodes.models.rar import Rar, RarConfig, RarReader
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


@pytest.mark.parametrize("attentive", [False, True])
def test_the_padding_of_a_caption_is_seen_by_nobody(attentive: bool) -> None:
    model, tokens = raster(replace(CAPTIONED, attentive=attentive)), drawn(1, 9)
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


@pytest.mark.parametrize("rotary", [False, True])
def test_scales_read_one_by_one_are_predicted_as_all_at_once(rotary: bool) -> None:
    tokenizer = quiet(VarVqvae(VarVqvaeConfig(4, (1, 2), 1, 9, 3, 3, 4, (1, 2, 3), 2)))
    model = quiet(VarTransformer(VarTransformerConfig(16, 2, 2, 32, 9, 3, 3, (1, 2, 3), rotary=rotary)))
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


@pytest.mark.parametrize("kind", ["bert", "u-vit", "rotary u-vit", "u-vit without skips"])
def test_masked_tokens_asked_for_alone_are_told_as_among_all(kind: str) -> None:
    words = UVitBertConfig(16, 1 if "without" in kind else 4, 2, 24, 9, None, 4, 6, 3, kind.startswith("rotary"))
    model = quiet(ImageBert(ImageBertConfig(32, 2, 16, 24, 9, 3, 4)) if kind == "bert" else UVitBert(words))
    labels = torch.tensor([1, 0]) if kind == "bert" else torch.randn(2, 3, 6)
    tokens, asked = torch.tensor([[1, -1, -1, 3], [-1, 2, 0, -1]]), torch.tensor([[1, 2], [0, 3]])
    whole = model(tokens, labels)
    assert torch.allclose(model(tokens, labels, asked), torch.stack([whole[0, [1, 2]], whole[1, [0, 3]]]), atol=1e-5)


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


def test_whatever_order_tokens_are_read_in_the_one_after_another_agrees_with_all_at_once() -> None:
    model, tokens = quiet(Rar(RarConfig(16, 2, 2, 24, 9, 3, 9, 1033, 20))), drawn(2, 9)
    order = torch.stack([torch.randperm(9, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1)])
    labels = torch.tensor([0, 3])
    reader = RarReader(model, [labels], order)
    seen = [reader(tokens, order[:, step : step + 1])[0] for step in range(9)]
    assert torch.allclose(torch.cat(seen, 1), model(labels, tokens, order)[:, :9], atol=1e-5)


def test_a_diagonal_is_predicted_from_the_diagonals_before_it() -> None:
    model, tokens = quiet(Nar(NarConfig(16, 3, 2, 1, 24, 9, 9, 3))), drawn(2, 9)
    labels = torch.tensor([0, 1])
    reader = NarReader(model, [labels])
    seen = [reader(tokens, group)[0] for group in diagonals(3)]
    right, below = model(labels, tokens)
    assert torch.allclose(seen[0], (right[:, :1] + below[:, :1]) / 2, atol=1e-5)
    # Of the second diagonal, cell 1 has a left neighbor alone (cell 0), cell 3 an upper one.
    assert torch.allclose(seen[1], torch.stack([right[:, 1], below[:, 1]], 1), atol=1e-5)
    # Cell 4 has both: 3 to the left, 1 above.
    assert torch.allclose(seen[2][:, 1], (right[:, 4] + below[:, 2]) / 2, atol=1e-5)


@pytest.mark.parametrize("counts", [[1] * 9, [1, 2, 2, 4]])
def test_instructions_read_again_with_their_tokens_leave_no_trace_of_being_alone(counts: list[int]) -> None:
    model, tokens = quiet(RandAr(RandArConfig(16, 2, 2, 1, 24, 9, 9, 3))), drawn(2, 9)
    labels, order = torch.tensor([0, 1]), torch.stack([torch.randperm(9), torch.randperm(9)])
    reader = RandArReader(model, [labels])
    firsts = [reader(tokens, part)[0][:, 0] for part in order.split(counts, 1)]
    starts = [sum(counts[:step]) for step in range(len(counts))]
    assert torch.allclose(torch.stack(firsts, 1), model(labels, tokens, order)[:, starts], atol=1e-5)


def test_queries_of_a_group_see_one_another_and_leave_nothing_behind() -> None:
    model, tokens = quiet(Lpd(LpdConfig(16, 2, 2, 24, 9, 3, 9))), drawn(2, 9)
    labels, order, counts = torch.tensor([0, 3]), torch.stack([torch.randperm(9), torch.randperm(9)]), [1, 3, 5]
    reader = LpdReader(model, [labels])
    seen = [reader(tokens, part)[0] for part in order.split(counts, 1)]
    assert torch.allclose(torch.cat(seen, 1), model(labels, tokens, order, counts), atol=1e-5)


def readers(prompts: int) -> dict[str, tuple[Any, list[Tensor]]]:
    """Every reader over two labels, and the steps that it is asked."""
    labels = [torch.tensor([0, 1]), torch.tensor([3, 3])][:prompts]
    steps = [torch.tensor([[position]]) for position in range(4)]
    small = {"width": 16, "depth": 2, "heads": 2, "hidden": 24, "codebook": 9, "length": 4, "classes": 3}
    return {
        "raster": (LlamaGenReader(quiet(LlamaGenGpt(LlamaGenGptConfig(**small))), labels), steps),
        "rar": (RarReader(quiet(Rar(RarConfig(**small, position_rows=1028, time_rows=9))), labels), steps),
        "par": (ParReader(quiet(Par(ParConfig(**small))), labels, torch.arange(4)), steps),
        "nar": (NarReader(quiet(Nar(NarConfig(**small))), labels), diagonals(2)),
        "randar": (RandArReader(quiet(RandAr(RandArConfig(**small))), labels), steps),
        "arpg": (ArpgReader(quiet(Arpg(ArpgConfig(**small))), labels), steps),
        "lpd": (LpdReader(quiet(Lpd(LpdConfig(**small))), labels), steps),
        "masked": (MaskedReader(quiet(UVitBert(UVitBertConfig(**small))), labels), steps),
    }


@pytest.mark.parametrize("name", readers(1))
def test_a_second_prompt_beside_it_changes_nothing_and_may_be_left_out_later(name: str) -> None:
    (alone, steps), (both, _) = readers(1)[name], readers(2)[name]
    tokens = drawn(2, 4)
    for number, asked in enumerate(steps):
        prompts = 2 if number < 2 else 1
        logits = both(tokens, asked, prompts)
        assert len(logits) == prompts
        assert torch.allclose(logits[0], alone(tokens, asked)[0], atol=1e-5)


def test_a_masked_transformer_over_latents_does_not_look_at_what_is_unknown() -> None:
    model = quiet(Mar(MarConfig(2, 8, 2, 2, 12, 8, 1, 2, 16, 3, 4, 5, 6, 2)))
    tokens, known = torch.randn(2, 4, 2), torch.tensor([[True, False, True, False], [False, True, True, False]])
    before = model(tokens, known, torch.tensor([0, 3]))
    assert torch.equal(before, model(torch.where(known[..., None], tokens, 9.0), known, torch.tensor([0, 3])))
    assert torch.equal(model.latents(model.patches(torch.ones(1, 2, 2, 2))), torch.ones(1, 2, 2, 2))


def test_scalar_quantization_knows_its_own_codes_and_missing_tokens_are_one_learned_vector() -> None:
    model = quiet(FlexTok(FlexTokConfig(2, 2, 2, 3, 8, 1, 5, 8, 1, 5, 4, levels=(8, 5), waves=4)))
    tokens = torch.arange(40)[:, None]
    codes = model.embedded(tokens)
    assert codes.unique(dim=0).shape == (40, 1, 2)
    assert codes.aminmax() == (-1, 1)
    told = model.condition(codes[:2], torch.tensor([1, 0]))
    dropped = model.decoder["module_dict"]["dec_nested_dropout"].dropout_mask_token
    assert torch.equal(told[1], dropped.expand(3, -1))
    assert not torch.equal(told[0, 0], dropped)


def test_two_layouts_of_one_autoencoder_say_the_same() -> None:
    """Diffusers only names the tensors of latent diffusion otherwise; attention is a linear layer there and a convolution here."""
    theirs = quiet(DiffusersAutoencoder(DiffusersAutoencoderConfig((4, 8), 1, 3, groups=2)))
    ours = quiet(KlAutoencoder(KlAutoencoderConfig(4, (1, 2), 1, 3, 3, (), (), 2)))
    names = [("down_blocks", "down"), ("resnets", "block"), ("mid_block.block.0", "mid.block_1"), ("mid_block.block.1", "mid.block_2")]
    names += [("mid_block.attentions.0", "mid.attn_1"), ("group_norm", "norm"), ("to_out.0", "proj_out"), ("attn_1.to_", "attn_1.")]
    names += [("samplers.0", "sample"), ("conv_shortcut", "nin_shortcut"), ("conv_norm_out", "norm_out")]
    names += [("up_blocks.0", "up.1"), ("up_blocks.1", "up.0")]
    state = {}
    for key, value in theirs.state_dict().items():
        for before, after in names:
            key = key.replace(before, after)
        state[key] = value[..., None, None] if value.ndim == 2 else value
    ours.load_state_dict(state)
    pixels, latent = torch.rand(1, 3, 8, 6) * 2 - 1, torch.randn(1, 3, 4, 3)
    assert all(torch.allclose(*pair, atol=1e-6) for pair in zip(theirs.moments(pixels), ours.moments(pixels), strict=True))
    assert torch.allclose(theirs.decode(latent), ours.decode(latent), atol=1e-6)


def test_places_asked_for_one_by_one_or_together_are_predicted_from_what_is_known() -> None:
    model, tokens = quiet(Arpg(ArpgConfig(16, 2, 2, 24, 9, 3, 9))), drawn(2, 9)
    labels, order = torch.tensor([0, 3]), torch.stack([torch.randperm(9), torch.randperm(9)])
    whole = model(labels, tokens, order)
    reader = ArpgReader(model, [labels])
    seen = [reader(tokens, order[:, step : step + 1])[0] for step in range(9)]
    assert torch.allclose(torch.cat(seen, 1), whole, atol=1e-5)
    together = ArpgReader(model, [labels])(tokens, order[:, :4])[0]  # nothing but the class is known to any of them
    assert torch.allclose(together[:, :1], whole[:, :1], atol=1e-5)
    assert torch.allclose(together[:, 3:], ArpgReader(model, [labels])(tokens, order[:, 3:4])[0], atol=1e-5)


def test_a_token_is_its_bits_and_a_masked_group_has_none() -> None:
    model = quiet(MaskBit(MaskBitConfig(16, 1, 2, 24, 6, 2, 3, 4)))
    groups = torch.tensor([[0, 7, 5, 2, -1, 1, 3, -1]])
    assert model.joined(groups.clamp(min=0)).tolist() == [[56, 21, 8, 3]]
    assert to_bits(torch.tensor([5]), 3).tolist() == [[1, -1, 1]]
    labels = [torch.tensor([1]), torch.tensor([3])]
    logits = MaskBitReader(model, labels)(groups, torch.arange(8)[None], 2)
    assert logits.shape == (2, 1, 8, 8)
    assert torch.equal(logits[0], model(groups, labels[0]))


@pytest.mark.parametrize("strided", [True, False])
def test_bits_are_the_signs_of_what_the_encoder_says(strided: bool) -> None:
    model = quiet(MaskBitVq(MaskBitVqConfig(4, (1, 2), 1, 1, 3, strided, 2)))
    pixels = torch.rand(1, 3, 6, 10)
    tokens = model.encode(pixels)
    assert tokens.shape == (1, 3, 5)
    assert torch.equal(to_bits(tokens, 3).movedim(-1, 1) > 0, model.encoder(pixels) > 0)
    assert model.decode(tokens).shape == pixels.shape


def test_a_scale_is_predicted_from_what_the_earlier_ones_made_and_again_from_what_stays_of_it() -> None:
    tokenizer = quiet(VarVqvae(VarVqvaeConfig(4, (1, 2), 1, 9, 3, 3, 4, (1, 2, 3), 2)))
    model = quiet(Hmar(HmarConfig(16, 1, 2, 32, 9, 3, 3, (1, 2, 3), twice=1)))
    labels, tokens, scales = torch.tensor([0, 2]), drawn(2, 14), over_scales((1, 2, 3), 0.0)
    reader = HmarReader(model, tokenizer, [labels])
    seen = [reader(tokens, step.asked)[0] for step in scales]
    inputs = tokenizer.inputs(list(tokens.split([1, 4, 9], 1))).split([4, 9], 1)
    assert torch.allclose(seen[2], model(labels, 2, inputs[1]), atol=1e-5)
    masked = torch.zeros(2, 9, dtype=torch.bool).index_fill(1, torch.tensor([4]), True)
    again, other = reader.again(tokens, masked)[0], tokens.clone()
    other[:, 5:] = (other[:, 5:] + 1) % 9
    assert again.shape == (2, 9, 9)
    assert not torch.allclose(again, seen[2])
    assert not torch.allclose(reader.again(other, masked)[0], again)


def test_latents_asked_for_alone_are_conditioned_as_among_all_others() -> None:
    model = quiet(Mar(MarConfig(2, 8, 2, 2, 12, 8, 2, 2, 16, 3, 4, 5, 6, 2)))
    known, asked = torch.tensor([[1, 0, 0, 1], [0, 1, 1, 0]]).bool(), torch.tensor([[0, 1, 0, 0], [0, 0, 0, 1]]).bool()
    tokens, labels = torch.randn(2, 4, 2, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 3])
    assert torch.allclose(model(tokens, known, labels, asked)[:, 0], model(tokens, known, labels)[asked], atol=1e-5)


def test_a_head_that_is_told_of_several_steps_says_what_it_says_at_each() -> None:
    model, steps = quiet(Mar(MarConfig(2, 8, 2, 2, 12, 8, 1, 2, 16, 3, 4, 5, 6, 2))), (900, 400, 0)
    x, z = (torch.randn(100, width, generator=torch.Generator().manual_seed(0)) for width in (2, 8))
    over = model.head_over(z, steps)  # 100 rows: two steps in one product, then one
    for t in steps:
        assert torch.allclose(over(x, t), model.head(x, torch.full((100,), t), z), atol=1e-5)
