"""The joint attention block of Stable Diffusion 3, in the names of diffusers: words and picture look at one another.

Esser et al. 2024, "Scaling rectified flow transformers for high-resolution image synthesis", section 4. The parallel block of FLUX (Black
Forest Labs 2024) that follows it in some models sees both as one sequence (Dehghani et al. 2023, "Scaling vision transformers to 22
billion parameters", section 2).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import RmsNorm, modulated, rotated_pairs

EPS = 1e-6


def _normed(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=EPS)


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
    """``last``: what becomes of the words is not needed any more; ``normed``: queries and keys have a norm each."""

    def __init__(self, width: int, heads: int, last: bool, normed: bool = False) -> None:
        super().__init__()
        self.heads, self.last = heads, last
        self.norm1, self.norm1_context = _Modulation(width, 6), AdaptiveNorm(width) if last else _Modulation(width, 6)
        names = ("to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj", *(() if last else ("to_add_out",)))
        self.attn = nn.ModuleDict({name: nn.Linear(width, width) for name in names})
        self.attn["to_out"] = nn.ModuleList([nn.Linear(width, width)])
        for name in ("norm_q", "norm_k", "norm_added_q", "norm_added_k") if normed else ():
            self.attn[name] = RmsNorm(width // heads, EPS)
        self.ff = _FeedForward(width)
        if not last:
            self.ff_context = _FeedForward(width)

    def forward(self, x: Tensor, words: Tensor, condition: Tensor, turn: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Both streams after the block.

        Args:
            x: (batch, length, width).
            words: (batch, words, width).
            condition: (batch, width).
            turn: rotation of x (length, head width/2, 2); words turn nothing.
        """
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = self.norm1(condition)
        if self.last:
            other = self.norm1_context.normed(words, condition)
        else:
            word_shift_1, word_scale_1, word_gate_1, word_shift_2, word_scale_2, word_gate_2 = self.norm1_context(condition)
            other = modulated(_normed(words), word_shift_1, word_scale_1)
        mine, theirs = self._mixed(modulated(_normed(x), shift_1, scale_1), other, turn)
        x = x + gate_1 * self.attn["to_out"][0](mine)
        x = x + gate_2 * self.ff(modulated(_normed(x), shift_2, scale_2))
        if not self.last:
            words = words + word_gate_1 * self.attn["to_add_out"](theirs)
            words = words + word_gate_2 * self.ff_context(modulated(_normed(words), word_shift_2, word_scale_2))
        return x, words

    def _mixed(self, x: Tensor, words: Tensor, turn: Tensor | None) -> tuple[Tensor, Tensor]:
        """Attention over [x, words]."""
        mine, theirs = (
            looks(self.attn, x, self.heads, "to_{}", "norm_{}", turn),
            looks(self.attn, words, self.heads, "add_{}_proj", "norm_added_{}"),
        )
        q, k, v = (torch.cat(parts, 2) for parts in zip(mine, theirs, strict=True))
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        return mixed[:, : x.shape[1]], mixed[:, x.shape[1] :]


class ParallelBlock(nn.Module):
    """Attention and feed-forward read the same and are brought back together."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.norm = heads, _Modulation(width, 3)
        self.attn = nn.ModuleDict({name: nn.Linear(width, width) for name in ("to_q", "to_k", "to_v")})
        for name in ("norm_q", "norm_k"):
            self.attn[name] = RmsNorm(width // heads, EPS)
        self.proj_mlp, self.proj_out = nn.Linear(width, 4 * width), nn.Linear(5 * width, width)

    def forward(self, x: Tensor, condition: Tensor, turn: Tensor) -> Tensor:
        """x (batch, length, width), condition (batch, width), turn (length, head width/2, 2)."""
        shift, scale, gate = self.norm(condition)
        h = modulated(_normed(x), shift, scale)
        mixed = F.scaled_dot_product_attention(*looks(self.attn, h, self.heads, "to_{}", "norm_{}", turn))
        beside = F.gelu(self.proj_mlp(h), approximate="tanh")
        return x + gate * self.proj_out(torch.cat([mixed.transpose(1, 2).flatten(2), beside], -1))


def looks(layers: nn.ModuleDict, x: Tensor, heads: int, made: str, norm: str, turn: Tensor | None = None) -> list[Tensor]:
    """Queries, keys and values (batch, heads, length, head width) by the layers ``made``, normed where there is a norm, and turned."""
    parts = []
    for name in "qkv":
        part = layers[made.format(name)](x).unflatten(-1, (heads, -1)).transpose(1, 2)
        part = layers[norm.format(name)](part) if norm.format(name) in layers else part
        parts.append(part if turn is None or name == "v" else rotated_pairs(part, turn))
    return parts


def sines_then_cosines(values: Tensor, width: int, period: float) -> Tensor:
    """(batch,) to (batch, width)."""
    angle = values[:, None] * torch.exp(-math.log(period) * torch.arange(width // 2, device=values.device) / (width // 2))
    return torch.cat([angle.sin(), angle.cos()], -1)
