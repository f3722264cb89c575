"""What stands where in a scene, as targets for a stream inside a network.

Published work aligns it with the features of a large vision encoder (Yu et al. 2024, "REPA"); the world knows the answer.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.training import world
from nodes.training.vocabulary import PLACES, THINGS

CLASSES = len(THINGS) + len(PLACES)
PARTS = 8
"""Parts of a thing along either side."""
REST = 0.25
"""What a cell counts where no thing is, beside one that shows a thing."""


def class_map(batch: world.Scenes, owner: Tensor, cells: int) -> Tensor:
    """(batch, cells, cells) int64: the thing seen at the middle of each cell, or past the things, the place."""
    slot = _middles(owner, cells)
    thing = batch.thing.gather(1, slot.clamp(min=0).flatten(1)).view_as(slot)
    return torch.where(slot >= 0, thing, len(THINGS) + batch.place[:, None, None])


def part_map(batch: world.Scenes, owner: Tensor, cells: int) -> Tensor:
    """(batch, cells, cells) int64: the part of the thing seen at the middle of each cell, counted in rows as the upright sticker has
    them, or PARTS² where no thing is."""
    slot = _middles(owner, cells)
    line = (torch.arange(cells, device=slot.device) + 0.5) * 2 / cells - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    on_stickers = torch.einsum("bsij,jhw->bsihw", world.frames(batch), torch.stack([x, y, torch.ones_like(x)]))
    row = slot.clamp(min=0)[:, None, None].expand(-1, 1, 2, -1, -1)
    across, down = on_stickers.gather(1, row)[:, 0].add(1).mul(PARTS / 2).long().clamp(0, PARTS - 1).unbind(1)
    return torch.where(slot >= 0, down * PARTS + across, PARTS**2)


def _middles(owner: Tensor, cells: int) -> Tensor:
    """(batch, cells, cells) int64: the slot seen at the middle of each cell."""
    stride = owner.shape[1] // cells
    return owner[:, stride // 2 :: stride, stride // 2 :: stride].long()


class Alignment(nn.Module):
    """A head that must tell from a stream what stands in each cell, and which part of it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.namer = nn.Linear(width, CLASSES)
        self.parter = nn.Linear(width, PARTS**2 + 1)

    def forward(self, stream: Tensor, names: Tensor, parts: Tensor, weights: Tensor) -> Tensor:
        """The loss of a stream (batch, cells, width) beside maps and weights (batch, cells), as it counts beside that of the tokens."""
        naming, parting = (weighed(head(stream), right, weights) for head, right in ((self.namer, names), (self.parter, parts)))
        return 0.1 * naming + 0.3 * parting


def weights_of(names: Tensor) -> Tensor:
    """What each cell of a class map counts. Things are a sixth of a picture and most of what is to be learned."""
    return torch.where(names < len(THINGS), 1.0, REST)


def weighed(logits: Tensor, right: Tensor, weights: Tensor, rows: Tensor | None = None) -> Tensor:
    """The cross-entropy of logits (batch, length, choices), each by its weight (batch, length).

    ``right`` is (batch, length); where a right choice stands for a distribution, that is its one of the ``rows`` (choices, choices).
    """
    target = right.flatten() if rows is None else rows[right.flatten()]
    each = F.cross_entropy(logits.flatten(0, 1).float(), target, reduction="none")
    return (each * weights.flatten()).sum() / weights.sum()
