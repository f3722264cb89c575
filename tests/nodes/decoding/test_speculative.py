"""Drafts may speed decoding up; what comes out is distributed as the model says, or as near as the budget."""

from __future__ import annotations

import pytest
import torch

from nodes.decoding.speculative import Drafts, Likeness, accepted, likest, verified


def test_a_verified_draft_has_the_distribution_of_the_model() -> None:
    p, q = torch.tensor([0.5, 0.3, 0.15, 0.05]), torch.tensor([0.1, 0.2, 0.3, 0.4])
    many, generator = 20_000, torch.Generator().manual_seed(0)
    drafts = torch.multinomial(q, many, replacement=True, generator=generator)
    uniform = torch.rand(many, generator=generator)
    exponential = torch.empty(many, 4).exponential_(generator=generator)
    seen = torch.zeros(4)
    for draft, r, e in zip(drafts, uniform, exponential, strict=True):
        window = Drafts(torch.stack([torch.tensor(0), draft]), torch.stack([q, q]))
        fresh = Drafts(torch.tensor([0, 0]), torch.stack([p, p]))
        tokens, _ = verified(window, fresh, torch.stack([r, r]), e)
        seen[tokens[0]] += 1
    chi_square = float(((seen - many * p) ** 2 / (many * p)).sum())
    assert chi_square < 16.27  # 3 degrees of freedom, one in a thousand


def test_a_certain_draft_that_agrees_settles_the_whole_window() -> None:
    certain = torch.nn.functional.one_hot(torch.tensor([1, 2, 3]), 4).float()
    drafts = Drafts(torch.tensor([1, 2, 3]), certain)
    fresh = Drafts(torch.tensor([2, 3, 0]), torch.nn.functional.one_hot(torch.tensor([2, 3, 0]), 4).float())
    tokens, settled = verified(drafts, fresh, torch.full((3,), 0.999), torch.ones(4))
    assert (tokens.tolist(), settled) == ([2, 3, 0], 3)


def test_what_lies_behind_a_rejected_draft_becomes_the_next_drafts() -> None:
    q = torch.nn.functional.one_hot(torch.tensor([0, 1, 1]), 4).float()
    p = torch.nn.functional.one_hot(torch.tensor([3, 2, 2]), 4).float()
    tokens, settled = verified(Drafts(torch.tensor([0, 1, 1]), q), Drafts(torch.tensor([3, 2, 2]), p), torch.zeros(3), torch.ones(4))
    assert (tokens.tolist(), settled) == ([3, 2, 2], 1)


CODES = torch.tensor([[0.0], [1.0], [1.5], [9.0]])


@pytest.mark.parametrize(("budget", "stays"), [(0.0, 0), (0.25, 1), (3.0, 1)])
def test_likeness_adds_what_the_budget_holds(budget: float, stays: int) -> None:
    p = torch.tensor([[0.5, 0.2, 0.25, 0.05], [0.25, 0.25, 0.25, 0.25]])
    many, behind = accepted([1], p, Likeness(likest(CODES), 2, budget), lambda _: 0.4)
    assert many == stays
    assert float(behind.sum()) == pytest.approx(1)


def test_likest_codes_come_nearest_first_without_the_code_itself() -> None:
    assert likest(CODES).tolist() == [[1, 2, 3], [2, 0, 3], [1, 0, 3], [2, 1, 0]]


def test_a_rejected_draft_takes_its_like_codes_with_it_only_if_they_spoke_for_it() -> None:
    likeness, p = Likeness(likest(CODES), 1, 0.1), torch.tensor([0.1, 0.2, 0.3, 0.4])
    assert likeness.without(p, 1).tolist() == pytest.approx([0.125, 0, 0.375, 0.5])
    spoke = Likeness(likest(CODES), 1, 0.35)
    assert spoke.without(p, 1).tolist() == pytest.approx([0, 0, 0, 1])
    assert spoke.without(torch.tensor([0.5, 0.2, 0.3, 0.0]), 1).tolist() == [0.25] * 4
