"""The tokenizer of VAR: a picture as token maps of growing size, each adding what the ones before left out.

Tian et al. 2024, "Visual autoregressive modeling: scalable image generation via next-scale prediction", algorithms 1 and 2.
Keys as published. Letters: f the features, f̂ (``f_hat``) what the scales up to now add up to, φ the convolution after upscaling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, PyramidDecoder, PyramidEncoder, nearest
from nodes.models.shapes import Shapes, count, has

SCALES_256 = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16)
SCALES_512 = (1, 2, 3, 4, 6, 9, 13, 18, 24, 32)


@dataclass(frozen=True)
class VarVqvaeConfig:
    """Sizes; ``scales`` are the sides of the token maps, ``mixing`` the share of φ's convolution."""

    channels: int = 160
    multipliers: tuple[int, ...] = (1, 1, 2, 2, 4)
    blocks: int = 2
    codebook: int = 4096
    code_width: int = 32
    kernel: int = 3
    convolutions: int = 4
    scales: tuple[int, ...] = SCALES_256
    groups: int = GROUPS
    mixing: float = 0.5
    pixels: int = 3  # channels: the published models have 3, with alpha there are 4

    @property
    def downscale(self) -> int:
        return 2 ** (len(self.multipliers) - 1)

    @classmethod
    def of(cls, shapes: Shapes) -> VarVqvaeConfig | None:
        if not has(shapes, "encoder.down.", "quantize.quant_resi.qresi_ls.", "quantize.embedding.weight"):
            return None
        channels = shapes["encoder.conv_in.weight"][0]
        return cls(
            channels,
            tuple(shapes[f"encoder.down.{i}.block.0.conv1.weight"][0] // channels for i in range(count(shapes, "encoder.down."))),
            count(shapes, "encoder.down.0.block."),
            *shapes["quantize.embedding.weight"],
            shapes["quant_conv.weight"][2],
            count(shapes, "quantize.quant_resi.qresi_ls."),
            pixels=shapes["encoder.conv_in.weight"][1],
        )


class VarVqvae(nn.Module):
    def __init__(self, config: VarVqvaeConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or VarVqvaeConfig()
        deepest = (len(c.multipliers) - 1,)
        self.encoder = PyramidEncoder(c.channels, c.multipliers, c.blocks, c.code_width, deepest, c.groups, fused=True, pixels=c.pixels)
        self.decoder = PyramidDecoder(c.channels, c.multipliers, c.blocks + 1, c.code_width, deepest, c.groups, fused=True, pixels=c.pixels)
        convolutions = nn.ModuleList(nn.Conv2d(c.code_width, c.code_width, 3, padding=1) for _ in range(c.convolutions))
        self.quantize = nn.ModuleDict(
            {"embedding": nn.Embedding(c.codebook, c.code_width), "quant_resi": nn.ModuleDict({"qresi_ls": convolutions})}
        )
        self.quant_conv = nn.Conv2d(c.code_width, c.code_width, c.kernel, padding=c.kernel // 2)
        self.post_quant_conv = nn.Conv2d(c.code_width, c.code_width, c.kernel, padding=c.kernel // 2)

    def features(self, pixels: Tensor) -> Tensor:
        """Pixels (batch, channels, side, side) in −1 to 1 to f (batch, code width, last scale, last scale)."""
        return self.quant_conv(self.encoder(pixels))

    def codes(self, ids: Tensor, scale: int) -> Tensor:
        """Ids (batch, side²) of one scale to codes (batch, code width, side, side)."""
        side = self.config.scales[scale]
        return self.as_map(self.quantize["embedding"](ids), side)

    @staticmethod
    def as_map(codes: Tensor, side: int) -> Tensor:
        """(batch, side², width) to (batch, width, side, side)."""
        return codes.transpose(1, 2).unflatten(2, (side, side))

    def contribution(self, codes: Tensor, scale: int) -> Tensor:
        """What a scale's codes (batch, code width, side, side) add to f̂: upscaled, then φ."""
        side = self.config.scales[-1]
        h = codes if scale == len(self.config.scales) - 1 else F.interpolate(codes, (side, side), mode="bicubic")
        mixing = self.config.mixing
        convolutions = self.quantize["quant_resi"]["qresi_ls"]
        convolution = convolutions[nearest_tick(scale / max(1, len(self.config.scales) - 1), len(convolutions))]
        return (1 - mixing) * h + mixing * convolution(h)

    def next_map(self, f_hat: Tensor, scale: int) -> Tensor:
        """f̂ averaged down to the side of a scale: (batch, side², code width), what predicts it."""
        side = self.config.scales[scale]
        smaller = f_hat if side == f_hat.shape[-1] else F.interpolate(f_hat, (side, side), mode="area")
        return smaller.flatten(2).transpose(1, 2)

    def encode(self, pixels: Tensor) -> list[Tensor]:
        """Pixels in −1 to 1 to ids (batch, side²) of each scale."""
        residual, ids = self.features(pixels), []
        for scale, _ in enumerate(self.config.scales):
            ids.append(nearest(self.next_map(residual, scale), self.quantize["embedding"].weight))
            residual = residual - self.contribution(self.codes(ids[-1], scale), scale)
        return ids

    def sums(self, ids: Sequence[Tensor]) -> list[Tensor]:
        """f̂ after each scale, of ids (batch, side²) of the first scales: (batch, code width, last scale, last scale) each."""
        found: list[Tensor] = []
        for scale, one in enumerate(ids):
            added = self.contribution(self.codes(one, scale), scale)
            found.append(found[-1] + added if found else added)
        return found

    def inputs(self, ids: Sequence[Tensor]) -> Tensor:
        """What the transformer is fed for all scales but the first: (batch, length − 1, code width)."""
        return torch.cat([self.next_map(f_hat, scale + 1) for scale, f_hat in enumerate(self.sums(ids[:-1]))], 1)

    def pixels(self, f_hat: Tensor) -> Tensor:
        """f̂ to pixels (batch, channels, side, side), clamped to −1 to 1."""
        return self.decoder(self.post_quant_conv(f_hat)).clamp(-1, 1)

    def decode(self, ids: Sequence[Tensor]) -> Tensor:
        """Ids of all scales to pixels in −1 to 1."""
        return self.pixels(self.sums(ids)[-1])


def nearest_tick(far: float, many: int) -> int:
    """Which of so many shared convolutions a scale uses: that of the tick nearest to how far the scale is, 0 to 1."""
    first = 1 / (3 * many) if many == 4 else 1 / (2 * many)
    # A scale half-way between two ticks goes where the rounding of these very operations sends it, as in training.
    ticks = [number * ((1 - first - first) / max(1, many - 1)) + first for number in range(many - 1)] + [1 - first]
    return min(range(many), key=lambda number: abs(ticks[number] - far))
