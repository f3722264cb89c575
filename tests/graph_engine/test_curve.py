"""Curves through points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine.curve import height_at, heights_at
from graph_engine.kinds import STRAIGHT, Curve, broken_rule, from_text

heights = st.floats(0, 1)


def test_a_straight_curve_changes_nothing():
    assert [round(height_at(STRAIGHT, x / 10), 12) for x in range(11)] == [x / 10 for x in range(11)]


@given(st.lists(st.tuples(st.floats(0, 1), heights), min_size=2, max_size=9, unique_by=lambda point: round(point[0], 3)))
def test_a_curve_meets_its_points_and_never_leaves_what_lies_between_two_of_them(points):
    points = sorted(points)
    for left, right in zip(points, points[1:], strict=False):
        between = heights_at(points, [left[0] + (right[0] - left[0]) * t / 8 for t in range(9)])
        low, high = sorted((left[1], right[1]))
        assert between[0] == pytest.approx(left[1]) and between[-1] == pytest.approx(right[1])
        assert all(low - 1e-9 <= height <= high + 1e-9 for height in between)


def test_a_curve_is_level_before_its_first_point_and_behind_its_last():
    assert heights_at([[0.25, 0.2], [0.5, 0.9]], (0, 0.1, 0.75, 1)) == [0.2, 0.2, 0.9, 0.9]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("text", "must be 2 to 64 points [x, y], got 'text'"),
        ([[0, 0]], "must be 2 to 64 points [x, y], got [[0, 0]]"),
        ([[0, 0], [1, float("nan")]], "must be 2 to 64 points [x, y], got [[0, 0], [1, nan]]"),
        ([[0.5, 0], [0.5, 1]], "must have points from left to right within 0 to 1, each beyond the one before, got [[0.5, 0], [0.5, 1]]"),
        ([[0, 0], [1, 2]], "must have heights within 0 to 1, got [[0, 0], [1, 2]]"),
    ],
)
def test_what_is_no_curve_is_refused_with_the_rule(value, rule):
    assert broken_rule(Curve(), value) == rule


def test_a_curve_is_read_from_text_as_json():
    assert from_text(Curve(), "[[0, 1], [1, 0]]") == [[0, 1], [1, 0]]
