"""Small blocks that transformers share."""

from __future__ import annotations

import math
from collections.abc import Callable

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


def at(x: Tensor, places: Tensor) -> Tensor:
    """Rows of ``x`` (batch, length, …) at ``places`` (batch, asked): (batch, asked, …)."""
    return x[torch.arange(len(x), device=x.device)[:, None], places]


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


class RmsNorm(nn.Module):
    """Zhang & Sennrich 2019 with a learned gain; normalized in float32, brought back to x's precision, then multiplied."""

    def __init__(self, width: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x.float(), x.shape[-1:], eps=self.eps).to(x.dtype) * self.weight


def rotated_pairs(x: Tensor, rotation: Tensor) -> Tensor:
    """Rotary position embedding of neighboring values: pair i turns by the angle whose (cos, sin) is ``rotation[…, i, :]``.

    ``x`` (batch, heads, length, head width); ``rotation`` (length, head width/2, 2) or (batch, 1, length, head width/2, 2).
    """
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))  # one product of complex numbers instead of six of halves
    return torch.view_as_real(pairs * torch.view_as_complex(rotation)).flatten(-2).to(x.dtype)


def grid_rotation(rows: int, columns: int, head_width: int, period: float = 10000.0, device: torch.device | None = None) -> Tensor:
    """(rows·columns, head width/2, 2): the first half of the pairs turns with the row, the second with the column."""
    row, column = (torch.arange(count, device=device).float() for count in (rows, columns))
    return place_rotation(torch.cartesian_prod(row, column), head_width, period)


def place_rotation(places: Tensor, head_width: int, period: float = 10000.0) -> Tensor:
    """The same of any rows and columns (…, 2): (…, head width/2, 2)."""
    half = head_width // 2
    speed = period ** (-torch.arange(0, half, 2, device=places.device)[: half // 2].float() / half)
    angle = (places[..., None] * speed).flatten(-2)
    return torch.stack([angle.cos(), angle.sin()], -1)


def after_still(count: int, rotation: Tensor, gain: float = 1.0) -> Tensor:
    """(count + length, head width/2, 2): positions that turn nothing, and keep ``gain`` of it, before those of a rotation."""
    return torch.cat([torch.tensor([gain, 0.0], device=rotation.device).expand(count, rotation.shape[1], 2), rotation])


def causal_mask(rows: int, columns: int, device: torch.device | None = None) -> Tensor:
    """(rows, columns) bool, True = may be looked at; the last row sees every column."""
    return torch.ones(rows, columns, dtype=torch.bool, device=device).tril(columns - rows)


Played = Callable[[Tensor, Tensor], Tensor]
"""``played(tokens, place)``: one token more, in shapes that are the same at every place."""


class KeyValueCache:
    """Keys and values of what a decoder has read, in memory of fixed size: written in place, handed out as views.

    A start is a number, and what lies before the end is handed out; or it is the places (new,) themselves, and all of the memory is, so
    that shapes are the same wherever they are. Then a mask must hide what was not read.
    """

    def __init__(self, layers: int, batch: int, heads: int, length: int, head_width: int, like: Tensor) -> None:
        self.kept = [like.new_zeros(batch, 2 * heads, length, head_width) for _ in range(layers)]  # keys, then values

    def extended(self, layer: int, start: int | Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values up to the end of these new ones (batch, heads, new, head width), which go to ``start``."""
        if isinstance(start, Tensor):
            keys, values = self.extended_by(layer, start, torch.cat([k, v], 1)).chunk(2, 1)
            return keys, values
        kept, new = self.kept[layer], k.shape[2]
        keys, values = kept.narrow(2, 0, start + new).chunk(2, 1)
        keys.narrow(2, start, new).copy_(k)
        values.narrow(2, start, new).copy_(v)
        return keys, values

    def extended_by(self, layer: int, start: int | Tensor, seen: Tensor) -> Tensor:
        """The same for keys and values side by side, (batch, 2·heads, new, head width)."""
        kept, new = self.kept[layer], seen.shape[2]
        if isinstance(start, Tensor):
            return kept.index_copy_(2, start, seen)
        kept.narrow(2, start, new).copy_(seen)
        return kept.narrow(2, 0, start + new)

    def narrowed(self, batch: int) -> None:
        """Keep the first items of the batch only."""
        self.kept = [held[:batch] for held in self.kept]


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return x * (1 + scale) + shift


def time_waves(t: Tensor, width: int, period: float = 10000.0) -> Tensor:
    """Cosines, then sines, of t at falling speeds (Vaswani et al. 2017): (batch,) to (batch, width)."""
    speed = torch.exp(-math.log(period) * torch.arange(width // 2, device=t.device) / (width // 2))
    angle = t[:, None].float() * speed
    return torch.cat([angle.cos(), angle.sin()], -1)
