"""RAR: a causal transformer trained in random order that knows which position it is to predict.

Yu et al. 2024, "Randomized autoregressive visual generation". Keys as published.

Vocabulary of V codes: 0 … V − 1 tokens, V unused, V + 1 + c class c, the last row no class. The sequence is [start, class, tokens in
order]; the output at position 1 + k predicts the k-th token of the order, whose place is told by the target-aware rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import KeyValueCache, Played, causal_mask
from nodes.models.shapes import Shapes, count, has
from nodes.models.vit_blocks import VitFeedForward

SPARE = 1024
"""Rows of the position tables behind the picture's."""


@dataclass(frozen=True)
class RarConfig:
    width: int = 768
    depth: int = 24
    heads: int = 16
    hidden: int = 3072
    codebook: int = 1024
    classes: int = 1000
    length: int = 256
    position_rows: int = 1280
    time_rows: int = 356

    @classmethod
    def of(cls, shapes: Shapes) -> RarConfig | None:
        if not has(shapes, "target_aware_pos_embed", "timesteps_embeddings", "adaln_before_head.", "blocks."):
            return None
        rows, width = shapes["embeddings.weight"]
        codebook, positions = shapes["lm_head.weight"][0], shapes["pos_embed"][1]
        return cls(
            width,
            count(shapes, "blocks."),
            width // shapes["blocks.0.attn.q_norm.weight"][0],
            shapes["blocks.0.mlp.fc1.weight"][0],
            codebook,
            rows - codebook - 2,
            positions - SPARE,
            positions,
            shapes["timesteps_embeddings"][1],
        )


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.q_norm, self.k_norm = nn.LayerNorm(width // heads, 1e-6), nn.LayerNorm(width // heads, 1e-6)

    def forward(self, x: Tensor, mask: Tensor | None, cache: KeyValueCache | None, layer: int, start: int | Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = self.q_norm(q), self.k_norm(k)  # each (batch, heads, length, head width)
        if cache is not None:
            k, v = cache.extended(layer, start, k, v)
        return self.proj(F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2))


class _Block(nn.Module):
    def __init__(self, c: RarConfig) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(c.width, 1e-6), nn.LayerNorm(c.width, 1e-6)
        self.attn, self.mlp = _Attention(c.width, c.heads), VitFeedForward(c.width, c.hidden)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 6 * c.width))

    def modulations(self, condition: Tensor) -> Tensor:
        """(6, batch, length, width): shift, scale and gate of both parts; 1 is added to the scales."""
        found = self.adaLN_modulation(condition).unflatten(-1, (6, -1)).permute(2, 0, 1, 3)
        return found + found.new_tensor([0, 1, 0, 0, 1, 0])[:, None, None, None]

    def forward(self, x: Tensor, modulations: Tensor, *where: object) -> Tensor:
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = modulations.unbind(0)
        x = torch.addcmul(x, gate_1, self.attn(torch.addcmul(shift_1, self.norm1(x), scale_1), *where))
        return torch.addcmul(x, gate_2, self.mlp(torch.addcmul(shift_2, self.norm2(x), scale_2)))


class Rar(nn.Module):
    def __init__(self, config: RarConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or RarConfig()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, c.width))
        self.pos_embed, self.target_aware_pos_embed = (nn.Parameter(torch.zeros(1, c.position_rows, c.width)) for _ in range(2))
        self.timesteps_embeddings = nn.Parameter(torch.zeros(1, c.time_rows, c.width))
        self.embeddings = nn.Embedding(c.codebook + c.classes + 2, c.width)
        self.blocks = nn.ModuleList(_Block(c) for _ in range(c.depth))
        self.adaln_before_head = nn.ModuleDict({"adaLN_modulation": nn.Sequential(nn.SiLU(), nn.Linear(c.width, 2 * c.width))})
        self.lm_head = nn.Linear(c.width, c.codebook)

    def places(self, order: Tensor) -> Tensor:
        """What is added at each position (batch or 1, 2 + length, width): its own place, and the place that it is to predict."""
        first = torch.arange(2, device=order.device).expand(len(order), 2)
        here = torch.cat([first, order + 2], 1)  # rows of the tokens' own places
        next_ = F.pad(order + 2, (1, 1), value=-1)  # rows of the places to predict; none at the start and at the end
        aware = torch.where(next_[..., None] < 0, 0.0, self.target_aware_pos_embed[0][next_.clamp(min=0)])
        return self.pos_embed[0][here] + aware

    def class_(self, labels: Tensor) -> Tensor:
        """(batch, 1, width)."""
        return self.embeddings(labels + self.config.codebook + 1)[:, None]

    def modulations(self, class_: Tensor, start: int, end: int) -> list[Tensor]:
        """Of each block, and of the head, at positions from ``start`` to before ``end``: (6 or 2, batch, length, width)."""
        condition = class_ + self.timesteps_embeddings[:, start:end]
        scale, shift = self.adaln_before_head["adaLN_modulation"](condition).chunk(2, -1)
        return [*(block.modulations(condition) for block in self.blocks), torch.stack([shift, 1 + scale])]

    def logits(
        self, x: Tensor, modulations: Sequence[Tensor], mask: Tensor | None, cache: KeyValueCache | None = None, start: int | Tensor = 0
    ) -> Tensor:
        for i, block in enumerate(self.blocks):
            x = block(x, modulations[i], mask, cache, i, start)
        shift, scale = modulations[-1].unbind(0)
        return self.lm_head(torch.addcmul(shift, F.layer_norm(x, x.shape[-1:], eps=1e-6), scale)).float()

    def forward(self, labels: Tensor, ids: Tensor, order: Tensor | None = None) -> Tensor:
        """Logits of all tokens, and of what would follow them.

        Args:
            labels: class numbers (batch,); ``classes`` stands for none.
            ids: (batch, length) in raster order.
            order: (batch or 1, length) raster positions in the order of reading; None = raster.

        Returns:
            (batch, length + 1, codebook) float32, in the order of reading.
        """
        order = torch.arange(ids.shape[1], device=ids.device)[None] if order is None else order
        tokens, class_ = self.embeddings(ids.gather(1, order.expand(len(ids), -1))), self.class_(labels)
        x = torch.cat([self.cls_token.expand(len(labels), -1, -1), class_, tokens], 1) + self.places(order)
        return self.logits(x, self.modulations(class_, 0, x.shape[1]), causal_mask(x.shape[1], x.shape[1], x.device))[:, 1:]


