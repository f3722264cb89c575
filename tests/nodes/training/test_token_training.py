"""What the scripts of tokenizers, token generators and the few-step model rest on."""

import json
import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nodes.decoding.schedules import flow_levels
from nodes.models.caption import left_padded
from nodes.models.clip import Clip, ClipConfig
from nodes.models.flow_transformer import FlowTransformer, FlowTransformerConfig
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig
from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.models.masked_generators import UVitBert, UVitBertConfig
from nodes.models.text_encoder import TextEncoder, TextEncoderConfig
from nodes.models.titok import TiTok, TiTokConfig
from nodes.models.upscaler import Upscaler
from nodes.models.var_transformer import VarTransformer, VarTransformerConfig
from nodes.models.var_vqvae import VarVqvae, VarVqvaeConfig
from nodes.training.alignment import PARTS, REST, weighed
from nodes.training.captions import all_words
from nodes.training.few_step import Words, learned_before, levels_at, target_velocity
from nodes.training.generating import WINDOW, Batch, near_codes, spread_codes, waves, window
from nodes.training.masked import covered
from nodes.training.multiscale_vq import added_up, begin_as
from nodes.training.next_scale import OFF, OTHERS, at_scales, mistaken, shown_at
from nodes.training.next_scale import predicted as predicted_at
from nodes.training.next_token import follows, predicted
from nodes.training.pack import ORDER, Done
from nodes.training.plain_attention import attention, plain_attention
from nodes.training.pool import PART, TokenPool
from nodes.training.titok import begin_as_patches, clustered, finer
from nodes.training.tokenizing import IDLE, Usage, towards
from nodes.training.vq import unevenness


def test_a_code_that_lies_idle_is_set_on_a_vector_of_the_batch():
    codebook, vectors = torch.zeros(3, 2), torch.tensor([[5.0, 5.0]])
    usage = Usage(codebook, seed=0)
    assert usage.saw(torch.tensor([0]), vectors) == 2
    assert torch.equal(codebook, torch.tensor([[0.0, 0.0], [5.0, 5.0], [5.0, 5.0]]))
    assert sum(usage.saw(torch.tensor([0]), vectors) for _ in range(IDLE)) == 0


