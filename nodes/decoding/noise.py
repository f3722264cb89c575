"""Noise by seed: drawn on the CPU, each item of a batch from a seed of its own.

So no picture depends on the size of its batch or on the device.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor


def item_seed(seed: int, item: int) -> int:
    """The 64-bit seed of one item: a hash, so that the batches of neighboring seeds share no pictures."""
    message = seed.to_bytes(8, "little") + item.to_bytes(8, "little")
    return int.from_bytes(hashlib.blake2b(message, digest_size=8, person=b"tessera.item").digest(), "little")


def noise(shape: Sequence[int], seed: int, items: Sequence[int]) -> Tensor:
    """Standard normal noise.

    Args:
        shape: of one item, without the batch.
        seed: of the batch, 0 to 2^64 − 1.
        items: numbers of the items wanted, each 0 or more.

    Returns:
        (items, \\*shape) float32 on the CPU.
    """
    drawn = (torch.randn(tuple(shape), generator=torch.Generator().manual_seed(item_seed(seed, item))) for item in items)
    return torch.stack(list(drawn))
