"""Digests of plain values: the same for what is the same, and for nothing else."""

from __future__ import annotations

import math
import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph_engine import value_type_of

NUMBERS = st.booleans() | st.integers() | st.floats(allow_nan=False) | st.integers(-(2**300), 2**300)


def digest(value: Any) -> str:
    return value_type_of(value).digest(value)


def identity(value: Any) -> tuple[str, Any]:
    return type(value).__name__, struct.pack("d", value) if isinstance(value, float) else value


@given(NUMBERS, NUMBERS)
def test_numbers_have_one_digest_just_if_they_are_one(first: Any, second: Any):
    assert (digest(first) == digest(second)) == (identity(first) == identity(second))


def test_one_is_another_number_as_a_whole_one_as_a_float_and_as_a_toggle():
    assert len({digest(1), digest(1.0), digest(True), digest("1"), digest("Integer:0x1")}) == 5
    assert digest(0.0) != digest(-0.0)
    assert digest(math.nan) == digest(math.nan)


def test_digests_are_short_and_come_through_whatever_joins_them():
    for value in (2**5000, -(2**63), -1.2345678901234567e-300, True, "a\0b"):
        assert len(digest(value)) <= 32 and digest(value).isascii() and "\0" not in digest(value)


@given(NUMBERS)
def test_a_number_is_loaded_as_it_was_stored(number: Any):
    known = value_type_of(number)
    assert known.store and known.load and identity(known.load(known.store(number))) == identity(number)
