from __future__ import annotations

import pytest

from nodes.decoding.schedules import flow_levels, shifted


def test_levels_fall_from_one_to_zero_in_equal_steps() -> None:
    assert flow_levels(4) == (1.0, 0.75, 0.5, 0.25, 0.0)


def test_a_shift_moves_levels_towards_noise_and_keeps_the_ends() -> None:
    levels = flow_levels(10, 3.0)
    assert (levels[0], levels[-1]) == (1.0, 0.0)
    assert all(moved > plain for moved, plain in zip(levels[1:-1], flow_levels(10)[1:-1], strict=True))


def test_shift_of_three_takes_the_middle_to_three_quarters() -> None:
    assert shifted(0.5, 3.0) == 0.75  # 3 · 0.5 / (1 + 2 · 0.5)


def test_shifts_one_after_another_multiply() -> None:
    assert shifted(shifted(0.3, 2.0), 1.5) == pytest.approx(shifted(0.3, 3.0))


@pytest.mark.parametrize(("steps", "shift", "rule"), [(0, 1.0, "steps: must be at least 1"), (5, 0.0, "shift: must be above 0")])
def test_a_schedule_refuses_what_is_out_of_range(steps: int, shift: float, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        flow_levels(steps, shift)
