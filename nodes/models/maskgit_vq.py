"""The tokenizer of MaskGIT as the 1d-tokenizer repository publishes it: a VQGAN without attention.

Chang et al. 2022, "MaskGIT: masked generative image transformer", section 3.1. Keys as published. What is unlike other VQGANs:
pooling instead of strided convolutions, no biases in the blocks, and where the channels change a block's 1 × 1 convolution W
takes the block's own result h and gives ``h + W·h``; the input is not added there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, group_norm, nearest
from nodes.models.shapes import Shapes, count, has


@dataclass(frozen=True)
class MaskGitVqConfig:
    channels: int = 128
    multipliers: tuple[int, ...] = (1, 1, 2, 2, 4)
    blocks: int = 2
    codebook: int = 1024
    code_width: int = 256
    groups: int = GROUPS

    @property
    def downscale(self) -> int:
        return 2 ** (len(self.multipliers) - 1)

    @classmethod
    def of(cls, shapes: Shapes) -> MaskGitVqConfig | None:
        if not has(shapes, "encoder.down.", "decoder.up.0.block.", "quantize.embedding.weight") or "encoder.conv_in.bias" in shapes:
            return None
        return cls(**decoder_sizes(shapes, "decoder."), codebook=shapes["quantize.embedding.weight"][0])


def decoder_sizes(shapes: Shapes, prefix: str) -> dict[str, object]:
    """Channels, multipliers, blocks and code width of the decoder whose keys begin so."""
    channels = shapes[f"{prefix}norm_out.weight"][0]
    levels = count(shapes, f"{prefix}up.")
    return {
        "channels": channels,
        "multipliers": tuple(shapes[f"{prefix}up.{i}.block.0.conv1.weight"][0] // channels for i in range(levels)),
        "blocks": count(shapes, f"{prefix}up.0.block."),
        "code_width": shapes[f"{prefix}conv_in.weight"][1],
    }


class MaskGitBlock(nn.Module):
    def __init__(self, channels: int, out: int, groups: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = group_norm(channels, groups), group_norm(out, groups)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        if channels != out:
            self.nin_shortcut = nn.Conv2d(out, out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (self.nin_shortcut(h) if hasattr(self, "nin_shortcut") else x)


def _level(channels: int, out: int, blocks: int, groups: int) -> nn.ModuleDict:
    return nn.ModuleDict({"block": nn.Sequential(*(MaskGitBlock(out if i else channels, out, groups) for i in range(blocks)))})


class _Encoder(nn.Module):
    def __init__(self, c: MaskGitVqConfig) -> None:
        super().__init__()
        widths = [c.channels * multiplier for multiplier in (1, *c.multipliers)]
        self.conv_in = nn.Conv2d(3, c.channels, 3, padding=1, bias=False)
        self.down = nn.ModuleList(_level(widths[i], widths[i + 1], c.blocks, c.groups) for i in range(len(c.multipliers)))
        self.mid = nn.Sequential(*(MaskGitBlock(widths[-1], widths[-1], c.groups) for _ in range(c.blocks)))
        self.norm_out = group_norm(widths[-1], c.groups)
        self.conv_out = nn.Conv2d(widths[-1], c.code_width, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for i, level in enumerate(self.down):
            x = level["block"](F.avg_pool2d(x, 2) if i else x)
        return self.conv_out(F.silu(self.norm_out(self.mid(x))))


class MaskGitDecoder(nn.Module):
    """Codes (batch, code width, rows, columns) to pixels about 0 to 1; level 0 is the finest."""

    def __init__(self, channels: int, multipliers: Sequence[int], blocks: int, code_width: int, groups: int) -> None:
        super().__init__()
        widths = [channels * multiplier for multiplier in (*multipliers, multipliers[-1])]
        self.conv_in = nn.Conv2d(code_width, widths[-1], 3, padding=1)
        self.mid = nn.Sequential(*(MaskGitBlock(widths[-1], widths[-1], groups) for _ in range(blocks)))
        self.up = nn.ModuleList(_level(widths[i + 1], widths[i], blocks, groups) for i in range(len(multipliers)))
        for i, level in enumerate(self.up):
            if i:
                level["upsample_conv"] = nn.Conv2d(widths[i], widths[i], 3, padding=1)
        self.norm_out = group_norm(widths[0], groups)
        self.conv_out = nn.Conv2d(widths[0], 3, 3, padding=1)

    def forward(self, codes: Tensor) -> Tensor:
        x = self.mid(self.conv_in(codes))
        for level in reversed(self.up):
            x = level["block"](x)
            if "upsample_conv" in level:
                x = level["upsample_conv"](F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.conv_out(F.silu(self.norm_out(x)))


class MaskGitVq(nn.Module):
    def __init__(self, config: MaskGitVqConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or MaskGitVqConfig()
        self.encoder = _Encoder(c)
        self.decoder = MaskGitDecoder(c.channels, c.multipliers, c.blocks, c.code_width, c.groups)
        self.quantize = nn.ModuleDict({"embedding": nn.Embedding(c.codebook, c.code_width)})

    def latent(self, pixels: Tensor) -> Tensor:
        """Pixels (batch, 3, height, width) in 0 to 1 to vectors (batch, code width, rows, columns) before quantization."""
        return self.encoder(pixels)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels in 0 to 1 to ids (batch, rows, columns)."""
        return nearest(self.latent(pixels).movedim(1, -1), self.quantize["embedding"].weight)

    def embedded(self, ids: Tensor) -> Tensor:
        """Ids (batch, rows, columns) to codes (batch, code width, rows, columns)."""
        return self.quantize["embedding"](ids).movedim(-1, 1)

    def decode(self, ids: Tensor) -> Tensor:
        """Ids (batch, rows, columns) to pixels (batch, 3, height, width), clamped to 0 to 1."""
        return self.decoder(self.embedded(ids)).clamp(0, 1)
