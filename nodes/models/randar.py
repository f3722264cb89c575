"""RandAR: LlamaGen's transformer in any order, told before each token which place comes next.

Pang et al. 2024, "RandAR: decoder-only autoregressive visual generation in random orders". Keys as published.

The sequence is [class, instruction for π(0), token π(0), instruction for π(1), token π(1), …]; the output at an instruction predicts
its token. An instruction is one learned vector, turned as the rotary positions of its place turn a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.blocks import causal_mask, rotated_pairs
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, llama_sizes
from nodes.models.shapes import Shapes, has


@dataclass(frozen=True)
class RandArConfig(LlamaGenGptConfig):
    @classmethod
    def of(cls, shapes: Shapes) -> RandArConfig | None:
        if not has(shapes, "tok_embeddings.weight", "pos_instruct_embeddings"):
            return None
        return cls(**llama_sizes(shapes))


class RandAr(LlamaGenGpt):
    config: RandArConfig

    def __init__(self, config: RandArConfig | None = None) -> None:
        super().__init__(config or RandArConfig())
        self.pos_instruct_embeddings = nn.Parameter(torch.zeros(1, self.config.width))

    def turned(self, places: Tensor) -> Tensor:
        """Rotations (batch, 1, length, head width/2, 2) of places (batch, length)."""
        return self.rotation()[self.config.caption_length + places][:, None]

    def instructions(self, places: Tensor) -> Tensor:
        """(batch, length, width) for places (batch, length)."""
        heads = self.pos_instruct_embeddings.view(1, self.config.heads, 1, -1).expand(len(places), -1, places.shape[1], -1)
        return rotated_pairs(heads, self.turned(places)).transpose(1, 2).flatten(2)

    def forward(self, condition: Tensor, ids: Tensor, order: Tensor) -> Tensor:
        """Logits of all tokens in the order of reading.

        Args:
            condition: class numbers (batch,); ``classes`` stands for none.
            ids: (batch, length) in raster order.
            order: (batch, length) raster positions in the order of reading.

        Returns:
            (batch, length, codebook) float32.
        """
        pairs = torch.stack([self.instructions(order), self.tok_embeddings(ids.gather(1, order))], 2).flatten(1, 2)
        x = torch.cat([self.cls_embedding(condition), pairs], 1)
        turned = self.turned(order.repeat_interleave(2, 1))
        rotation = torch.cat([torch.zeros_like(turned[:, :, :1]), turned], 2)
        return self.logits(self.hidden(x, rotation, causal_mask(x.shape[1], x.shape[1], x.device))[:, 1::2])


class RandArReader:
    """Predicts any places next, several at once.

    What was asked for together stands in the memory as instructions alone; once its tokens are known it is read again, interleaved
    with them, over the first of those instructions.
    """

    def __init__(self, model: RandAr, labels: Sequence[Tensor]) -> None:
        self.model = model
        self.start = model.cls_embedding(torch.cat(list(labels)))
        self.cache = model.cache(len(self.start), 1 + 2 * model.config.length, self.start)
        self.read = 0  # positions that stay as they are: all pairs but those of the last step, and its first instruction
        self.before: Tensor | None = None

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) of places ``asked`` (batch or 1, some).

        ``ids`` (batch, length): what was asked for before is known. Prompts left out once are gone.
        """
        many, model = prompts * len(ids), self.model
        asked = asked.expand(len(ids), -1)
        if many < len(self.start):
            self.start = self.start[:many]
            self.cache.narrowed(many)
        before = asked[:, :0] if self.before is None else self.before
        tokens = model.tok_embeddings(ids.gather(1, before))
        # [token 0, instruction 1, token 1, …] of the last step: its first instruction is still there.
        pairs = torch.stack([model.instructions(before), tokens], 2).flatten(1, 2)[:, 1:]
        x = torch.cat([pairs, model.instructions(asked)], 1).repeat(prompts, 1, 1)
        rotation = model.turned(torch.cat([before.repeat_interleave(2, 1)[:, 1:], asked], 1)).repeat(prompts, 1, 1, 1, 1)
        if self.before is None:
            x = torch.cat([self.start, x], 1)
            rotation = torch.cat([torch.zeros_like(rotation[:, :, :1]), rotation], 2)
        end = self.read + x.shape[1]
        out = model.hidden(x, rotation, causal_mask(x.shape[1], end, x.device), self.cache, self.read)
        self.read, self.before = end - asked.shape[1] + 1, asked
        return model.logits(out[:, -asked.shape[1] :]).unflatten(0, (prompts, -1))
