"""A whole picture at a look: noise in every place becomes tokens at once; a second look makes the later ones again.

Liu et al. 2024, "Distilled Decoding 1: one-step sampling of image auto-regressive models with flow matching". Flow matching makes the
tokens that a model writes one after the other a function of noise, and a student learns that function: each token follows from the noise
in its place and all before. A second look takes what the first one made of the first tokens, and the same noise behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.decoding.strategies import Picking, TokenStrategy, strategy_type


@strategy_type
@dataclass(frozen=True, eq=False)
class FewLooks(TokenStrategy):
    """The whole picture at a look (Liu et al. 2024, "Distilled Decoding").

    Run by `looked`, since nothing is drawn but the noise in front of it.

    Attributes:
        picking: not asked, as the likeliest code is always taken.
        count: of looks, 1 or 2.
        kept: how many of the first tokens, or scales, a second look keeps; 0 = as the student was published.
        split: how many are taken as codes, those behind them as the vectors that the student says; 0 likewise.
    """

    picking: Picking = Picking()
    count: int = 1
    kept: int = 0
    split: int = 0
    families: ClassVar = ("few looks",)


class Look(Protocol):
    def __call__(self, values: Tensor, known: int, split: int) -> tuple[Tensor, Tensor]:
        """What a student says of tokens (batch, L, D) whose first ``known`` are known, the others noise.

        Returns:
            Logits (batch, split − known, codebook) of those from ``known`` to ``split``, and vectors (batch, L − split, D) of those behind.
        """


AfterLook = Callable[[int, Tensor], None]
"""``after_look(looks done, values)``."""


def unseen(done: int, values: Tensor) -> None:
    """An `AfterLook` for whoever wants the result alone."""


def looked(look: Look, noise: Tensor, codes: Tensor, split: int, starts: Sequence[int], after_look: AfterLook = unseen) -> Tensor:
    """Values (batch, L, D) of all tokens.

    Args:
        look: the student.
        noise: (batch, L, D), of variance 1.
        codes: (codebook, D), the values of each code.
        split: tokens before this one are codes.
        starts: the first token that each look makes, ascending; what a look before it made of the earlier ones stays.
        after_look: called after each.
    """
    values = noise
    for number, start in enumerate(starts):
        logits, vectors = look(torch.cat([values[:, :start], noise[:, start:]], 1), start, max(start, split))
        values = torch.cat([values[:, :start], F.embedding(logits.argmax(-1), codes), vectors], 1)
        after_look(number + 1, values)
    return values
