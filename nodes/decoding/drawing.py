"""Random numbers for decoding tokens: by item, by what they are for and by step, so that neither batch nor order of asking matters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from nodes.decoding.logits import Draw
from nodes.decoding.noise import item_seed


def drawn_for(seed: int, items: Sequence[int]) -> Draw:
    """Random numbers for some items of the batch that a seed names; the first axis of every shape is theirs.

    Kinds that end in "uniform" are in 0 to 1, those that end in "normal" of variance 1, all others exponential of mean 1.
    """

    def draw(kind: str, step: int, shape: tuple[int, ...]) -> Tensor:
        return torch.stack([_numbers(kind, shape[1:], _seed(seed, item, kind, step)) for item in items])

    return draw


def _seed(seed: int, item: int, kind: str, step: int) -> int:
    message = item_seed(seed, item).to_bytes(8, "little") + step.to_bytes(8, "little") + kind.encode()
    return int.from_bytes(hashlib.blake2b(message, digest_size=8).digest(), "little")


def _numbers(kind: str, shape: tuple[int, ...], seed: int) -> Tensor:
    if kind.endswith("uniform"):
        return torch.rand(shape, generator=torch.Generator().manual_seed(seed))
    if kind.endswith("normal"):
        return torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    # One a code and token: torch would take longer to draw them than to predict. In float64, since small ones win.
    drawn = torch.from_numpy(np.random.Generator(np.random.SFC64(seed)).standard_exponential(shape)).float()
    return drawn.clamp(min=torch.finfo(torch.float32).tiny)  # never 0, which would make every other token impossible
