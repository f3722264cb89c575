"""Weights of words in a prompt, changed as artists know it: what is selected is put in brackets, and the number behind it moves."""

from __future__ import annotations

import re
from typing import NamedTuple

BRACKETS_ALONE = 1.1
LEAST, MOST = 0.0, 10.0
NUMBER = re.compile(r":\s*(\d+(?:\.\d*)?|\.\d+)\s*$")
SYNTAX = re.compile(r"\\[()]|[()]|:\s*(?:\d+(?:\.\d*)?|\.\d+)\s*(?=\))")
"""What of a prompt is no word: brackets and their numbers."""
WORD = re.compile(r"[\w'-]+")


class Chosen(NamedTuple):
    """A prompt and what is selected in it."""

    text: str
    start: int
    end: int


class _Group(NamedTuple):
    """Brackets: where they stand, where what they hold ends, and their weight."""

    opens: int
    ends: int
    closes: int
    weight: float


def reweighted(chosen: Chosen, by: float) -> Chosen:
    """The words that are selected, or the one at the cursor, with another weight; at 1 their brackets go.

    Inside of brackets it is the weight of those brackets that changes.
    """
    chosen = _of_words(chosen)
    if chosen.start == chosen.end:
        return chosen
    if (group := _around(chosen)) is None:
        return _in_brackets(chosen, round(1 + by, 2))
    text, weight = chosen.text, min(MOST, max(LEAST, round(group.weight + by, 2)))
    inner = text[group.opens + 1 : group.ends]
    made = inner if weight == 1 else f"({inner}:{weight:g})"
    before = group.opens + (weight != 1)
    shift = before - (group.opens + 1)
    return Chosen(text[: group.opens] + made + text[group.closes + 1 :], chosen.start + shift, min(chosen.end, group.ends) + shift)


def _in_brackets(chosen: Chosen, weight: float) -> Chosen:
    text, start, end = chosen
    return Chosen(f"{text[:start]}({text[start:end]}:{weight:g}){text[end:]}", start + 1, end + 1)


def _of_words(chosen: Chosen) -> Chosen:
    """The selection without the spaces at its ends, without brackets that are all around it; without one the word at the cursor."""
    text, start, end = chosen
    if start == end:
        found = next((word for word in WORD.finditer(text) if word.start() <= start <= word.end()), None)
        return Chosen(text, *found.span()) if found else chosen
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    for group in _groups(text):
        if (group.opens, group.closes + 1) == (start, end):
            return Chosen(text, group.opens + 1, group.ends)
    return Chosen(text, start, end)


def _around(chosen: Chosen) -> _Group | None:
    """The smallest brackets around what is selected."""
    around = [group for group in _groups(chosen.text) if group.opens < chosen.start and chosen.end <= group.closes]
    return min(around, key=lambda group: group.closes - group.opens, default=None)


def _groups(text: str) -> list[_Group]:
    found, opened = [], []
    for at, letter in enumerate(text):
        if at and text[at - 1] == "\\":
            continue
        if letter == "(":
            opened.append(at)
        elif letter == ")" and opened:
            start = opened.pop()
            number = NUMBER.search(text, start + 1, at)
            found.append(_Group(start, number.start() if number else at, at, float(number[1]) if number else BRACKETS_ALONE))
    return found
