"""The KL autoencoder of latent diffusion, as MAR (KL-16) and VA-VAE publish it.

Rombach et al. 2022, "High-resolution image synthesis with latent diffusion models", section 3.1; Li et al. 2024 ("MAR") and Yao et al.
2025 ("LightningDiT") trained these. Keys as published. The two differ in which levels of the decoder have attention.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, PyramidDecoder, PyramidEncoder
from nodes.models.shapes import Shapes, count, has, numbers

STATISTICS = ("latents.mean", "latents.std")
"""Tensors (1, latent channels, 1, 1) that LightningDiT publishes in a file of their own."""


class LatentStatistics(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        for name in ("mean", "std"):
            self.register_buffer(name, torch.empty(1, channels, 1, 1))


@dataclass(frozen=True)
class KlAutoencoderConfig:
    """Sizes; the levels with attention count from the finest, the middle always has it.

    ``described``: the file also says mean and spread of each latent channel, which the conversion put there.
    """

    channels: int = 128
    multipliers: tuple[int, ...] = (1, 1, 2, 2, 4)
    blocks: int = 2
    inner_channels: int = 16
    latent_channels: int = 16
    encoder_levels: tuple[int, ...] = (4,)
    decoder_levels: tuple[int, ...] = ()
    groups: int = GROUPS
    described: bool = False

    @property
    def downscale(self) -> int:
        return 2 ** (len(self.multipliers) - 1)

    @classmethod
    def of(cls, shapes: Shapes) -> KlAutoencoderConfig | None:
        if not has(shapes, "encoder.down.", "decoder.up.", "quant_conv.weight", "post_quant_conv.weight") or has(shapes, "quantize."):
            return None
        channels = shapes["encoder.conv_in.weight"][0]
        return cls(
            channels,
            tuple(shapes[f"encoder.down.{i}.block.0.conv1.weight"][0] // channels for i in range(count(shapes, "encoder.down."))),
            count(shapes, "encoder.down.0.block."),
            shapes["decoder.conv_in.weight"][1],
            shapes["post_quant_conv.weight"][1],
            numbers(shapes, "encoder.down.", ".attn."),
            numbers(shapes, "decoder.up.", ".attn."),
            described=STATISTICS[0] in shapes,
        )


class KlAutoencoder(nn.Module):
    def __init__(self, config: KlAutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or KlAutoencoderConfig()
        self.encoder = PyramidEncoder(c.channels, c.multipliers, c.blocks, 2 * c.inner_channels, c.encoder_levels, c.groups)
        self.decoder = PyramidDecoder(c.channels, c.multipliers, c.blocks + 1, c.inner_channels, c.decoder_levels, c.groups)
        self.quant_conv = nn.Conv2d(2 * c.inner_channels, 2 * c.latent_channels, 1)
        self.post_quant_conv = nn.Conv2d(c.latent_channels, c.inner_channels, 1)
        if c.described:
            self.latents = LatentStatistics(c.latent_channels)

    def moments(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (batch, 3, height, width) in −1 to 1 to mean and log variance (batch, latent channels, rows, columns)."""
        mean, log_variance = self.quant_conv(self.encoder(pixels)).chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents, unscaled, to pixels (batch, 3, height, width) about −1 to 1, not clamped."""
        return self.decoder(self.post_quant_conv(latent))
