"""Which reader predicts the tokens of a layout, what those tokens fill, and how they are decoded if nobody says: one row a layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.scale_strategies import Scales
from nodes.decoding.strategies import Diagonals, LocalityAware, Picking, RandomOrder, Raster, Regions, TokenStrategy, Unmask
from nodes.decoding.tokens import Predict, Step
from nodes.models.arpg import ArpgReader
from nodes.models.hmar import HmarReader
from nodes.models.llamagen_gpt import LlamaGenReader
from nodes.models.lpd import LpdReader
from nodes.models.maskbit import MaskBitReader
from nodes.models.masked_generators import MaskedReader
from nodes.models.maskgen import MaskGenReader
from nodes.models.meissonic import MeissonicReader
from nodes.models.nar import NarReader
from nodes.models.par import ParReader
from nodes.models.randar import RandArReader
from nodes.models.rar import RarReader
from nodes.models.shapes import square_root
from nodes.models.var_transformer import VarReader

Config = Mapping[str, Any]
Grids = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Opening:
    """What a reader is opened with.

    Attributes:
        model: the generator's module.
        conditions: a tensor of class numbers (batch,), or of features (batch, words, width), or words, a prompt; the positive one first.
        mask: (prompts · batch, words) bool where words lead.
        tokenizer: its module at the generator's scales; None for those that need none.
        steps: what will be asked for.
    """

    model: Any
    conditions: Sequence[Any]
    mask: Tensor | None
    tokenizer: Any
    steps: Sequence[Step]

    def order(self) -> Tensor:
        """(L,): the positions of the first item in the order in which they are asked for."""
        return torch.cat([step.asked[0] for step in self.steps])


@dataclass(frozen=True)
class TokenFamily:
    """How the tokens of a layout are predicted.

    Attributes:
        opened: the reader.
        strategy: how they are decoded if nobody says.
        remembers: whether it reads on from what it read before, so that a prompt that was left out cannot come back.
        fits: the families of tokenizers whose tokens these are.
        caught_up: how a reader is brought to where another one is: "read" = it reads what is known by itself, "together" = it is asked for
            all of that at once, "replay" = step by step.
        scaled: tokens fill one grid a scale, and the reader needs the tokenizer's codes.
        pooled: conditions are words with the vector of the whole text, as CLIP gives them.
    """

    opened: Callable[[Opening], Predict]
    strategy: Callable[[Config], TokenStrategy]
    remembers: bool = True
    fits: tuple[str, ...] = ("codes",)
    scaled: bool = False
    caught_up: str = "read"
    pooled: bool = False

    def grids(self, config: Config, tokenizer: str) -> Grids:
        """What the tokens fill, with a tokenizer of a family."""
        if self.scaled:
            return tuple((side, side) for side in config["scales"])
        side = square_root(config["length"]) if tokenizer == "codes" else None
        return ((side, side),) if side else ((1, config["length"]),)


def _plain(reader: Callable[..., Predict], strategy: TokenStrategy, **facts: Any) -> TokenFamily:
    return TokenFamily(lambda opening: reader(opening.model, opening.conditions), lambda config: strategy, **facts)


def _scaled(reader: Callable[..., Predict], remembers: bool) -> TokenFamily:
    return TokenFamily(
        lambda opening: reader(opening.model, opening.tokenizer, opening.conditions),
        lambda config: STARTER_STRATEGIES["next scale"] if _led_by_words(config) else Scales(),
        remembers,
        ("scales",),
        scaled=True,
        caught_up="replay",
    )


def _led_by_words(config: Config) -> bool:
    return config.get("caption_width") is not None


STARTER_STRATEGIES: dict[str, TokenStrategy] = {
    "next token": Raster(Picking(temperature=0.25)),
    "masked": Unmask(count=24, randomness=0.5, annealed=False),
    "next scale": Scales(Picking(temperature=0.5)),
}
"""How the starter's generators are decoded, as it was measured to be best: calmly, since what they learn counts codes near the right one as
right too. Published ones are decoded as their authors do."""

TOKEN_FAMILIES: dict[str, TokenFamily] = {
    "llamagen-gpt": TokenFamily(
        lambda o: LlamaGenReader(o.model, o.conditions, o.mask),
        lambda config: STARTER_STRATEGIES["next token"] if config.get("attentive") else Raster(),
    ),
    "rar": _plain(RarReader, Raster()),
    "par": TokenFamily(
        lambda o: ParReader(o.model, o.conditions, o.order()), lambda config: Regions(parts=config["regions"]), caught_up="replay"
    ),
    "nar": _plain(NarReader, Diagonals(), caught_up="replay"),
    "randar": _plain(RandArReader, RandomOrder(count=88), caught_up="together"),
    "lpd": _plain(LpdReader, LocalityAware(), caught_up="replay"),
    "arpg": _plain(ArpgReader, RandomOrder(), caught_up="replay"),
    "var-transformer": _scaled(VarReader, remembers=True),
    "hmar": _scaled(HmarReader, remembers=False),
    "imagebert": _plain(MaskedReader, Unmask(), remembers=False, fits=("line", "codes")),
    "uvitbert": TokenFamily(
        lambda o: MaskedReader(o.model, o.conditions),
        lambda config: STARTER_STRATEGIES["masked"] if _led_by_words(config) else Unmask(count=64, randomness=2.8),
        remembers=False,
        fits=("line", "codes"),
    ),
    "maskgen-vq": _plain(MaskGenReader, Unmask(count=16, randomness=2.0), remembers=False, fits=("line",), pooled=True),
    "meissonic": TokenFamily(
        lambda o: MeissonicReader(o.model, o.conditions, len(o.steps)),
        lambda config: Unmask(count=64, schedule="cosine", randomness=2.0, annealed=False, odds=True),
        remembers=False,
        pooled=True,
    ),
    "maskbit": _plain(MaskBitReader, Unmask(count=64), remembers=False),
}
"""Readers by the name of a layout."""


def codebook_of(config: Config) -> int:
    """How many codes a generator or tokenizer of tokens knows; 0 for one that knows none."""
    if "codebook" in config:
        return config["codebook"] or 0
    if "levels" in config:
        return prod(config["levels"])
    return 2 ** config["bits"] if "bits" in config else 0
