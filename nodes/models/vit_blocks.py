"""Transformer blocks in the names of timm's vision transformers, which many published generators use."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import KeyValueCache, at, rotated


class VitAttention(nn.Module):
    def __init__(self, width: int, heads: int, bias: bool = True) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=bias)
        self.proj = nn.Linear(width, width)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        cache: KeyValueCache | None = None,
        layer: int = 0,
        start: int = 0,
        rotation: Tensor | None = None,
    ) -> Tensor:
        """``x`` (batch, length, width); ``mask`` bool, True = may be looked at; with a cache, x stands at ``start``; ``rotation``
        ([batch, 1,] length, head width/2, 2) turns queries and keys."""
        q, k, v = self._heads(x)
        if rotation is not None:
            q, k = rotated(q, rotation), rotated(k, rotation)
        if cache is not None:
            k, v = cache.extended(layer, start, k, v)
        return self.proj(F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2))

    def only(self, x: Tensor, asked: Tensor, rotation: Tensor | None = None) -> Tensor:
        """Of all positions, at some: (batch, asked, width)."""
        q, k, v = self._heads(x)
        if rotation is not None:
            q, k = rotated(q, rotation), rotated(k, rotation)
        q = at(q.transpose(1, 2), asked).transpose(1, 2)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))

    def _heads(self, x: Tensor) -> tuple[Tensor, ...]:
        """Queries, keys and values, each (batch, heads, length, head width)."""
        return self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)


class VitFeedForward(nn.Module):
    def __init__(self, width: int, hidden: int, smooth: bool = True) -> None:
        """``smooth``: the exact GELU; otherwise its tanh approximation."""
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.approximate = "none" if smooth else "tanh"

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x), approximate=self.approximate))


class VitBlock(nn.Module):
    """Pre-norm attention and feed-forward (Dosovitskiy et al. 2021)."""

    def __init__(self, width: int, heads: int, hidden: int, bias: bool = True, eps: float = 1e-6) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.attn, self.mlp = VitAttention(width, heads, bias), VitFeedForward(width, hidden)

    def forward(self, x: Tensor, mask: Tensor | None = None, *where: object, rotation: Tensor | None = None) -> Tensor:
        x = x + self.attn(self.norm1(x), mask, *where, rotation=rotation)
        return x + self.mlp(self.norm2(x))

    def only(self, x: Tensor, asked: Tensor, rotation: Tensor | None = None) -> Tensor:
        """The same at some positions ``asked`` (batch, asked), which is less work: (batch, asked, width)."""
        there = at(x, asked) + self.attn.only(self.norm1(x), asked, rotation)
        return there + self.mlp(self.norm2(there))
