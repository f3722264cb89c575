"""Small blocks that the starter transformers share."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def rms_norm(x: Tensor) -> Tensor:
    """Zhang & Sennrich 2019, without a learned gain."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)


class SelfAttention(nn.Module):
    """Multi-head attention with normalized queries and keys (Henry et al. 2020) and an optional rotation of positions."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.sharpness = nn.Parameter(torch.full((heads, 1, 1), 8.0))

    def forward(self, x: Tensor, mask: Tensor, rotation: Tensor | None = None) -> Tensor:
        """``x`` (batch, length, width); ``mask`` (batch, 1, 1, length), True = may be looked at; ``rotation`` (length, head width/2, 2)."""
        batch, length, width = x.shape
        q, k, v = (
            project(x).view(batch, length, self.heads, -1).transpose(1, 2) for project in (self.query, self.key, self.value)
        )  # each (batch, heads, length, head width)
        q, k = F.normalize(q, dim=-1) * self.sharpness, F.normalize(k, dim=-1)
        if rotation is not None:
            q, k = rotated(q, rotation), rotated(k, rotation)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=1.0)
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


def rotated(x: Tensor, rotation: Tensor) -> Tensor:
    """Rotary position embedding (Su et al. 2021): the halves of each head turn by the angle whose (cos, sin) is given."""
    cos, sin = rotation.unbind(-1)
    first, second = x.chunk(2, -1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], -1)


class FeedForward(nn.Module):
    """Two layers with squared ReLU (So et al. 2021)."""

    def __init__(self, width: int, ratio: int = 4) -> None:
        super().__init__()
        self.up = nn.Linear(width, width * ratio, bias=False)
        self.down = nn.Linear(width * ratio, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.relu(self.up(x)).square())
