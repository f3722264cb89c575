"""DiT and SiT: a transformer over patches of a latent, told time and class by modulation.

Peebles & Xie 2023, "Scalable diffusion models with transformers"; Ma et al. 2024, "SiT: exploring flow and diffusion-based generative
models with scalable interpolant transformers". Keys as published; both have the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import modulated
from nodes.models.diffusion_head import TimeEmbedding
from nodes.models.shapes import Shapes, count, has
from nodes.models.vit_blocks import VitAttention, VitFeedForward

ODD_HEADS = {1152: 16}
"""Heads of the published widths whose heads are not 64 wide."""


@dataclass(frozen=True)
class DitConfig:
    """Sizes; ``out_channels`` is twice ``channels`` where the variance is predicted too."""

    channels: int = 4
    out_channels: int = 8
    patch: int = 2
    patches: int = 256
    width: int = 1152
    depth: int = 28
    heads: int = 16
    hidden: int = 4608
    classes: int = 1000

    @property
    def side(self) -> int:
        """Rows and columns of patches that it was trained with."""
        return round(self.patches**0.5)

    @classmethod
    def of(cls, shapes: Shapes) -> DitConfig | None:
        if not has(shapes, "x_embedder.proj.weight", "y_embedder.embedding_table.weight", "final_layer.linear.weight", "pos_embed"):
            return None
        if "blocks.0.mlp.fc1.weight" not in shapes or has(shapes, "final_layer.norm_final.weight") or has(shapes, "feat_rope."):
            return None  # LightningDiT
        width, channels, patch, _ = shapes["x_embedder.proj.weight"]
        return cls(
            channels,
            shapes["final_layer.linear.weight"][0] // patch**2,
            patch,
            shapes["pos_embed"][1],
            width,
            count(shapes, "blocks."),
            ODD_HEADS.get(width) or max(1, width // 64),
            shapes["blocks.0.mlp.fc1.weight"][0],
            shapes["y_embedder.embedding_table.weight"][0] - 1,
        )


class _Block(nn.Module):
    def __init__(self, c: DitConfig) -> None:
        super().__init__()
        self.attn, self.mlp = VitAttention(c.width, c.heads), VitFeedForward(c.width, c.hidden, smooth=False)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 6 * c.width))

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = self.adaLN_modulation(c)[:, None].chunk(6, -1)
        x = x + gate_1 * self.attn(modulated(_normed(x), shift_1, scale_1))
        return x + gate_2 * self.mlp(modulated(_normed(x), shift_2, scale_2))


class _Last(nn.Module):
    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, out)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        shift, scale = self.adaLN_modulation(c)[:, None].chunk(2, -1)
        return self.linear(modulated(_normed(x), shift, scale))


def _normed(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


def from_patches(x: Tensor, side: int, patch: int) -> Tensor:
    """(batch, side², patch²·channels), channel last, to (batch, channels, side·patch, side·patch)."""
    x = x.unflatten(2, (patch**2, -1)).permute(0, 3, 2, 1)  # (batch, channels, patch², side²)
    return F.pixel_shuffle(x.flatten(1, 2).unflatten(2, (side, side)), patch)


class Dit(nn.Module):
    def __init__(self, config: DitConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or DitConfig()
        self.x_embedder = nn.ModuleDict({"proj": nn.Conv2d(c.channels, c.width, c.patch, c.patch)})
        self.pos_embed = nn.Parameter(torch.zeros(1, c.patches, c.width))
        self.t_embedder = TimeEmbedding(c.width)
        self.y_embedder = nn.ModuleDict({"embedding_table": nn.Embedding(c.classes + 1, c.width)})  # the last row is no class
        self.blocks = nn.ModuleList(_Block(c) for _ in range(c.depth))
        self.final_layer = _Last(c.width, c.patch**2 * c.out_channels)

    def forward(self, x: Tensor, t: Tensor, labels: Tensor) -> Tensor:
        """What is predicted of a latent.

        Args:
            x: noisy latents (batch, channels, side, side).
            t: (batch,) steps of 0 (data) to 999 (noise).
            labels: class numbers (batch,); ``classes`` stands for none.

        Returns:
            (batch, out channels, side, side): noise, then the share of the larger variance (Nichol & Dhariwal 2021).
        """
        c = self.t_embedder(t) + self.y_embedder["embedding_table"](labels)
        x = self.x_embedder["proj"](x).flatten(2).transpose(1, 2) + self.pos_embed
        for block in self.blocks:
            x = block(x, c)
        return from_patches(self.final_layer(x, c), self.config.side, self.config.patch)


class Sit(Dit):
    def forward(self, x: Tensor, t: Tensor, labels: Tensor) -> Tensor:
        """The velocity ``data − noise`` (batch, channels, side, side) at times t in 0 (noise) to 1 (data)."""
        return super().forward(x, t, labels)[:, : self.config.channels]
