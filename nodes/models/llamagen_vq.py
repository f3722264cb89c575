"""The tokenizer of LlamaGen: a VQGAN whose codebook lies on the unit sphere.

Sun et al. 2024, "Autoregressive model beats diffusion: Llama for scalable image generation", section 2.1; normalized codes
after Yu et al. 2022, "Vector-quantized image modeling with improved VQGAN", section 3.2. Keys as published.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, CellAttention, ConvBlock, Level, group_norm, nearest
from nodes.models.shapes import Shapes, count, has


@dataclass(frozen=True)
class LlamaGenVqConfig:
    channels: int = 128
    encoder_multipliers: tuple[int, ...] = (1, 1, 2, 2, 4)
    decoder_multipliers: tuple[int, ...] = (1, 1, 2, 2, 4)
    blocks: int = 2
    latent_channels: int = 256
    codebook: int = 16384
    code_width: int = 8
    groups: int = GROUPS
    pixels: int = 3  # channels: the published models have 3, with alpha there are 4

    @property
    def downscale(self) -> int:
        """Pixels a side that one token covers."""
        return 2 ** (len(self.encoder_multipliers) - 1)

    @classmethod
    def of(cls, shapes: Shapes) -> LlamaGenVqConfig | None:
        if not has(shapes, "encoder.conv_blocks.", "decoder.conv_blocks.", "quantize.embedding.weight"):
            return None
        channels = shapes["encoder.conv_in.weight"][0]
        finest = shapes["decoder.norm_out.weight"][0]
        down, up = count(shapes, "encoder.conv_blocks."), count(shapes, "decoder.conv_blocks.")
        return cls(
            channels,
            tuple(shapes[f"encoder.conv_blocks.{i}.res.0.conv1.weight"][0] // channels for i in range(down)),
            tuple(shapes[f"decoder.conv_blocks.{i}.res.0.conv1.weight"][0] // finest for i in reversed(range(up))),
            count(shapes, "encoder.conv_blocks.0.res."),
            shapes["encoder.conv_out.weight"][0],
            *shapes["quantize.embedding.weight"],
            pixels=shapes["encoder.conv_in.weight"][1],
        )


def _middle(channels: int, groups: int) -> nn.Sequential:
    return nn.Sequential(ConvBlock(channels, channels, groups), CellAttention(channels, groups), ConvBlock(channels, channels, groups))


class _Encoder(nn.Module):
    def __init__(self, c: LlamaGenVqConfig) -> None:
        super().__init__()
        widths = [c.channels * multiplier for multiplier in (1, *c.encoder_multipliers)]
        self.conv_in = nn.Conv2d(c.pixels, c.channels, 3, padding=1)
        last = len(widths) - 2
        self.conv_blocks = nn.ModuleList(
            Level(widths[i], widths[i + 1], c.blocks, i == last, "downsample" if i < last else "", c.groups, name="res")
            for i in range(last + 1)
        )
        self.mid = _middle(widths[-1], c.groups)
        self.norm_out = group_norm(widths[-1], c.groups)
        self.conv_out = nn.Conv2d(widths[-1], c.latent_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for level in self.conv_blocks:
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(self.mid(x))))


class _Decoder(nn.Module):
    """Block 0 is the coarsest, the other way round than in latent diffusion."""

    def __init__(self, c: LlamaGenVqConfig) -> None:
        super().__init__()
        widths = [c.channels * multiplier for multiplier in reversed((*c.decoder_multipliers, c.decoder_multipliers[-1]))]
        self.conv_in = nn.Conv2d(c.latent_channels, widths[0], 3, padding=1)
        self.mid = _middle(widths[0], c.groups)
        last = len(widths) - 2
        self.conv_blocks = nn.ModuleList(
            Level(widths[i], widths[i + 1], c.blocks + 1, i == 0, "upsample" if i < last else "", c.groups, name="res")
            for i in range(last + 1)
        )
        self.norm_out = group_norm(widths[-1], c.groups)
        self.conv_out = nn.Conv2d(widths[-1], c.pixels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mid(self.conv_in(x))
        for level in self.conv_blocks:
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class LlamaGenVq(nn.Module):
    def __init__(self, config: LlamaGenVqConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or LlamaGenVqConfig()
        self.encoder, self.decoder = _Encoder(c), _Decoder(c)
        self.quantize = nn.ModuleDict({"embedding": nn.Embedding(c.codebook, c.code_width)})
        self.quant_conv = nn.Conv2d(c.latent_channels, c.code_width, 1)
        self.post_quant_conv = nn.Conv2d(c.code_width, c.latent_channels, 1)

    def codebook(self) -> Tensor:
        """(codes, code width) on the unit sphere; the stored rows are of any length."""
        return F.normalize(self.quantize["embedding"].weight, dim=-1)

    def latent(self, pixels: Tensor) -> Tensor:
        """Pixels (batch, channels, height, width) in −1 to 1 to vectors (batch, code width, rows, columns) before quantization."""
        return self.quant_conv(self.encoder(pixels))

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels in −1 to 1 to ids (batch, rows, columns): the code of largest cosine."""
        z = F.normalize(self.latent(pixels), dim=1).movedim(1, -1)
        return nearest(z, self.codebook())

    def embedded(self, ids: Tensor) -> Tensor:
        """Ids (batch, rows, columns) to codes (batch, code width, rows, columns)."""
        return F.embedding(ids, self.codebook()).movedim(-1, 1)

    def pixels(self, codes: Tensor) -> Tensor:
        """Codes, or vectors in their place, (batch, code width, rows, columns) to pixels about −1 to 1, not clamped."""
        return self.decoder(self.post_quant_conv(codes))

    def decode(self, ids: Tensor) -> Tensor:
        """Ids (batch, rows, columns) to pixels (batch, channels, height, width) about −1 to 1, not clamped."""
        return self.pixels(self.embedded(ids))
