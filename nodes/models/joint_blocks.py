"""The joint attention block of Stable Diffusion 3, in the names of diffusers: words and picture look at one another.

Esser et al. 2024, "Scaling rectified flow transformers for high-resolution image synthesis", section 4.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import modulated


def _normed(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


class _Modulation(nn.Module):
    """``parts`` vectors of a condition (batch, width), each (batch, 1, width)."""

    def __init__(self, width: int, parts: int) -> None:
        super().__init__()
        self.parts, self.linear = parts, nn.Linear(width, parts * width)

    def forward(self, condition: Tensor) -> tuple[Tensor, ...]:
        return self.linear(F.silu(condition))[:, None].chunk(self.parts, -1)


class AdaptiveNorm(_Modulation):
    """A norm whose scale and shift follow the condition."""

    def __init__(self, width: int) -> None:
        super().__init__(width, 2)

    def normed(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self(condition)
        return modulated(_normed(x), shift, scale)


class _FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.ModuleList([nn.ModuleDict({"proj": nn.Linear(width, 4 * width)}), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x: Tensor) -> Tensor:
        return self.net[2](F.gelu(self.net[0]["proj"](x), approximate="tanh"))


class JointBlock(nn.Module):
    """``last``: what becomes of the words is not needed any more."""

    def __init__(self, width: int, heads: int, last: bool) -> None:
        super().__init__()
        self.heads, self.last = heads, last
        self.norm1, self.norm1_context = _Modulation(width, 6), AdaptiveNorm(width) if last else _Modulation(width, 6)
        names = ("to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj", *(() if last else ("to_add_out",)))
        self.attn = nn.ModuleDict({name: nn.Linear(width, width) for name in names})
        self.attn["to_out"] = nn.ModuleList([nn.Linear(width, width)])
        self.ff = _FeedForward(width)
        if not last:
            self.ff_context = _FeedForward(width)

    def forward(self, x: Tensor, words: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, length, width), words (batch, words, width), condition (batch, width); both streams after the block."""
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = self.norm1(condition)
        if self.last:
            other = self.norm1_context.normed(words, condition)
        else:
            word_shift_1, word_scale_1, word_gate_1, word_shift_2, word_scale_2, word_gate_2 = self.norm1_context(condition)
            other = modulated(_normed(words), word_shift_1, word_scale_1)
        mine, theirs = self._mixed(modulated(_normed(x), shift_1, scale_1), other)
        x = x + gate_1 * self.attn["to_out"][0](mine)
        x = x + gate_2 * self.ff(modulated(_normed(x), shift_2, scale_2))
        if not self.last:
            words = words + word_gate_1 * self.attn["to_add_out"](theirs)
            words = words + word_gate_2 * self.ff_context(modulated(_normed(words), word_shift_2, word_scale_2))
        return x, words

    def _mixed(self, x: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """Attention over [x, words]."""
        pairs = (("to_q", "add_q_proj"), ("to_k", "add_k_proj"), ("to_v", "add_v_proj"))
        q, k, v = (torch.cat([self.attn[mine](x), self.attn[theirs](words)], 1) for mine, theirs in pairs)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (q, k, v))
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        return mixed[:, : x.shape[1]], mixed[:, x.shape[1] :]


def sines_then_cosines(values: Tensor, width: int, period: float) -> Tensor:
    """(batch,) to (batch, width)."""
    angle = values[:, None] * torch.exp(-math.log(period) * torch.arange(width // 2, device=values.device) / (width // 2))
    return torch.cat([angle.sin(), angle.cos()], -1)