AHEAD = 32
"""Positions whose modulations are worked out together; they go by class and position alone."""


class RarReader:
    """Predicts tokens one after another, in raster order or in one given.

    ``labels`` are one tensor of class numbers (batch,) a prompt, the positive one first; all prompts go through the model together.
    ``played`` does what `one` does, where a GPU plays it again.
    """

    def __init__(self, model: Rar, labels: Sequence[Tensor], order: Tensor | None = None) -> None:
        c = model.config
        self.model, self.prompts, self.read = model, len(labels), -1  # -1: not even the class
        self.class_ = model.class_(torch.cat(list(labels)))
        self.order = torch.arange(c.length, device=self.class_.device)[None] if order is None else order
        self.places = model.places(self.order)
        self.cache = KeyValueCache(c.depth, len(self.class_), c.heads, c.length + 2, c.width // c.heads, model.cls_token)
        self.ahead: tuple[int, int, list[Tensor]] = (0, 0, [])
        self.played: Played | None = None

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook).

        Args:
            ids: (batch, length), all before the last asked one in the order known or drafts.
            asked: (batch or 1, asked), consecutive positions of the order.
            prompts: how many of the prompts; those left out once are gone.
        """
        if prompts < self.prompts:
            self._leave(prompts, prompts * len(ids))
        first = int((self.order[0] == asked[0, 0]).nonzero())
        self.read = min(self.read, first - 1)  # drafts that were not accepted are forgotten
        last = first + asked.shape[1] - 1
        if self.played is not None and self.read >= 0 and last == self.read + 1:
            self._look_ahead(0, self.places.shape[1])
            tokens = ids.gather(1, self.order[:, self.read : last].expand(len(ids), -1)).repeat(prompts, 1)
            found, self.read = self.played(tokens, torch.full((1,), 1 + last, device=ids.device)), last
            return found.unflatten(0, (prompts, -1))
        x = self._stream(ids, last, prompts)
        start = 2 + self.read if self.read >= 0 else 0
        end, self.read = start + x.shape[1], last
        mask = None if x.shape[1] == 1 else causal_mask(x.shape[1], end, x.device)
        found = self.model.logits(x, self._modulations(start, end), mask, self.cache, start)
        return found[:, -asked.shape[1] :].unflatten(0, (prompts, -1))

    def one(self, tokens: Tensor, place: Tensor) -> Tensor:
        """Logits (prompts·batch, 1, codebook) behind one token each, (prompts·batch, 1), at ``place`` (1,) of [start, class, tokens]."""
        x = self.model.embeddings(tokens) + self.places[:, place].repeat(len(tokens) // len(self.places), 1, 1)
        mask = (torch.arange(self.places.shape[1], device=place.device) <= place)[None]
        return self.model.logits(x, [modulations[:, :, place] for modulations in self.ahead[2]], mask, self.cache, place)

    def _stream(self, ids: Tensor, last: int, prompts: int) -> Tensor:
        """What goes into the first block, from what is not read yet to the token before the last one asked."""
        tokens = ids.gather(1, self.order.expand(len(ids), -1)[:, max(self.read, 0) : last])
        x, places = self.model.embeddings(tokens), self.places
        if self.read < 0:
            both = torch.cat([self.model.cls_token.expand_as(self.class_), self.class_], 1)
            x = torch.cat([both, x.repeat(prompts, 1, 1)], 1)
            return x + places[:, : x.shape[1]].repeat(len(x) // len(places), 1, 1)
        return (x + places[:, 2 + self.read : 2 + last]).repeat(prompts, 1, 1)

    def _look_ahead(self, start: int, end: int) -> None:
        since, until, _ = self.ahead
        if not since <= start < end <= until:
            until = min(max(end, start + AHEAD), self.places.shape[1])
            self.ahead = start, until, self.model.modulations(self.class_, start, until)

    def _modulations(self, start: int, end: int) -> list[Tensor]:
        self._look_ahead(start, end)
        since, _, found = self.ahead
        return [modulations[:, :, start - since : end - since] for modulations in found]

    def _leave(self, prompts: int, many: int) -> None:
        self.prompts, self.class_, self.ahead = prompts, self.class_[:many], (0, 0, [])
        self.cache.narrowed(many)
