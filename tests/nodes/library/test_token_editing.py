"""Pictures of tokens are edited in part: what a mask, rows, a slide or a hand leaves is kept to the token, the rest is made new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.strategies import TokenStrategy
from nodes.library.editing.blend_tokens import blend_tokens
from nodes.library.editing.drop_tail import drop_tail
from nodes.library.editing.erase_tokens import erase_tokens
from nodes.library.editing.keep_rows import keep_rows
from nodes.library.editing.rewrite_tokens import rewrite_tokens
from nodes.library.generator.load_generator import load_generator
from nodes.library.outpainting.slide_tokens import slide_tokens
from nodes.library.prompt.class_label import class_label
from nodes.library.prompt.encode_prompt import encode_prompt
from nodes.library.sampling.generate import generate
from nodes.library.sampling.next_scale import next_scale
from nodes.library.tokenizer.decode import decode
from nodes.library.tokenizer.encode import encode
from nodes.library.tokenizer.load_tokenizer import load_tokenizer
from nodes.training import world
from nodes.training.autoencoder import premultiplied, psnr
from nodes.values import Image, Mask, Tokens
from tests.nodes.token_models import tiny_generator, tiny_tokenizer

GRIDDED = ["llamagen-gpt", "randar", "lpd", "arpg", "uvitbert", "maskbit", "var-transformer", "hmar"]


def grid(ids: list[int], rows: int = 2) -> Tokens:
    return Tokens(torch.tensor([ids]), ((rows, len(ids) // rows),), 9, "t")


def line(ids: list[int]) -> Tokens:
    return grid(ids, 1)


def right_half(side: int) -> Mask:
    mask = torch.zeros(1, 1, side, side)
    mask[..., side // 2 :] = 1
    return Mask(mask)


@pytest.mark.parametrize("layout", GRIDDED)
def test_tokens_outside_the_mask_stay_and_some_inside_change(layout: str, tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, layout)
    before = generate(Context(), generator, class_label(0), seed=1)
    erased = erase_tokens(before, right_half(generator.size))
    strategy = next_scale(keep_rest=False) if layout == "var-transformer" else None
    after = generate(Context(), generator, class_label(1), strategy=strategy, tokens=erased, seed=2, count=4)
    assert 0 < int(erased.known.sum()) < before.ids.shape[1]
    assert torch.equal(after.ids[:, erased.known[0]], before.ids[:, erased.known[0]].expand(4, -1))
    assert not torch.equal(after.ids, before.ids.expand(4, -1))


def test_later_scales_make_up_for_what_earlier_ones_changed_in_the_rest() -> None:
    scene = world.draw(world.scenes(torch.arange(8, 12), (1, 0, 0, 0))).rgba
    generator, text_encoder, tokenizer = load_generator(file="starter/next_scale")
    words = encode_prompt(Context(), text_encoder, "a cat in a meadow")
    mask = torch.zeros(4, 1, 128, 128)
    mask[:, :, 32:96, 32:96] = 1
    before = encode(Context(), Image(scene), tokenizer)
    coded, rest = premultiplied(decode(Context(), before, tokenizer).pixels), 1 - mask

    def near(strategy: TokenStrategy) -> float:
        after = generate(Context(), generator, words, strategy=strategy, tokens=erase_tokens(before, Mask(mask)), seed=2, count=4)
        return float(psnr(premultiplied(decode(Context(), after, tokenizer).pixels) * rest, coded * rest))

    assert near(next_scale()) > near(next_scale(keep_rest=False)) + 6
    whole = replace(before, known=torch.ones_like(before.ids, dtype=torch.bool))
    assert torch.equal(generate(Context(), generator, words, tokens=whole, count=4).ids, before.ids)


def test_a_token_is_erased_where_the_mask_covers_any_of_it_and_its_neighbors_if_grown() -> None:
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 0, 0] = 1
    tokens = grid(list(range(4)) * 4, 4)
    assert erase_tokens(tokens, Mask(mask)).known.logical_not().nonzero()[:, 1].tolist() == [0]
    assert erase_tokens(tokens, Mask(mask), grow=1).known.logical_not().nonzero()[:, 1].tolist() == [0, 1, 4, 5]


def test_scales_before_the_first_stay_whole() -> None:
    tokens = Tokens(torch.zeros(1, 21, dtype=torch.int64), ((1, 1), (2, 2), (4, 4)), 9, "t")
    whole = Mask(torch.ones(1, 1, 8, 8))
    assert erase_tokens(tokens, whole).known.sum() == 1  # the one that tells but the overall look
    assert erase_tokens(tokens, whole, first_scale=2).known[0].tolist() == [True] * 5 + [False] * 16


def test_what_was_unknown_stays_so_when_more_is_erased() -> None:
    freed = rewrite_tokens(grid([1, 2, 3, 4]), "0, 0 = ?")
    assert erase_tokens(freed, right_half(4)).known.tolist() == [[False, False, True, False]]


def test_a_picture_is_continued_from_its_first_rows(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "llamagen-gpt")
    before = generate(Context(), generator, class_label(0), seed=1)
    after = generate(Context(), generator, class_label(0), tokens=keep_rows(before, 2), seed=2, count=3)
    assert torch.equal(after.ids[:, :8], before.ids[:, :8].expand(3, -1))
    assert not torch.equal(after.ids[:, 8:], before.ids[:, 8:].expand(3, -1))


def test_slid_tokens_are_the_same_tokens_elsewhere(tmp_path: Path) -> None:
    slid = slide_tokens(grid([1, 2, 3, 4, 5, 6]), right=1)
    assert slid.known.tolist() == [[False, True, True, False, True, True]]
    assert slid.ids[slid.known].tolist() == [1, 2, 4, 5]
    up = slide_tokens(grid([1, 2, 3, 4, 5, 6]), down=-1)
    assert up.ids[up.known].tolist() == [4, 5, 6]
    assert not slide_tokens(grid([1, 2, 3, 4]), right=2).known.any()


def test_single_tokens_are_written_by_hand() -> None:
    changed = rewrite_tokens(grid([1, 2, 3, 4]), "1, 0 = 8\n\n0,1=?")
    assert changed.ids.tolist() == [[1, 2, 8, 4]]
    assert changed.known.tolist() == [[True, False, True, True]]


def test_a_place_of_a_coarser_scale_is_written_there() -> None:
    tokens = Tokens(torch.zeros(1, 5, dtype=torch.int64), ((1, 1), (2, 2)), 9, "t")
    assert rewrite_tokens(tokens, "0, 0 = 7", scale=0).ids.tolist() == [[7, 0, 0, 0, 0]]
    assert rewrite_tokens(tokens, "0, 0 = 7").ids.tolist() == [[0, 7, 0, 0, 0]]


@pytest.mark.parametrize(
    ("changes", "said"), [("1; 0", "line 1: must be as 3, 4 = 17"), ("\n2, 0 = 1", "line 2: .* names 2, 0"), ("0, 0 = 9", "within 0 to 8")]
)
def test_a_line_that_says_nothing_sensible_is_named(changes: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        rewrite_tokens(grid([1, 2, 3, 4]), changes)


def test_fewer_tokens_of_a_line_still_decode_and_show_something_else(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(tmp_path, "titok")
    picture = Image(torch.rand(1, 3, tokenizer.cell, tokenizer.cell, generator=torch.Generator().manual_seed(0)))
    tokens = encode(Context(), picture, tokenizer)
    few = drop_tail(tokens, 3)
    assert torch.equal(few.ids, tokens.ids[:, :3])
    whole, short = (decode(Context(), each, tokenizer).pixels for each in (tokens, few))
    assert whole.shape == short.shape
    assert not torch.equal(whole, short)


def test_a_blend_takes_its_share_from_the_second_picture() -> None:
    first, second = line([1] * 8), line([2] * 8)
    assert blend_tokens(first, second, 0.25, "head").ids.tolist() == [[2, 2, 1, 1, 1, 1, 1, 1]]
    assert blend_tokens(first, second, 0.25, "tail").ids.tolist() == [[1, 1, 1, 1, 1, 1, 2, 2]]
    scattered = blend_tokens(first, second, 0.5, "scattered", seed=3)
    assert int((scattered.ids == 2).sum()) == 4
    assert not torch.equal(scattered.ids, blend_tokens(first, second, 0.5, "scattered", seed=4).ids)


def test_what_has_no_place_or_no_order_is_refused_with_a_remedy() -> None:
    with pytest.raises(Failure, match="a mask names places"):
        erase_tokens(line([1, 2]), right_half(4))
    with pytest.raises(Failure, match="must lie in a line"):
        drop_tail(grid([1, 2, 3, 4]), 2)
    with pytest.raises(Failure, match="must fill one grid, are in a line"):
        slide_tokens(line([1, 2]), right=1)
    with pytest.raises(Failure, match="rows: must be within 0 to 2"):
        keep_rows(grid([1, 2, 3, 4]), 3)
    with pytest.raises(Failure, match="second: must have the tokenizer of first"):
        blend_tokens(line([1, 2]), Tokens(torch.ones(1, 2, dtype=torch.int64), ((1, 2),), 9, "u"))


def test_more_tokens_of_the_starter_show_more():
    line_of = load_tokenizer("starter/titok")
    true = world.draw(world.scenes(torch.arange(1 << 40, (1 << 40) + 16))).rgba
    tokens = encode(Context(), Image(true), line_of)
    shown = [premultiplied(decode(Context(), drop_tail(tokens, count), line_of).pixels) for count in (4, 16, 64)]
    few, some, all_of_them = (float(psnr(pixels, premultiplied(true))) for pixels in shown)
    assert 14 < few < some < all_of_them and all_of_them > 20
