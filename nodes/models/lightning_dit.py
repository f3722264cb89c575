"""LightningDiT: a diffusion transformer with the parts of language models, over the latents of VA-VAE.

Yao et al. 2025, "Reconstruction vs. generation: taming optimization dilemma in latent diffusion models". Keys as published. Against
DiT: RMS norms with a gain, SwiGLU, rotary positions beside the table of positions, optionally normalized queries and keys and no shifts.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import RmsNorm, grid_rotation, modulated, rotated_pairs
from nodes.models.diffusion_head import TimeEmbedding
from nodes.models.dit import from_patches
from nodes.models.shapes import Shapes, count, has
from nodes.models.vit_blocks import VitFeedForward

ODD_HEADS = {1152: 16}
"""Heads of the published widths whose heads are not 64 wide."""


@dataclass(frozen=True)
class LightningDitConfig:
    channels: int = 32
    out_channels: int = 32
    patch: int = 1
    patches: int = 256
    width: int = 1152
    depth: int = 28
    heads: int = 16
    hidden: int = 3072
    classes: int = 1000
    rms: bool = True
    swiglu: bool = True
    rotary: bool = True
    normalized: bool = False
    shifts: bool = True

    @property
    def side(self) -> int:
        return round(self.patches**0.5)

    @classmethod
    def of(cls, shapes: Shapes) -> LightningDitConfig | None:
        if not has(shapes, "x_embedder.proj.weight", "y_embedder.embedding_table.weight", "final_layer.linear.weight", "pos_embed"):
            return None
        rms, rotary = "blocks.0.norm1.weight" in shapes, "feat_rope.freqs_cos" in shapes
        swiglu = "blocks.0.mlp.w12.weight" in shapes
        if not (rms or rotary or swiglu):
            return None  # DiT
        width, channels, patch, _ = shapes["x_embedder.proj.weight"]
        head = shapes["feat_rope.freqs_cos"][1] if rotary else 64
        return cls(
            channels,
            shapes["final_layer.linear.weight"][0] // patch**2,
            patch,
            shapes["pos_embed"][1],
            width,
            count(shapes, "blocks."),
            width // head if rotary else ODD_HEADS.get(width) or max(1, width // head),
            shapes["blocks.0.mlp.w3.weight"][1] if swiglu else shapes["blocks.0.mlp.fc1.weight"][0],
            shapes["y_embedder.embedding_table.weight"][0] - 1,
            rms,
            swiglu,
            rotary,
            "blocks.0.attn.q_norm.weight" in shapes,
            shapes["blocks.0.adaLN_modulation.1.weight"][0] == 6 * width,
        )


def _norm(width: int, rms: bool, affine: bool = False) -> nn.Module:
    return RmsNorm(width, 1e-6) if rms else nn.LayerNorm(width, 1e-6, elementwise_affine=affine)


class _Attention(nn.Module):
    def __init__(self, c: LightningDitConfig) -> None:
        super().__init__()
        self.heads = c.heads
        self.qkv, self.proj = nn.Linear(c.width, 3 * c.width), nn.Linear(c.width, c.width)
        head = c.width // c.heads
        self.q_norm, self.k_norm = (_norm(head, c.rms, affine=True) if c.normalized else nn.Identity() for _ in range(2))

    def forward(self, x: Tensor, rotation: Tensor | None) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = self.q_norm(q), self.k_norm(k)  # each (batch, heads, length, head width)
        if rotation is not None:
            q, k = rotated_pairs(q, rotation), rotated_pairs(k, rotation)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class _SwiGlu(nn.Module):
    """Shazeer 2020: one layer gives gate and values."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.w12, self.w3 = nn.Linear(width, 2 * hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.w12(x).chunk(2, -1)
        return self.w3(F.silu(gate) * value)


class _Block(nn.Module):
    def __init__(self, c: LightningDitConfig) -> None:
        super().__init__()
        self.shifts = c.shifts
        self.norm1, self.norm2 = _norm(c.width, c.rms), _norm(c.width, c.rms)
        self.attn = _Attention(c)
        self.mlp = _SwiGlu(c.width, c.hidden) if c.swiglu else VitFeedForward(c.width, c.hidden, smooth=False)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(c.width, (6 if c.shifts else 4) * c.width))

    def forward(self, x: Tensor, c: Tensor, rotation: Tensor | None) -> Tensor:
        parts = self.adaLN_modulation(c)[:, None]
        if self.shifts:
            shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = parts.chunk(6, -1)
        else:
            scale_1, gate_1, scale_2, gate_2 = parts.chunk(4, -1)
            shift_1 = shift_2 = torch.zeros_like(scale_1)
        x = x + gate_1 * self.attn(modulated(self.norm1(x), shift_1, scale_1), rotation)
        return x + gate_2 * self.mlp(modulated(self.norm2(x), shift_2, scale_2))


class _Last(nn.Module):
    def __init__(self, c: LightningDitConfig) -> None:
        super().__init__()
        self.norm_final = _norm(c.width, c.rms)
        self.linear = nn.Linear(c.width, c.patch**2 * c.out_channels)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 2 * c.width))

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        shift, scale = self.adaLN_modulation(c)[:, None].chunk(2, -1)
        return self.linear(modulated(self.norm_final(x), shift, scale))


class LightningDit(nn.Module):
    def __init__(self, config: LightningDitConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or LightningDitConfig()
        self.x_embedder = nn.ModuleDict({"proj": nn.Conv2d(c.channels, c.width, c.patch, c.patch)})
        self.pos_embed = nn.Parameter(torch.zeros(1, c.patches, c.width))
        self.t_embedder = TimeEmbedding(c.width)
        self.y_embedder = nn.ModuleDict({"embedding_table": nn.Embedding(c.classes + 1, c.width)})  # the last row is no class
        self.blocks = nn.ModuleList(_Block(c) for _ in range(c.depth))
        self.final_layer = _Last(c)

    def forward(self, x: Tensor, t: Tensor, labels: Tensor) -> Tensor:
        """The velocity ``data − noise``.

        Args:
            x: noisy latents (batch, channels, side, side).
            t: (batch,) in 0 (noise) to 1 (data).
            labels: class numbers (batch,); ``classes`` stands for none.

        Returns:
            (batch, channels, side, side).
        """
        config = self.config
        c = self.t_embedder(t) + self.y_embedder["embedding_table"](labels)
        rotation = grid_rotation(config.side, config.side, config.width // config.heads, device=x.device) if config.rotary else None
        x = self.x_embedder["proj"](x).flatten(2).transpose(1, 2) + self.pos_embed
        for block in self.blocks:
            x = block(x, c, rotation)
        return from_patches(self.final_layer(x, c), config.side, config.patch)[:, : config.channels]
