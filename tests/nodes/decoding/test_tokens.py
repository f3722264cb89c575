"""Tokens are filled in as the steps ask, from what the filters leave; given ones stay."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.decoding.drawing import drawn_for
from nodes.decoding.logits import Sampler, bottom_p, gumbel, picked, top_k, top_p
from nodes.decoding.masked import Unmasking, left_masked, power_cosine, rising, unmask
from nodes.decoding.next_scale import SoftCodes, kept_by_scale, over_scales, reconsidered
from nodes.decoding.tokens import Step, fill, guided, in_raster, until

LOGITS = torch.tensor([0.5, 0.2, 0.2, 0.1]).log()


def kept(logits: Tensor) -> list[int]:
    return logits.isfinite().nonzero()[:, 0].tolist()


def test_top_k_keeps_what_equals_the_kth() -> None:
    assert kept(top_k(LOGITS, 2)) == [0, 1, 2]
    assert kept(top_k(LOGITS, 0)) == kept(top_k(LOGITS, 9)) == [0, 1, 2, 3]


def test_top_p_keeps_the_token_that_crosses_and_bottom_p_drops_it() -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    assert kept(top_p(logits, 0.6)) == [0, 1]
    assert kept(bottom_p(logits, 0.6)) == [0, 1]
    assert kept(top_p(logits, 0.1)) == kept(bottom_p(logits, 0.1)) == [0]
    assert kept(bottom_p(logits, 0.84)) == [0, 1, 2]  # 0.05 is no more than 0.16, 0.2 is


def test_a_draw_has_the_probabilities_it_is_given() -> None:
    likely = torch.tensor([0.1, 0.2, 0.7]).expand(40_000, 3)
    exponential = torch.empty(40_000, 3).exponential_(generator=torch.Generator().manual_seed(0))
    seen = picked(likely, exponential).bincount(minlength=3) / 40_000
    assert torch.allclose(seen, likely[0], atol=0.01)  # four deviations of a share of 40,000


def test_gumbel_noise_of_0_and_1_is_finite() -> None:
    assert gumbel(torch.tensor([0.0, 1.0])).isfinite().all()


def next_is_one_more(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """A toy that counts: each token is certainly one more than the one before it, modulo 5."""
    before = torch.where(asked > 0, ids[:, (asked[0] - 1).clamp(min=0)], torch.zeros_like(asked))
    likely = torch.nn.functional.one_hot((before + 1) % 5, 5).float()
    return torch.stack([likely, 1 - likely][:prompts])


def test_raster_feeds_each_token_to_the_next() -> None:
    ids = fill(next_is_one_more, torch.full((2, 6), -1), in_raster(6, [None] * 6), Sampler())
    assert ids.tolist() == [[1, 2, 3, 4, 0, 1]] * 2


def test_a_picture_is_continued_from_its_first_tokens() -> None:
    start = torch.tensor([[1, 2, 0, -1, -1]])
    ids = fill(next_is_one_more, start, in_raster(5, [None] * 5, first=3), Sampler())
    assert ids.tolist() == [[1, 2, 0, 1, 2]]
    assert start.tolist() == [[1, 2, 0, -1, -1]]


def test_known_tokens_stay_though_they_are_asked_for() -> None:
    given = torch.tensor([[-1, 4, -1, -1]])
    ids = fill(next_is_one_more, given, [Step(torch.tensor([[i]])) for i in range(4)], Sampler(), known=given >= 0)
    assert ids.tolist() == [[1, 4, 0, 1]]


def test_a_scale_of_one_is_the_conditional_prediction() -> None:
    both = torch.randn(2, 1, 3, 4, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(guided(both, 1.0), both[0])
    assert torch.equal(guided(both[:1], None), both[0])
    assert torch.allclose(guided(both, 3.0), both[1] + 3 * (both[0] - both[1]))


def test_guidance_ends_after_its_last_step_and_scale_one_asks_for_nothing() -> None:
    assert until(4.0, 1, 4) == [4.0, 4.0, None, None]
    assert until(1.0, 3, 2) == [None, None]


def test_scales_are_asked_for_one_after_another_under_growing_guidance() -> None:
    steps = over_scales((1, 2, 3), 4.0)
    assert [step.asked.tolist()[0][0] for step in steps] == [0, 1, 5]
    assert [step.scale for step in steps] == [1.0, 3.0, 5.0]
    assert over_scales((1, 2), 0.0)[1].scale is None


def test_an_edit_keeps_what_the_mask_says_on_every_scale_and_the_first_wholly() -> None:
    mask = torch.zeros(1, 4, 4)
    mask[:, :, :2] = 1
    assert kept_by_scale(mask, (1, 2, 4)).tolist() == [[True] + [True, False] * 2 + [True, True, False, False] * 4]


def test_soft_codes_are_certain_where_a_token_is_given() -> None:
    seen: list[Tensor] = []
    choose = SoftCodes(Sampler(), seen.append, 2, given=(torch.tensor([[2, -1]]),))
    choose(torch.zeros(1, 2, 4), 0)
    assert seen[0].tolist() == [[[0, 0, 1, 0], [0.25] * 4]]


def place_decides(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """A toy that is surer of later places; the token is the place."""
    place = torch.arange(ids.shape[1])
    sure = torch.nn.functional.one_hot(place, ids.shape[1]) * (place[:, None] + 1.0)
    return sure.expand(prompts, len(ids), -1, -1)[:, :, asked[0]]


def test_masked_decoding_settles_the_surest_first_and_keeps_what_is_known() -> None:
    given, seen = torch.tensor([[-1, 0, -1, -1, -1, -1]]), []
    ids = unmask(place_decides, given, Unmasking([None] * 3), lambda done, ids: seen.append((ids >= 0)[0].tolist()))
    assert ids.tolist() == [[0, 0, 2, 3, 4, 5]]
    assert seen[0] == [False, True, False, False, True, True]
    assert all(sum(before) < sum(after) for before, after in zip(seen, seen[1:], strict=False))


def test_what_was_written_is_taken_back_and_what_was_given_is_not() -> None:
    given, seen = torch.tensor([[-1] * 31 + [0]]), []
    how = Unmasking([None] * 8, back=0.5, drawn_back=drawn_for(0, [0]))
    ids = unmask(place_decides, given, how, lambda done, ids: seen.append((ids >= 0)[0]))
    assert ids.tolist() == [[*range(31), 0]]
    assert any(bool((before & ~after).any()) for before, after in zip(seen, seen[1:], strict=False))
    assert all(bool(one[31]) for one in seen)
    plain: list[int] = []
    unmask(place_decides, given, Unmasking([None] * 8), lambda done, ids: plain.append(int((ids >= 0).sum())))
    assert [int(one.sum()) for one in seen] == plain  # the schedule of masks is the same


def rightly_later(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """A toy that is wrong about all places (code 1) while nothing is known, and right (code 0) as soon as something is."""
    wrong = (ids < 0).all(1).long()
    likely = torch.nn.functional.one_hot(wrong, 2).float()[:, None].expand(-1, ids.shape[1], -1)
    return likely.expand(prompts, -1, -1, -1)[:, :, asked[0]]


def test_mistakes_of_early_steps_are_mended_where_tokens_are_taken_back() -> None:
    def mistakes(back: float) -> int:
        uneven = Unmasking([None] * 40, 1e-6, unsure=True, draw=drawn_for(0, [0]), back=back, drawn_back=drawn_for(0, [0]))
        return int(unmask(rightly_later, torch.full((1, 64), -1), uneven).sum())

    assert mistakes(0.3) < mistakes(0.0)


def test_the_last_tokens_are_settled_however_many_steps_there_are() -> None:
    ids = unmask(place_decides, torch.full((1, 3), -1), Unmasking([None] * 9))
    assert ids.tolist() == [[0, 1, 2]]
    assert [left_masked(32, (step + 1) / 8) for step in range(8)] == [29, 26, 24, 21, 18, 14, 10, 0]


def test_guidance_schedules_start_and_end_where_they_should() -> None:
    assert rising(4.0, 4) == [None, 2.0, 3.0, 4.0]
    assert power_cosine(7.0, 4, 1.0)[0] == 1.0
    assert power_cosine(7.0, 4, 0.0) == [7.0] * 4


class Doubts:
    """A toy over scales of sides 1 and 2: surer of later places, and right about a token only when asked again."""

    def __init__(self) -> None:
        self.seen: list[list[bool]] = []

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        sure = torch.arange(1.0, asked.shape[1] + 1)
        return (torch.nn.functional.one_hot(torch.tensor(0), 3) * sure[:, None])[None, None]

    def again(self, ids: Tensor, masked: Tensor, prompts: int = 1) -> Tensor:
        self.seen.append(masked[0].tolist())
        return torch.nn.functional.one_hot(torch.tensor(2), 3).float().expand(1, 1, 4, 3)


def test_the_unsurest_tokens_of_a_scale_are_drawn_again_and_the_others_stay() -> None:
    doubts = Doubts()
    ids = reconsidered(doubts, torch.full((1, 5), -1), over_scales((1, 2), 0.0), Sampler(), [[1], [1, 2, 1]])
    assert doubts.seen[0] == [True, True, True, False]
    assert sum(doubts.seen[1]) == 1
    assert ids.tolist() == [[0, 2, 2, 2, 0]]
