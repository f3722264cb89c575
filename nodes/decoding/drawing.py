"""Random numbers for decoding tokens: by item, by what they are for and by step, so that neither batch nor order of asking matters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor

from nodes.decoding.logits import Draw
from nodes.decoding.noise import item_seed


def drawn_for(seed: int, items: Sequence[int]) -> Draw:
    """Random numbers for some items of the batch that a seed names; the first axis of every shape is theirs.

    Kinds that end in "uniform" are in 0 to 1, those that end in "normal" of variance 1, all others exponential of mean 1.
    """

    def draw(kind: str, step: int, shape: tuple[int, ...]) -> Tensor:
        return torch.stack([_numbers(kind, shape[1:], _generator(seed, item, kind, step)) for item in items])

    return draw


def _generator(seed: int, item: int, kind: str, step: int) -> torch.Generator:
    message = item_seed(seed, item).to_bytes(8, "little") + step.to_bytes(8, "little") + kind.encode()
    return torch.Generator().manual_seed(int.from_bytes(hashlib.blake2b(message, digest_size=8).digest(), "little"))


def _numbers(kind: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    if kind.endswith("uniform"):
        return torch.rand(shape, generator=generator)
    if kind.endswith("normal"):
        return torch.randn(shape, generator=generator)
    # Never 0, which would make every other token impossible.
    return torch.empty(shape).exponential_(generator=generator).clamp(min=torch.finfo(torch.float32).tiny)
