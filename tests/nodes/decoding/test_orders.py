"""Orders visit every cell once, in the shape that they promise."""

from __future__ import annotations

import random

import pytest
import torch

from nodes.decoding.orders import diagonals, growing, halton, in_parts, locality_aware, region_groups, regions, still_masked


def test_regions_are_visited_in_turn() -> None:
    assert regions(4, 4).tolist() == [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15]
    assert [group.shape[1] for group in region_groups(4, 4)] == [1, 1, 1, 1, 4, 4, 4]
    with pytest.raises(ValueError, match="must be a square number whose root divides 4, got 9"):
        regions(4, 9)


def test_diagonals_go_down_the_rows() -> None:
    assert [group[0].tolist() for group in diagonals(3)] == [[0], [1, 3], [2, 4, 6], [5, 7], [8]]


@pytest.mark.parametrize("side", [1, 3, 8, 17])
def test_the_halton_order_visits_every_cell_and_spreads_the_first_ones(side: int) -> None:
    order = halton(side)
    assert sorted(order.tolist()) == list(range(side * side))
    if side == 8:
        quarters = {(cell // 8 // 4, cell % 8 // 4) for cell in order[:6].tolist()}
        assert len(quarters) == 4


@pytest.mark.parametrize(("length", "steps"), [(256, 88), (9, 4), (4, 9)])
def test_counts_grow_and_add_up(length: int, steps: int) -> None:
    counts = growing(length, steps)
    assert sum(counts) == length
    assert min(counts) >= 1
    assert counts[0] <= counts[-1]
    assert [part.shape[1] for part in in_parts(torch.arange(length)[None], counts)] == counts


def test_what_is_still_masked_falls_to_nothing() -> None:
    counts = still_masked(16, 5)
    assert counts == [15, 12, 9, 4, 0]


def test_cells_of_a_step_touch_what_is_known_and_not_one_another() -> None:
    counts = [1, 2, 3, 4, 6]
    steps = locality_aware(4, counts, random.Random(0))
    assert [len(step) for step in steps] == counts
    assert len({cell for step in steps for cell in step}) == 16
    (first,), second = steps[0], steps[1]
    near = [cell for cell in second if max(abs(cell[0] - first[0]), abs(cell[1] - first[1])) == 1]
    assert near
    assert max(abs(second[0][0] - second[1][0]), abs(second[0][1] - second[1][1])) > 1
    assert locality_aware(4, counts, random.Random(0)) == steps
