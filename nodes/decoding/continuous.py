"""Continuous tokens in random order as a strategy: how many at a time, and how each is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nodes.decoding.strategies import Picking, TokenStrategy, strategy_type


@strategy_type
@dataclass(frozen=True, eq=False)
class Continuous(TokenStrategy):
    """Continuous tokens in random order, a growing number at a time (Li et al. 2024, "MAR", section 3.3).

    Run by `nodes.decoding.masked_latents`, since there are no logits to pick from.

    Attributes:
        count: of steps.
        denoising: steps of the small diffusion that draws each token.
        temperature: what the noise of these steps is multiplied by.
    """

    picking: Picking = Picking()
    count: int = 64
    denoising: int = 100
    temperature: float = 1.0
    families: ClassVar = ("masked latents",)
    alone: ClassVar = True
