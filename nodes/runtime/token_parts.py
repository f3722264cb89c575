"""Tokens that a generator predicts in parts: groups of the bits of an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Parts:
    """How many parts a token has, of how many bits each; part 0 has the lowest bits. One part is the token itself."""

    count: int = 1
    bits: int = 0

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Parts:
        count = config.get("parts", 1)
        return cls(count, config["bits"] // count) if count > 1 else cls()

    def grids(self, grids: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        """What the parts fill: a line, where a token has several."""
        return grids if self.count == 1 else ((1, self.count * sum(rows * columns for rows, columns in grids)),)

    def split(self, ids: Tensor) -> Tensor:
        """Ids (batch, length) to those of their parts (batch, length · parts), −1 where unknown."""
        if self.count == 1:
            return ids
        parts = (ids[..., None] >> self._shifts(ids)) & (2**self.bits - 1)
        return torch.where(ids[..., None] < 0, -1, parts).flatten(1)

    def joined(self, ids: Tensor) -> Tensor:
        """The way back; a token with an unknown part is unknown."""
        if self.count == 1:
            return ids
        parts = ids.unflatten(1, (-1, self.count))
        return torch.where((parts < 0).any(-1), -1, (parts << self._shifts(ids)).sum(-1))

    def _shifts(self, ids: Tensor) -> Tensor:
        return self.bits * torch.arange(self.count, device=ids.device)
