"""The encoder half of T5, whose features lead LlamaGen's models of words.

Raffel et al. 2020, "Exploring the limits of transfer learning with a unified text-to-text transformer", with the gated units of version 1.1
(Shazeer 2020). Keys as transformers writes them. Letters: T tokens; positions count by their distance, in buckets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import RmsNorm
from nodes.models.shapes import Shapes, count, has

FARTHEST = 128
"""Distances beyond share a bucket."""


@dataclass(frozen=True)
class T5EncoderConfig:
    width: int = 2048
    depth: int = 24
    heads: int = 32
    head_width: int = 64
    hidden: int = 5120
    words: int = 32128
    buckets: int = 32
    max_words: int = 120

    @classmethod
    def of(cls, shapes: Shapes) -> T5EncoderConfig | None:
        first, gated = "encoder.block.0.layer.0.SelfAttention", "encoder.block.0.layer.1.DenseReluDense.wi_1.weight"
        if not has(shapes, "shared.weight", f"{first}.relative_attention_bias.weight", gated):
            return None
        words, width = shapes["shared.weight"]
        buckets, heads = shapes[f"{first}.relative_attention_bias.weight"]
        inner, hidden = shapes[f"{first}.q.weight"][0], shapes[gated][0]
        return cls(width, count(shapes, "encoder.block."), heads, inner // heads, hidden, words, buckets)


class _Attention(nn.Module):
    """Without the division by the root of the width: the training began with smaller weights instead."""

    def __init__(self, c: T5EncoderConfig, first: bool) -> None:
        super().__init__()
        inner = c.heads * c.head_width
        self.heads = c.heads
        self.q, self.k, self.v = (nn.Linear(c.width, inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, c.width, bias=False)
        if first:
            self.relative_attention_bias = nn.Embedding(c.buckets, c.heads)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        q, k, v = (part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.q, self.k, self.v))
        return self.o(F.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=1.0).transpose(1, 2).flatten(2))


class _Gated(nn.Module):
    def __init__(self, c: T5EncoderConfig) -> None:
        super().__init__()
        self.wi_0, self.wi_1 = (nn.Linear(c.width, c.hidden, bias=False) for _ in range(2))
        self.wo = nn.Linear(c.hidden, c.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.wo(F.gelu(self.wi_0(x), approximate="tanh") * self.wi_1(x))


def _layer(c: T5EncoderConfig, name: str, part: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict({name: part, "layer_norm": RmsNorm(c.width, 1e-6)})


class _Block(nn.Module):
    def __init__(self, c: T5EncoderConfig, first: bool) -> None:
        super().__init__()
        self.layer = nn.ModuleList([_layer(c, "SelfAttention", _Attention(c, first)), _layer(c, "DenseReluDense", _Gated(c))])

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        looks, thinks = self.layer
        x = x + looks["SelfAttention"](looks["layer_norm"](x), bias)
        return x + thinks["DenseReluDense"](thinks["layer_norm"](x))


class T5Encoder(nn.Module):
    def __init__(self, config: T5EncoderConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or T5EncoderConfig()
        self.shared = nn.Embedding(c.words, c.width)
        blocks = nn.ModuleList(_Block(c, i == 0) for i in range(c.depth))
        self.encoder = nn.ModuleDict({"block": blocks, "final_layer_norm": RmsNorm(c.width, 1e-6)})

    def bias(self, length: int) -> Tensor:
        """What attention adds for each distance: (1, heads, T, T). Half of the buckets lie before, half behind."""
        rows = self.encoder["block"][0].layer[0]["SelfAttention"].relative_attention_bias.weight
        places = torch.arange(length, device=rows.device)
        ahead = places[None] - places[:, None]  # (T, T): of a key from its query
        half = self.config.buckets // 2
        return rows[(ahead > 0) * half + _bucket(ahead.abs(), half)].permute(2, 0, 1)[None]

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Features (batch, T, width) of ids (batch, T); padding, where the mask (batch, T) is False, is not looked at."""
        x = self.shared(ids)
        bias = self.bias(ids.shape[1]).masked_fill(~mask[:, None, None], torch.finfo(x.dtype).min)
        for block in self.encoder["block"]:
            x = block(x, bias)
        return self.encoder["final_layer_norm"](x) * mask[..., None]


def _bucket(distance: Tensor, buckets: int) -> Tensor:
    """Near distances have a bucket each, farther ones share them by their logarithm."""
    near = buckets // 2
    far = near + (torch.log(distance.clamp(min=1).float() / near) / math.log(FARTHEST / near) * (buckets - near)).long()
    return torch.where(distance < near, distance, far.clamp(max=buckets - 1))
