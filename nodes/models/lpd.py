"""LPD: a transformer that is asked for several places at once by queries, near to what is known and far from one another.

Zhang et al. 2025, "Locality-aware parallel decoding for efficient autoregressive image generation". Keys as published.

A token is its code's row plus the row of its place; a query is one learned vector plus the row of the place it asks for. Tokens see the
groups before them and their own, queries the tokens of the groups before and the other queries of their group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.blocks import KeyValueCache
from nodes.models.shapes import Shapes, count, has
from nodes.models.vit_blocks import VitBlock


@dataclass(frozen=True)
class LpdConfig:
    width: int = 1024
    depth: int = 24
    heads: int = 16
    hidden: int = 4096
    codebook: int = 16384
    classes: int = 1000
    length: int = 256

    @classmethod
    def of(cls, shapes: Shapes) -> LpdConfig | None:
        if not has(shapes, "token_emb.weight", "class_emb.weight", "fake_latent", "mask_token", "head.weight"):
            return None
        codebook, width = shapes["token_emb.weight"]
        return cls(
            width,
            count(shapes, "blocks."),
            max(1, width // 64),
            shapes["blocks.0.mlp.fc1.weight"][0],
            codebook,
            shapes["class_emb.weight"][0],
            shapes["pos_embed"][1] - 1,
        )


class Lpd(nn.Module):
    def __init__(self, config: LpdConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or LpdConfig()
        self.class_emb, self.token_emb = nn.Embedding(c.classes, c.width), nn.Embedding(c.codebook, c.width)
        self.fake_latent = nn.Parameter(torch.zeros(1, c.width))
        self.mask_token = nn.Parameter(torch.zeros(1, 1, c.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + c.length, c.width))
        self.z_proj_ln, self.norm = nn.LayerNorm(c.width, 1e-6), nn.LayerNorm(c.width, 1e-6)
        self.blocks = nn.ModuleList(VitBlock(c.width, c.heads, c.hidden) for _ in range(c.depth))
        self.head = nn.Linear(c.width, c.codebook, bias=False)

    def condition(self, labels: Tensor) -> Tensor:
        """The first token (batch, 1, width) of class numbers (batch,); ``classes`` stands for none."""
        rows = torch.cat([self.class_emb.weight, self.fake_latent])
        return rows[labels][:, None] + self.pos_embed[:, :1]

    def tokens(self, ids: Tensor, places: Tensor) -> Tensor:
        return self.token_emb(ids.gather(1, places)) + self.pos_embed[0][1 + places]

    def queries(self, places: Tensor) -> Tensor:
        return self.mask_token + self.pos_embed[0][1 + places]

    def hidden(self, x: Tensor, mask: Tensor, cache: KeyValueCache | None = None, start: int = 0) -> Tensor:
        x = self.z_proj_ln(x)
        for i, block in enumerate(self.blocks):
            x = block(x, mask, cache, i, start)
        return x

    def logits(self, x: Tensor) -> Tensor:
        return self.head(self.norm(x)).float()

    def forward(self, labels: Tensor, ids: Tensor, order: Tensor, groups: Sequence[int]) -> Tensor:
        """Logits of all tokens in the order of reading.

        Args:
            labels: class numbers (batch,); ``classes`` stands for none.
            ids: (batch, length) in raster order.
            order: (batch, length) raster positions in the order of reading.
            groups: how many are asked for together, from first to last.

        Returns:
            (batch, length, codebook) float32.
        """
        length = order.shape[1]
        x = torch.cat([self.condition(labels), self.tokens(ids, order), self.queries(order)], 1)
        group = torch.arange(len(groups), device=ids.device).repeat_interleave(torch.tensor(groups, device=ids.device))
        reader = torch.cat([torch.full((1,), -1, device=ids.device), group, group])
        asks = torch.arange(len(reader), device=ids.device) > length
        earlier, same = reader[:, None] > reader, reader[:, None] == reader
        mask = (earlier & ~asks) | (same & (asks[:, None] == asks))
        return self.logits(self.hidden(x, mask)[:, 1 + length :])


class LpdReader:
    """Predicts any places next, several at once; queries leave nothing behind, their tokens are read with the next ones.

    ``labels`` are one tensor of class numbers (batch,) a prompt, the positive one first.
    """

    def __init__(self, model: Lpd, labels: Sequence[Tensor]) -> None:
        c = model.config
        self.model, self.read = model, 0
        self.start = model.condition(torch.cat(list(labels)))
        self.cache = KeyValueCache(c.depth, len(self.start), c.heads, 1 + c.length, c.width // c.heads, self.start)
        self.before: Tensor | None = None

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) of places ``asked`` (batch or 1, some).

        ``ids`` (batch, length): what was asked for before is known. Prompts left out once are gone.
        """
        many, asked = prompts * len(ids), asked.expand(len(ids), -1)
        if many < len(self.start):
            self.start = self.start[:many]
            self.cache.narrowed(many)
        known = self.start if self.before is None else self.model.tokens(ids, self.before).repeat(prompts, 1, 1)
        x = torch.cat([known, self.model.queries(asked).repeat(prompts, 1, 1)], 1)
        end, fresh = self.read + x.shape[1], known.shape[1]
        mask = torch.ones(x.shape[1], end, dtype=torch.bool, device=x.device)
        mask[:fresh, self.read + fresh :] = False  # tokens do not see the queries beside them
        out = self.model.hidden(x, mask, self.cache, self.read)
        self.read, self.before = self.read + fresh, asked
        return self.model.logits(out[:, fresh:]).unflatten(0, (prompts, -1))
