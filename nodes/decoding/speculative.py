"""Which drafted tokens may stay: exactly, so that the model's distribution is kept, or relaxed by likeness of codes.

Letters: p the model's distribution at a place given what is before it, q the one a draft was drawn from, r uniform in 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.decoding.logits import picked


@dataclass(frozen=True, eq=False)
class Drafts:
    """A window of L drafts: tokens (L,) and the distributions they were drawn from (L, codebook); the first is settled."""

    tokens: Tensor
    drawn_from: Tensor


def verified(drafts: Drafts, fresh: Drafts, uniform: Tensor, exponential: Tensor, likeness: Likeness | None = None) -> tuple[Tensor, int]:
    """One round of speculative Jacobi decoding (Teng et al. 2024, algorithm 1, after Leviathan et al. 2023).

    Args:
        drafts: what the model was fed.
        fresh: what it says then: ``fresh.drawn_from[i]`` is p after draft i, ``fresh.tokens[i]`` a draw from it.
        uniform: (L,), number i decides on draft i.
        exponential: (codebook,), of mean 1, for the replacement of the first draft that is rejected.
        likeness: how far acceptance is relaxed; None = not at all: the distribution is the model's.

    Returns:
        tokens (L,) that follow the settled one, and how many of them are settled now; the others are the next drafts.
    """
    tokens = fresh.tokens.clone()
    for i in range(1, len(drafts.tokens)):
        x = drafts.tokens[i]
        p, q = fresh.drawn_from[i - 1], drafts.drawn_from[i]
        if uniform[i] < (p[x] + (likeness.added(p, int(x)) if likeness else 0)) / q[x]:  # of 1 or more: always
            tokens[i - 1] = x
            continue
        rest = (p - q).clamp(min=0) if likeness is None else likeness.rest(p, q, int(x))
        # Where rounding leaves nothing, p and q are the same.
        tokens[i - 1] = picked(rest / rest.sum() if rest.sum() > 0 else p, exponential)
        return tokens, i
    return tokens, len(tokens)


def likest(codebook: Tensor) -> Tensor:
    """(codes, codes − 1): for each code the others, nearest first, by Euclidean distance of the stored rows."""
    distance = torch.cdist(codebook.double(), codebook.double())
    return distance.fill_diagonal_(-1).argsort(-1)[:, 1:]


class Likest:
    """As `likest`, a row at a time as it is asked for: the whole table of a large codebook would take gigabytes."""

    def __init__(self, codebook: Tensor) -> None:
        self.codebook = codebook.double()
        self._rows: dict[int, Tensor] = {}

    def __getitem__(self, asked: tuple[int, int | slice]) -> Tensor:
        code, which = asked
        if code not in self._rows:
            distance = (self.codebook - self.codebook[code]).square().sum(-1)
            distance[code] = -1
            self._rows[code] = distance.argsort()[1:]
        return self._rows[code][which]


@dataclass(frozen=True, eq=False)
class Likeness:
    """How far acceptance may be relaxed (Jang et al. 2024, "LANTERN", section 4.2).

    Attributes:
        nearest: of each code the likest others, from `likest`.
        count: how many of them may count.
        budget: δ; up to 1 the probability that they may add, above 1 what the draft's own is multiplied by at most (LANTERN++).
    """

    nearest: Tensor | Likest
    count: int
    budget: float

    def added(self, p: Tensor, x: int) -> float:
        """The probability that like codes add to draft x: as many of the nearest as the budget holds."""
        sums = p[self.nearest[x, : self.count]].cumsum(0)
        most = self.budget if self.budget <= 1 else (self.budget - 1) * float(p[x])
        within = sums[sums <= most]
        return float(within[-1]) if len(within) else 0.0

    def _usable(self, p: Tensor, x: int) -> bool:
        first = float(p[self.nearest[x, 0]])
        return first <= (self.budget if self.budget <= 1 else (self.budget - 1) * float(p[x]))

    def rest(self, p: Tensor, q: Tensor, x: int) -> Tensor:
        """What is drawn from once draft x of q was rejected: p less q; like codes that spoke for x stand in q for nothing."""
        q = q.clone()
        if self._usable(p, x):
            q[self.nearest[x, : self.count + 1]] = 0
        return (p - q).clamp(min=0)

    def without(self, p: Tensor, x: int) -> Tensor:
        """p after draft x was rejected, and with it the like codes that spoke for it; even where nothing is left."""
        p = p.clone()
        if self._usable(p, x):
            p[self.nearest[x, : self.count + 1]] = 0
        p[x] = 0
        return p / p.sum() if p.sum() > 0 else torch.full_like(p, 1 / len(p))


def accepted(drafts: Sequence[int], predicted: Tensor, likeness: Likeness, uniform: Callable[[int], float]) -> tuple[int, Tensor]:
    """How many drafts of a chain stay, and the distribution of the token behind them.

    Args:
        drafts: certain ones (q = 1), each behind the one before it.
        predicted: p (drafts + 1, codebook), at the place of each draft and behind the last.
        likeness: how far acceptance is relaxed.
        uniform: ``uniform(i)`` decides on draft i.
    """
    for i, x in enumerate(drafts):
        if uniform(i) > float(predicted[i, x]) + likeness.added(predicted[i], x):
            return i, likeness.without(predicted[i], x)
    return len(drafts), predicted[len(drafts)]
