"""Weights in a prompt, as artists write them: ``(red:1.4) cat`` weighs a word more, ``(red:0.5)`` less, ``(red)`` a little more.

Brackets may lie in brackets, and their weights multiply. ``\\(`` and ``\\)`` are brackets that mean nothing. What is only syntax is
replaced by spaces, so that every word stays where it stands in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph_engine.errors import Failure

BRACKETS_ALONE = 1.1
"""The weight of words in brackets without a number."""
MOST = 10.0
NUMBER = re.compile(r":\s*(\d+(?:\.\d*)?|\.\d+)\s*$")


@dataclass(frozen=True)
class Weighted:
    """A prompt without its syntax, of the same length, and the weight of each of its characters."""

    text: str
    weights: tuple[float, ...]

    @property
    def is_plain(self) -> bool:
        return all(weight == 1 for weight in self.weights)


def weighted(prompt: str) -> Weighted:
    """Read the weights of a prompt; brackets without a partner are text.

    Raises:
        Failure: a weight is too large.
    """
    plain, weights, opened = list(prompt), [1.0] * len(prompt), []
    at = 0
    while at < len(prompt):
        if prompt[at] == "\\" and prompt[at + 1 : at + 2] in ("(", ")"):
            plain[at] = " "
            at += 1
        elif prompt[at] == "(":
            opened.append(at)
        elif prompt[at] == ")" and opened:
            _close(prompt, opened.pop(), at, plain, weights)
        at += 1
    return Weighted("".join(plain), tuple(weights))


def _close(prompt: str, start: int, end: int, plain: list[str], weights: list[float]) -> None:
    """Weigh what stands between two brackets, and blank what is syntax."""
    found = NUMBER.search(prompt, start + 1, end)
    weight = float(found[1]) if found else BRACKETS_ALONE
    if weight > MOST:
        raise Failure(f"prompt: weights must be within 0 to {MOST:g}, got {found[1] if found else weight}", "Write a smaller number.")
    for at in range(start, end + 1):
        weights[at] *= weight
    blank = [start, end, *(range(found.start(), end) if found else ())]
    for at in blank:
        plain[at] = " "


def escaped(prompt: str) -> str:
    """A prompt of the time when brackets meant nothing, so that they still do not."""
    return re.sub(r"(?<!\\)([()])", r"\\\1", prompt)