def test_codes_pass_their_gradient_to_the_vectors_they_stand_for():
    vectors, codes = torch.tensor([1.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    passed, loss = towards(vectors, codes, free=False)
    assert passed == 3 and loss == 5  # 4 towards the vector, a quarter of 4 towards the code
    passed.sum().backward()
    assert vectors.grad == 1 and codes.grad is None
    passed, loss = towards(vectors, codes, free=True)
    assert passed == 1 and loss == 4


def test_codes_that_are_evenly_used_are_better_and_vectors_are_pushed_towards_those_that_are_not():
    codebook = F.normalize(torch.eye(4), dim=1)
    assert unevenness(codebook, codebook) == pytest.approx(-math.log(4), abs=1e-4)  # each is one code, and all are used
    assert unevenness(codebook[:1].expand(4, -1), codebook) == pytest.approx(0, abs=1e-4)
    vectors = torch.tensor([[1.0, 0.01, 0, 0], [1.0, 0, 0.0, 0]], requires_grad=True)
    unevenness(F.normalize(vectors, dim=1), codebook[:2] * 0.05).backward()
    assert vectors.grad[0, 1] < 0 < vectors.grad[1, 1]  # apart, each towards a code of its own


def test_the_scales_of_a_training_pass_are_those_that_the_tokenizer_encodes():
    torch.manual_seed(0)
    model = VarVqvae(VarVqvaeConfig(4, (1, 2), 1, 6, 3, scales=(1, 2, 4), groups=2, pixels=4))
    pixels = torch.randn(2, 4, 8, 8)
    with torch.no_grad():
        total, _, ids, vectors = added_up(model, model.features(pixels))
        assert torch.equal(ids, torch.cat(model.encode(pixels), 1)) and vectors.shape == (2, 21, 3)
        assert torch.allclose(total, model.sums(ids.split([1, 4, 16], 1))[-1], atol=1e-5)


def test_the_tokenizer_of_scales_begins_as_the_other_one():
    torch.manual_seed(0)
    vq = LlamaGenVq(LlamaGenVqConfig(4, (1, 2), (1, 2), 1, 8, 6, 3, 2, pixels=4))
    model = VarVqvae(VarVqvaeConfig(4, (1, 2), 1, 6, 3, scales=(1, 4), groups=2, pixels=4))
    pixels, codes = torch.randn(2, 4, 8, 8), torch.randn(2, 3, 4, 4)
    begin_as(model, vq, pixels)
    with torch.no_grad():
        features, latent = model.features(pixels), vq.latent(pixels)
        assert torch.allclose(features * latent.norm(dim=1).mean(), latent, atol=1e-5)
        vq.post_quant_conv.bias.zero_()  # where it is not, zeros about the codes are other ones
        begin_as(model, vq, pixels)
        assert torch.allclose(model.decoder(model.post_quant_conv(codes)), vq.decoder(vq.post_quant_conv(codes)), atol=1e-5)


def test_masks_cover_from_one_token_to_all():
    uniform = torch.rand(64, 1 + 16, generator=torch.Generator().manual_seed(0))
    uniform[0, 0], uniform[1, 0] = 1.0, 0.0
    count = covered(uniform).sum(1)
    assert count[0] == 1 and count[1] == 16 and 8 < count.float().mean() < 13
    fewer = covered(uniform, 0.5).sum(1)
    assert fewer[0] == 1 and fewer[1] == 8 and (fewer <= count).all()


def test_later_scales_make_up_for_what_is_mistaken_in_earlier_ones():
    torch.manual_seed(0)
    tokenizer = VarVqvae(VarVqvaeConfig(4, (1, 2), 1, 40, 3, scales=(1, 2, 4), groups=2, pixels=4))
    ids = torch.randint(40, (8, 21))
    others = near_codes(tokenizer.quantize["embedding"].weight.detach(), OFF).multinomial(OTHERS)
    drawn = Batch(ids, *[torch.empty(0)] * 5, torch.zeros(8, 22))
    drawn.uniform[0::2, 0], drawn.uniform[0::2, 2:6] = 1.0, 0.0  # every second picture is mistaken at the second scale
    right, fed = mistaken(tokenizer, drawn, others)
    assert torch.equal(right[1::2], ids[1::2])
    sums = tokenizer.inputs(ids.split([1, 4, 16], 1))
    assert torch.allclose(fed[1::2], sums[1::2]) and not torch.allclose(fed[0::2, 4:], sums[0::2, 4:])
    whole = tokenizer.sums(ids.split([1, 4, 16], 1))[-1][0::2]

    def left_by(last):
        made = tokenizer.contribution(tokenizer.codes(last[0::2, 5:], 2), 2) + tokenizer.as_map(fed[0::2, 4:], 4)
        return (whole - made).square().sum()

    assert left_by(right) < left_by(ids)


def test_training_predicts_every_token_as_the_model_does_when_it_is_used():
    torch.manual_seed(0)
    model = LlamaGenGpt(LlamaGenGptConfig(8, 2, 2, 1, 16, 5, 4, None, 6, 3))
    nn.init.zeros_(model.cls_embedding.uncond_embedding)
    features, mask, ids = torch.randn(2, 2, 6), torch.tensor([[True, True], [True, False]]), torch.randint(5, (2, 4))
    features = features * mask[..., None]
    batch = Batch(ids, features, mask, torch.arange(4).expand(2, -1), torch.zeros(2, 4), torch.zeros(2, 4), torch.zeros(2, 5))
    caption, shown = left_padded(features, mask, 3)
    with torch.no_grad():
        logits, seen = predicted(model, batch)
        assert torch.allclose(logits, model(caption, ids[:, :-1], shown)[:, 2:], atol=1e-5)
    assert logits.shape == (2, 4, 5) and seen.shape == (2, 4, 8)


def test_a_window_shows_a_thing_in_its_place_and_the_ends_of_its_rows_predict_nothing():
    cells = torch.arange(256).expand(64, -1)
    parts = torch.full((64, 256), PARTS**2)
    thing = torch.randint(256, (64, 1), generator=torch.Generator().manual_seed(1))
    whole = Batch(cells * 3, torch.zeros(64, 2, 4), torch.ones(64, 2), cells, cells + 1, parts.scatter(1, thing, 5), torch.rand(64, 257))
    near = window(whole, torch.Generator().manual_seed(0))
    assert near.shown().shape == (64, WINDOW**2)
    assert (near.shown() == near.cells * 3).all() and (near.names == near.cells + 1).all()
    assert ((near.cells == thing).sum(1) == 1).all() and (near.parts[near.cells == thing] == 5).all()
    assert near.cells.unique(dim=0).shape[0] > 20
    first = (torch.arange(WINDOW**2) % WINDOW == 0) & (near.cells > 0)
    assert (follows(near.cells) == ~first).all() and follows(whole.cells).all()


def test_plain_attention_is_the_fused_one():
    q, k, v = torch.randn(3, 2, 4, 9, 8).unbind(0)
    mask = torch.rand(2, 1, 9, 9) > 0.5
    mask[..., 0] = True
    for scale in (None, 0.7):
        fused = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
        assert torch.allclose(attention(q, k, v, mask, scale), fused, atol=1e-6)
    shared = F.scaled_dot_product_attention(q, k[:, :2], v[:, :2], enable_gqa=True)
    with plain_attention():
        assert torch.allclose(F.scaled_dot_product_attention(q, k[:, :2], v[:, :2], enable_gqa=True), shared, atol=1e-6)


@pytest.mark.parametrize("rotary", [False, True])
def test_a_masked_generator_sees_tokens_of_a_window_at_their_places(rotary):
    torch.manual_seed(0)
    model = UVitBert(UVitBertConfig(8, 2, 2, 16, 5, None, 9, 6, 3, rotary))
    ids, captions = torch.randint(5, (2, 9)), torch.randn(2, 3, 6)
    nn.init.normal_(model.pos_embed)
    order = torch.stack([torch.randperm(9), torch.randperm(9)])
    with torch.no_grad():
        whole, shuffled = model.features(ids, captions)[0][:, 3:], model.features(ids.gather(1, order), captions, order)[0][:, 3:]
    assert torch.allclose(whole.gather(1, order[..., None].expand(-1, -1, 5)), shuffled, atol=1e-5)


def test_a_window_shows_all_tokens_of_a_scale_that_cover_it():
    scales, cells = (1, 4, 10, 16), torch.arange(256).view(1, 16, 16)
    whole = shown_at(cells.flatten(1), scales)
    assert torch.equal(whole[0], torch.arange(1 + 16 + 100 + 256))
    near = shown_at(torch.cat([cells[:, row : row + 8, row : row + 8].flatten(1) for row in (0, 3, 8)]), scales)
    first, second, third, last = near.split([1, 9, 36, 64], 1)
    assert (first == 0).all() and torch.equal(last[1] - 117, cells[0, 3:11, 3:11].flatten())
    for drawn, before, side in ((second, 1, 4), (third, 17, 10)):
        for row, places in zip((0, 3, 8), drawn - before, strict=True):
            lines = (places // side).unique(), (places % side).unique()
            assert all(line[0] * 16 / side <= row and (line[-1] + 1) * 16 / side >= row + 8 for line in lines)


@pytest.mark.parametrize("rotary", [False, True])
def test_a_next_scale_generator_predicts_what_is_shown_from_what_is_shown(rotary):
    torch.manual_seed(0)
    model = VarTransformer(VarTransformerConfig(8, 2, 2, 16, 5, 3, None, (1, 2, 4), True, True, 6, 3, rotary))
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    labels, maps = torch.randn(2, 3, 6), torch.randn(2, 20, 3)
    with torch.no_grad():
        whole = model(labels, maps)
        assert torch.allclose(predicted_at(model, labels, maps, torch.arange(21).expand(2, -1))[0], whole, atol=1e-5)
        coarse = predicted_at(model, labels, maps, torch.tensor([[0, 1, 2, 3, 4, 9], [0, 1, 2, 3, 4, 20]]))[0]
    assert torch.allclose(coarse[:, :5], whole[:, :5], atol=1e-5)  # coarse scales see no finer ones
    assert not torch.allclose(coarse[0, 5], whole[0, 9], atol=1e-3)


def test_a_token_of_a_scale_counts_as_the_thing_that_it_covers_a_part_of():
    weights = torch.full((2, 256), REST)
    weights[1, 7 * 16 + 9] = 1.0
    found = at_scales(weights, (1, 3, 16))
    assert found.shape == (2, 1 + 9 + 256) and (found[0] == REST).all()
    assert found[1].eq(1).nonzero()[:, 0].tolist() == [0, 1 + 4, 1 + 9 + 7 * 16 + 9]


def test_tokens_begin_as_near_to_each_other_as_their_codes():
    torch.manual_seed(0)
    codes = torch.randn(5, 3) + 2
    rows = spread_codes(codes, 8)
    apart = torch.pdist(rows) / torch.pdist(codes)
    assert rows.shape == (5, 8) and torch.allclose(apart, apart[0].expand(10)) and 0.02 < rows.std() < 0.5


def test_codes_count_the_more_the_nearer_they_are():
    codes = torch.tensor([[0.0, 0.0], [0.1, 0.0], [1.0, 0.0], [0.0, 1.0]])
    rows = near_codes(codes)
    assert torch.allclose(rows.sum(1), torch.ones(4)) and (rows.argmax(1) == torch.arange(4)).all()
    assert rows[0, 1] > 0.1 and rows[0, 2] < 1e-6 and rows[3, 3] > 0.99
    logits = torch.randn(1, 4, 4)
    weights, right = torch.tensor([[1.0, 0.0, 0.0, 0.5]]), torch.arange(4)[None]
    plain = -logits[0].log_softmax(-1)
    wanted = ((rows * plain).sum(1) * weights[0]).sum() / 1.5
    assert torch.allclose(weighed(logits, right, weights, rows), wanted)
    assert torch.allclose(weighed(logits, right, weights), (plain.diagonal() * weights[0]).sum() / 1.5)


def test_one_linear_map_leads_from_every_place_to_the_one_beside_it():
    places = torch.cartesian_prod(torch.arange(16.0), torch.arange(15.0))
    here, beside = waves(places, 64), waves(places + torch.tensor([0.0, 1.0]), 64)
    step = torch.linalg.lstsq(here.double(), beside.double(), driver="gelsd").solution
    assert torch.allclose(here.double() @ step, beside.double(), atol=1e-4)


def test_every_level_leads_to_the_edge_of_its_phase():
    fine, edges = torch.tensor(flow_levels(8)), torch.tensor(flow_levels(2))
    here, after, below = levels_at(torch.arange(8), fine, edges)
    assert torch.equal(below, torch.tensor([0.5] * 4 + [0.0] * 4))
    assert (here > after).all() and (after >= below).all()


def test_along_straight_paths_the_target_is_the_guided_velocity_itself():
    def teacher(x, sigma, text, mask, leads):
        return torch.full_like(x, 2.0 if bool(mask.any()) else 1.0)

    def ahead(x, sigma, text, mask, leads):
        return torch.full_like(x, 4.0)  # 1 + 3·(2 − 1)

    words = Words(torch.ones(2, 1, 3), torch.ones(2, 1, dtype=torch.bool), None)
    levels = (torch.tensor([0.9, 0.4]), torch.tensor([0.8, 0.0]), torch.tensor([0.5, 0.0]))
    target = target_velocity(teacher, ahead, torch.randn(2, 1, 2, 2), levels, words, scale=3.0)
    assert torch.allclose(target, torch.full_like(target, 4.0), atol=1e-5)
    low = (torch.tensor([0.3, 0.2]), torch.tensor([0.0, 0.0]), torch.tensor([0.0, 0.0]))  # where the base model is guided no more
    target = target_velocity(teacher, ahead, torch.randn(2, 1, 2, 2), low, words, scale=3.0)
    assert torch.allclose(target, torch.full_like(target, 2.0), atol=1e-5)


def test_a_student_begins_with_what_one_of_another_base_had_learned():
    sizes = FlowTransformerConfig(latent_channels=4, width=16, depth=1, heads=2, text_width=8)
    base, student = FlowTransformer(sizes), FlowTransformer(sizes)
    model = FlowTransformer(replace(sizes, word_places=3))
    own = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    learned_before(model, base, student)
    for name, weight in model.named_parameters():
        if name == "word_place":
            assert torch.equal(weight, own[name])
        else:
            assert torch.allclose(weight - own[name], student.get_parameter(name) - base.get_parameter(name), atol=1e-5)


def test_a_line_decodes_wherever_it_is_cut_and_the_rest_of_it_counts():
    torch.manual_seed(0)
    model = TiTok(TiTokConfig(4, 3, 8, True, 4, 4, 8, 1, 2, 8, 1, 2, 2, pixels=4))
    nn.init.normal_(model.decoder.latent_token_positional_embedding)
    ids = model.encode(torch.rand(1, 4, 8, 8))
    whole, cut = model.decode(ids), model.decode(ids[:, :2])
    assert whole.shape == cut.shape == (1, 4, 8, 8) and not torch.allclose(whole, cut)


def test_an_untrained_upscaler_enlarges_as_plainly_as_bilinear():
    picture = torch.rand(1, 4, 6, 5)
    picture[:, 3] = 1
    plain = nn.functional.interpolate(picture, scale_factor=2, mode="bilinear")
    assert torch.allclose(Upscaler()(picture), plain, atol=1e-5)


def test_words_behind_the_end_of_a_text_change_nothing():
    torch.manual_seed(0)
    model = Clip(ClipConfig(8, 1, 4, 4, 8, 1, 6, 5, 3))
    first, second = torch.tensor([[2, 5, 0, 0]]), torch.tensor([[2, 5, 1, 3]])
    assert torch.allclose(model.of_words(first), model.of_words(second))
    assert torch.allclose(model.of_pictures(torch.rand(2, 3, 8, 8)).norm(dim=1), torch.ones(2))


def tokens(rgba):
    return nn.functional.avg_pool2d(rgba[:, :1], 32).flatten(1).mul(99).long()


def test_a_pool_is_drawn_once_and_its_captions_belong_to_its_pictures(tmp_path):
    encoder = TextEncoder(TextEncoderConfig(("<padding>", "<unknown>", *all_words()), 8, 1, 2))
    pool = TokenPool(tmp_path, tokens, encoder, torch.device("cpu"))
    pool.grow(PART, 0.0)
    again = TokenPool(tmp_path, lambda rgba: pytest.fail("drawn anew"), encoder, torch.device("cpu"))
    again.grow(PART, 0.0)
    drawn = again.draw(64, 0.0, torch.Generator().manual_seed(0))
    assert drawn.ids.shape == (64, 16) and drawn.names.shape == (64, 16, 16)
    assert 0 < int((drawn.words == 0).all(1).sum()) < 20 and not (drawn.words == 1).any()


def test_a_text_encoder_of_another_world_is_refused(tmp_path):
    encoder = TextEncoder(TextEncoderConfig(("<padding>", "<unknown>", "cat"), 8, 1, 2))
    with pytest.raises(ValueError, match="must know every word of the world, lacks"):
        TokenPool(tmp_path, tokens, encoder, torch.device("cpu"))


def test_the_pack_trains_companions_first_and_shares_add_up():
    names = [row.name for row in ORDER]
    after = {
        "flow_base": "rgba_autoencoder",
        "next_token": "flow_base",
        "masked": "vq",
        "next_scale": "multiscale_vq",
        "flow_small": "flow_base",
    }
    assert sum(row.share for row in ORDER) == 100
    assert all(names.index(model) > names.index(companion) for model, companion in after.items())
    assert names.index("recognizer") < names.index("flow_base")


def test_minutes_of_the_pack_are_remembered(tmp_path):
    Done(tmp_path / "pack.json").add("vq", 1.5)
    Done(tmp_path / "pack.json").add("vq", 1.0)
    assert json.loads((tmp_path / "pack.json").read_text()) == {"vq": 2.5}


def test_the_first_places_of_a_line_are_grids_themselves():
    for count in (1, 4, 16, 64):
        rows, columns = (place.unique().tolist() for place in (finer(8)[:count] // 8, finer(8)[:count] % 8))
        assert rows == columns == list(range(0, 8, round(8 / count**0.5)))


def test_a_line_begins_as_codes_of_the_patches_in_their_places():
    torch.manual_seed(0)
    model = TiTok(TiTokConfig(16, 12, 64, False, 8, 16, 64, 2, 1, 64, 2, 1, pixels=4))
    colors = torch.rand(64, 4, 4, 4).repeat_interleave(8, 2).repeat_interleave(8, 3) + torch.rand(64, 4, 32, 32) / 10
    begin_as_patches(model, colors)
    one, other = colors[:1], colors[1:2]
    mixed = one.clone()
    mixed[..., :8, :8] = other[..., :8, :8]  # the patch of the first token
    with torch.no_grad():
        before, after = (model.latent(pixels)[0, :, 0] for pixels in (one, mixed))
        changed = (after - before).norm(dim=0)
        assert changed[0] > 3 * changed[1:].max()
        free, coded = model.pixels(model.latent(colors)), model.decode(model.encode(colors))
    spread = colors.var()
    assert (free - colors).square().mean() < 0.1 * spread and (coded - colors).square().mean() < 0.5 * spread


def test_centers_lie_in_the_middle_of_what_is_near_them():
    heaps = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]).repeat(50, 1)
    found = clustered(heaps + torch.randn(150, 2, generator=torch.Generator().manual_seed(0)) / 10, 3, seed=3)
    assert torch.cdist(found, heaps[:3]).amin(0).max() < 0.1
