"""The KL autoencoder of latent diffusion in the names of diffusers: Stable Diffusion's, which DiT and SiT use, and FlexTok's.

Rombach et al. 2022, "High-resolution image synthesis with latent diffusion models", section 3.1. The same architecture as
`kl_autoencoder`, laid out otherwise; only the middle has attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, ConvBlock, Downsample, Upsample, group_norm
from nodes.models.shapes import Shapes, count, has

NEW_NAMES = ("to_q", "to_k", "to_v", "to_out.0")
OLD_NAMES = ("query", "key", "value", "proj_attn")


@dataclass(frozen=True)
class DiffusersAutoencoderConfig:
    """Sizes.

    Attributes:
        widths: channels of each level, the finest first.
        quantized: whether 1 × 1 convolutions stand between the halves.
        old: whether attention has the names that diffusers used until 2023.
        scale: what latents are multiplied by for a generator.
    """

    widths: tuple[int, ...] = (128, 256, 512, 512)
    blocks: int = 2
    latent_channels: int = 4
    quantized: bool = True
    old: bool = False
    groups: int = GROUPS
    scale: float = 0.18215

    @property
    def downscale(self) -> int:
        return 2 ** (len(self.widths) - 1)

    @classmethod
    def of(cls, shapes: Shapes) -> DiffusersAutoencoderConfig | None:
        if not has(shapes, *HALVES) or "quantize.embedding.weight" in shapes:
            return None
        return cls(
            *encoder_sizes(shapes),
            shapes["decoder.conv_in.weight"][1],
            "quant_conv.weight" in shapes,
            "encoder.mid_block.attentions.0.query.weight" in shapes,
        )


HALVES = ("encoder.down_blocks.", "decoder.up_blocks.", "encoder.conv_norm_out.weight")


def encoder_sizes(shapes: Shapes) -> tuple[tuple[int, ...], int]:
    """Channels of each level and blocks of a level."""
    levels = range(count(shapes, "encoder.down_blocks."))
    return tuple(shapes[f"encoder.down_blocks.{i}.resnets.0.conv1.weight"][0] for i in levels), count(
        shapes, "encoder.down_blocks.0.resnets."
    )


class _Attention(nn.Module):
    """One head over all cells."""

    def __init__(self, channels: int, groups: int, old: bool) -> None:
        super().__init__()
        self.group_norm = group_norm(channels, groups)
        self.names = OLD_NAMES if old else NEW_NAMES
        for name in self.names[:3]:
            self.add_module(name, nn.Linear(channels, channels))
        out = nn.Linear(channels, channels)
        self.add_module(self.names[3].split(".")[0], out if old else nn.ModuleList([out]))

    def forward(self, x: Tensor) -> Tensor:
        cells = self.group_norm(x).flatten(2).transpose(1, 2)  # (batch, height·width, channels)
        q, k, v, out = (self.get_submodule(name) for name in self.names)
        mixed = out(F.scaled_dot_product_attention(q(cells), k(cells), v(cells)))
        return x + mixed.transpose(1, 2).unflatten(2, x.shape[2:])


class _Middle(nn.Module):
    """``old``: as of the config; None where there is no attention."""

    def __init__(self, channels: int, groups: int, old: bool | None) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(ConvBlock(channels, channels, groups) for _ in range(2))
        self.attentions = nn.ModuleList([] if old is None else [_Attention(channels, groups, old)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.resnets[0](x)
        for attention in self.attentions:
            x = attention(x)
        return self.resnets[1](x)


class _Level(nn.Module):
    def __init__(self, channels: int, out: int, blocks: int, groups: int, name: str, resample: nn.Module | None) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(ConvBlock(out if i else channels, out, groups, "conv_shortcut") for i in range(blocks))
        self.name = name if resample else ""
        if resample:
            self.add_module(name, nn.ModuleList([resample]))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resnets:
            x = block(x)
        return self.get_submodule(self.name)[0](x) if self.name else x


class DiffusersEncoder(nn.Module):
    """``levels``: channels of each, the finest first; ``old`` as of the middle."""

    def __init__(self, levels: Sequence[int], blocks: int, out: int, groups: int, old: bool | None) -> None:
        super().__init__()
        widths, last = (levels[0], *levels), len(levels) - 1
        self.conv_in = nn.Conv2d(3, widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(
            _Level(widths[i], width, blocks, groups, "downsamplers", Downsample(width) if i < last else None)
            for i, width in enumerate(levels)
        )
        self.mid_block = _Middle(widths[-1], groups, old)
        self.conv_norm_out = group_norm(widths[-1], groups)
        self.conv_out = nn.Conv2d(widths[-1], out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for level in self.down_blocks:
            x = level(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class DiffusersDecoder(nn.Module):
    """Block 0 is the coarsest; the arguments are those of the encoder, ``cells`` the channels that come in."""

    def __init__(self, levels: Sequence[int], blocks: int, cells: int, groups: int, old: bool | None) -> None:
        super().__init__()
        outs = tuple(reversed(levels))
        widths, last = (outs[0], *outs), len(outs) - 1
        self.conv_in = nn.Conv2d(cells, widths[0], 3, padding=1)
        self.mid_block = _Middle(widths[0], groups, old)
        self.up_blocks = nn.ModuleList(
            _Level(widths[i], out, blocks + 1, groups, "upsamplers", Upsample(out) if i < last else None) for i, out in enumerate(outs)
        )
        self.conv_norm_out = group_norm(outs[-1], groups)
        self.conv_out = nn.Conv2d(outs[-1], 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mid_block(self.conv_in(x))
        for level in self.up_blocks:
            x = level(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class DiffusersAutoencoder(nn.Module):
    def __init__(self, config: DiffusersAutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or DiffusersAutoencoderConfig()
        self.encoder = DiffusersEncoder(c.widths, c.blocks, 2 * c.latent_channels, c.groups, c.old)
        self.decoder = DiffusersDecoder(c.widths, c.blocks, c.latent_channels, c.groups, c.old)
        if c.quantized:
            self.quant_conv = nn.Conv2d(2 * c.latent_channels, 2 * c.latent_channels, 1)
            self.post_quant_conv = nn.Conv2d(c.latent_channels, c.latent_channels, 1)

    def moments(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (batch, 3, height, width) in −1 to 1 to mean and log variance (batch, latent channels, rows, columns), unscaled."""
        x = self.encoder(pixels)
        mean, log_variance = (self.quant_conv(x) if self.config.quantized else x).chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents, unscaled, to pixels (batch, 3, height, width) about −1 to 1, not clamped."""
        return self.decoder(self.post_quant_conv(latent) if self.config.quantized else latent)
