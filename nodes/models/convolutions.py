"""Convolutional blocks that tokenizers and autoencoders of the VQGAN line share (Esser et al. 2021, "Taming transformers").

Submodules carry the names of the published checkpoints. Tensors are (batch, channels, height, width).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

GROUPS = 32
"""Groups of the published models' group norms."""


def group_norm(channels: int, groups: int) -> nn.GroupNorm:
    return nn.GroupNorm(groups, channels, eps=1e-6)


class ConvBlock(nn.Module):
    """``x + conv(silu(norm(conv(silu(norm(x))))))``; a 1 × 1 convolution, called ``shortcut``, fits x where the channels change."""

    def __init__(self, channels: int, out: int, groups: int = GROUPS, shortcut: str = "nin_shortcut") -> None:
        super().__init__()
        self.shortcut = shortcut if channels != out else ""
        self.norm1 = group_norm(channels, groups)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1)
        self.norm2 = group_norm(out, groups)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        if self.shortcut:
            self.add_module(shortcut, nn.Conv2d(channels, out, 1))

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return (self.get_submodule(self.shortcut)(x) if self.shortcut else x) + h


class CellAttention(nn.Module):
    """One head of attention over all cells; ``fused``: queries, keys and values come from one convolution."""

    def __init__(self, channels: int, groups: int = GROUPS, fused: bool = False) -> None:
        super().__init__()
        self.norm = group_norm(channels, groups)
        if fused:
            self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        else:
            self.q, self.k, self.v = (nn.Conv2d(channels, channels, 1) for _ in range(3))
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        parts = self.qkv(h).chunk(3, 1) if hasattr(self, "qkv") else (self.q(h), self.k(h), self.v(h))
        q, k, v = (part.flatten(2).transpose(1, 2) for part in parts)  # each (batch, height·width, channels)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return x + self.proj_out(mixed.transpose(1, 2).unflatten(2, x.shape[2:]))


class Downsample(nn.Module):
    """Half the side by a strided convolution, padded at the right and at the bottom only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    """Twice the side: each cell repeated, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Level(nn.Module):
    """Blocks of one resolution, each with attention after it where ``attention``; the change of resolution comes last.

    ``resample`` is "downsample", "upsample" or empty; ``name`` what the checkpoint calls the blocks.
    """

    def __init__(
        self, channels: int, out: int, blocks: int, attention: bool, resample: str, groups: int, fused: bool = False, name: str = "block"
    ) -> None:
        super().__init__()
        self.name, self.resample = name, resample
        self.add_module(name, nn.ModuleList(ConvBlock(out if i else channels, out, groups) for i in range(blocks)))
        self.attn = nn.ModuleList(CellAttention(out, groups, fused) for _ in range(blocks if attention else 0))
        if resample:
            self.add_module(resample, Downsample(out) if resample == "downsample" else Upsample(out))

    def forward(self, x: Tensor) -> Tensor:
        for i, block in enumerate(self.get_submodule(self.name)):
            x = block(x)
            if len(self.attn):
                x = self.attn[i](x)
        return self.get_submodule(self.resample)(x) if self.resample else x


def _middle(channels: int, groups: int, fused: bool) -> nn.ModuleDict:
    return nn.ModuleDict(
        {
            "block_1": ConvBlock(channels, channels, groups),
            "attn_1": CellAttention(channels, groups, fused),
            "block_2": ConvBlock(channels, channels, groups),
        }
    )


class PyramidEncoder(nn.Module):
    """Pixels to cells, as latent diffusion lays it out: level 0 is the finest."""

    def __init__(
        self,
        channels: int,
        multipliers: Sequence[int],
        blocks: int,
        out: int,
        attention: Sequence[int],
        groups: int,
        fused: bool = False,
        pixels: int = 3,
    ) -> None:
        super().__init__()
        widths = [channels, *(channels * multiplier for multiplier in multipliers)]
        last = len(multipliers) - 1
        self.conv_in = nn.Conv2d(pixels, channels, 3, padding=1)
        self.down = nn.ModuleList(
            Level(widths[i], widths[i + 1], blocks, i in attention, "downsample" if i < last else "", groups, fused)
            for i in range(len(multipliers))
        )
        self.mid = _middle(widths[-1], groups, fused)
        self.norm_out = group_norm(widths[-1], groups)
        self.conv_out = nn.Conv2d(widths[-1], out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
        for block in self.mid.values():
            x = block(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class PyramidDecoder(nn.Module):
    """Cells to pixels; level 0 is the finest, so the levels run from the last to the first."""

    def __init__(
        self,
        channels: int,
        multipliers: Sequence[int],
        blocks: int,
        cells: int,
        attention: Sequence[int],
        groups: int,
        fused: bool = False,
        pixels: int = 3,
    ) -> None:
        super().__init__()
        widths = [channels * multiplier for multiplier in multipliers]
        self.conv_in = nn.Conv2d(cells, widths[-1], 3, padding=1)
        self.mid = _middle(widths[-1], groups, fused)
        self.up = nn.ModuleList(
            Level([*widths, widths[-1]][i + 1], widths[i], blocks, i in attention, "upsample" if i else "", groups, fused)
            for i in range(len(multipliers))
        )
        self.norm_out = group_norm(widths[0], groups)
        self.conv_out = nn.Conv2d(widths[0], pixels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for block in self.mid.values():
            x = block(x)
        for level in reversed(self.up):
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(x)))


def nearest(vectors: Tensor, codebook: Tensor) -> Tensor:
    """The row of a codebook (codes, width) nearest to each vector (…, width) by Euclidean distance, as int64 ids (…)."""
    # ‖z − e‖² = ‖z‖² − 2·z·e + ‖e‖², of which the first part is the same for every row.
    distance = codebook.square().sum(1) - 2 * (vectors @ codebook.T)
    return distance.argmin(-1)
