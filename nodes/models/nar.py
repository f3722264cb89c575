"""NAR: LlamaGen's transformer that predicts to the right and below, so that a diagonal of the picture comes at a time.

He et al. 2025, "Neighboring autoregressive modeling for efficient visual generation". Keys as published.

The stream before the last layer predicts the token to the right, the one after it the token below. A cell that has a neighbor on
both sides takes the mean of both logits; the first one the mean of both heads at the class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.blocks import RmsNorm
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, llama_sizes
from nodes.models.shapes import Shapes, has


@dataclass(frozen=True)
class NarConfig(LlamaGenGptConfig):
    """``depth`` counts the last layer too."""

    @classmethod
    def of(cls, shapes: Shapes) -> NarConfig | None:
        if not has(shapes, "tok_embeddings.weight", "medusa_norm.weight", "medusa_output.weight"):
            return None
        return cls(**llama_sizes(shapes))


class Nar(LlamaGenGpt):
    config: NarConfig

    def __init__(self, config: NarConfig | None = None) -> None:
        super().__init__(config or NarConfig(depth=13))
        self.medusa_norm = RmsNorm(self.config.width)
        self.medusa_output = nn.Linear(self.config.width, self.config.codebook, bias=False)

    def both(self, x: Tensor, *where: object) -> tuple[Tensor, Tensor]:
        """Logits to the right and below, each (batch, length, codebook), of a stream (batch, length, width)."""
        rotation, mask, cache, start = where
        turn = self.turn(rotation)
        for i, layer in enumerate(self.layers):
            if i == len(self.layers) - 1:
                right = self.logits(x)
            x = layer(x, turn, mask, cache, i, start)
        return right, self.medusa_output(self.medusa_norm(x)).float()

    def forward(self, condition: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Logits to the right and below at every position, each (batch, 1 + length, codebook), of all tokens (batch, length)."""
        x = torch.cat([self.cls_embedding(condition), self.tok_embeddings(ids)], 1)
        return self.both(x, self.rotation(), proximity_mask(self.config.side, x.device), None, 0)


def proximity_mask(side: int, device: torch.device | None = None) -> Tensor:
    """(1 + cells, 1 + cells) bool: a cell sees the class and all cells of its own and earlier diagonals."""
    row, column = torch.arange(side, device=device)[:, None], torch.arange(side, device=device)
    diagonal = torch.cat([torch.full((1,), -1, device=device), (row + column).flatten()])
    return diagonal[:, None] >= diagonal


class NarReader:
    """Predicts one diagonal after another; within one, the rows go down.

    ``labels`` are one tensor of class numbers (batch,) a prompt, the positive one first.
    """

    def __init__(self, model: Nar, labels: Sequence[Tensor]) -> None:
        self.model, self.read = model, 0
        self.start = model.cls_embedding(torch.cat(list(labels)))
        self.cache = model.cache(len(self.start), 1 + model.config.length, self.start)
        self.rotation = model.rotation()
        self.before: Tensor | None = None  # the diagonal that was predicted last

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) of ``asked`` (1, cells of the next diagonal).

        ``ids`` (batch, length): the diagonals before it known. Prompts left out once are gone.
        """
        many = prompts * len(ids)
        if many < len(self.start):
            self.start = self.start[:many]
            self.cache.narrowed(many)
        if self.before is None:
            x, rotation = self.start, self.rotation[:1]
        else:
            x, rotation = self.model.tok_embeddings(ids[:, self.before]).repeat(prompts, 1, 1), self.rotation[1 + self.before]
        # All that was read lies on earlier diagonals, so nothing needs a mask.
        right, below = self.model.both(x, rotation, None, self.cache, self.read)
        logits = (right + below) / 2 if self.before is None else self._met(right, below, self.before, asked[0])
        self.read, self.before = self.read + x.shape[1], asked[0]
        return logits.unflatten(0, (prompts, -1))

    def _met(self, right: Tensor, below: Tensor, before: Tensor, asked: Tensor) -> Tensor:
        """The predictions of the left and of the upper neighbor, averaged where a cell has both."""
        side = self.model.config.side
        row, top = asked // side, int(before[0]) // side
        has_left, has_upper = asked % side > 0, row > 0
        from_left = right[:, (row - top).clamp(0, len(before) - 1)]
        from_upper = below[:, (row - 1 - top).clamp(0, len(before) - 1)]
        weights = torch.stack([has_left, has_upper]).float()
        left, upper = (weights / weights.sum(0))[..., None].unbind(0)
        return from_left * left + from_upper * upper
