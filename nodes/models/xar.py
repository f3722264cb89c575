"""xAR: a picture cell by cell, each a flow from noise in the light of the cells before it.

Ren et al. 2025, "Beyond next-token: next-X prediction for autoregressive visual generation", where X is a cell of neighboring tokens.
Latents are those of MAR's autoencoder. Keys as published.

Letters: K cells of M tokens each, cell by cell in raster order, and within a cell likewise; L = K·M.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import KeyValueCache, RmsNorm, grid_rotation, modulated, rotated_pairs, time_waves
from nodes.models.shapes import Shapes, count, has

EPS = 1e-6
WAVES = 256
CELLS = 4
"""Of all published models."""

HEAD = 64
"""Width of a head where no table of rotations tells it."""


@dataclass(frozen=True)
class XarConfig:
    """Sizes; ``scale`` is what the autoencoder's latents are multiplied by."""

    channels: int = 16
    width: int = 768
    depth: int = 8
    decoder_depth: int = 8
    heads: int = 12
    hidden: int = 2048
    classes: int = 1000
    patches: int = 256
    cells: int = CELLS
    scale: float = 0.2325

    @property
    def side(self) -> int:
        """Rows and columns of the latent."""
        return round(self.patches**0.5)

    @property
    def cell(self) -> int:
        """Tokens of a cell."""
        return self.patches // self.cells

    @classmethod
    def of(cls, shapes: Shapes) -> XarConfig | None:
        if not has(
            shapes, "encoder_blocks.0.ada_lin.1.weight", "decoder_blocks.0.mlp.fc1_g.weight", "pred.weight", "time_embed.mlp.0.weight"
        ):
            return None
        width, channels = shapes["z_proj.weight"]
        return cls(
            channels,
            width,
            count(shapes, "encoder_blocks."),
            count(shapes, "decoder_blocks."),
            width // shapes.get("encoder_blocks.0.attn.rope.freqs_cos", (0, HEAD))[1],
            shapes["encoder_blocks.0.mlp.fc1_g.weight"][0],
            shapes["class_emb.weight"][0] - 1,
            shapes["encoder_pos_embed_learned"][1],
        )


class _Block(nn.Module):
    """Scales, shifts and gates of each cell follow its own condition."""

    def __init__(self, c: XarConfig) -> None:
        super().__init__()
        self.heads, self.cell = c.heads, c.cell
        self.attn = nn.ModuleDict({"qkv": nn.Linear(c.width, 3 * c.width), "proj": nn.Linear(c.width, c.width)})
        self.mlp = nn.ModuleDict({"fc1_g": nn.Linear(c.width, c.hidden), "fc1_x": nn.Linear(c.width, c.hidden)})
        self.mlp["fc2"] = nn.Linear(c.hidden, c.width)
        self.ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 6 * c.width))

    def forward(
        self, x: Tensor, condition: Tensor, turn: Tensor, mask: Tensor | None, cache: KeyValueCache, layer: int, start: int
    ) -> Tensor:
        parts = self.ada_lin(condition).repeat_interleave(self.cell, 1).chunk(6, -1)
        gate_1, gate_2, scale_1, scale_2, shift_1, shift_2 = parts
        x = x + gate_1 * self._mixed(modulated(_normed(x), shift_1, scale_1), turn, mask, cache, layer, start)
        h = modulated(_normed(x), shift_2, scale_2)
        return x + gate_2 * self.mlp["fc2"](F.gelu(self.mlp["fc1_g"](h)) * self.mlp["fc1_x"](h))

    def _mixed(self, x: Tensor, turn: Tensor, mask: Tensor | None, cache: KeyValueCache, layer: int, start: int) -> Tensor:
        q, k, v = self.attn["qkv"](x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        k, v = cache.extended(layer, start, rotated_pairs(k, turn), v)
        mixed = F.scaled_dot_product_attention(rotated_pairs(q, turn), k, v, attn_mask=mask)
        return self.attn["proj"](mixed.transpose(1, 2).flatten(2))


def _normed(x: Tensor) -> Tensor:
    return F.rms_norm(x.float(), x.shape[-1:], eps=EPS).to(x.dtype)


class Xar(nn.Module):
    def __init__(self, config: XarConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or XarConfig()
        self.class_emb = nn.Embedding(c.classes + 1, c.width)  # the last row is no class
        self.time_embed = nn.ModuleDict({"mlp": nn.Sequential(nn.Linear(WAVES, c.width), nn.SiLU(), nn.Linear(c.width, c.width))})
        self.z_proj, self.z_proj_ln = nn.Linear(c.channels, c.width), RmsNorm(c.width, EPS)
        self.encoder_pos_embed_learned = nn.Parameter(torch.zeros(1, c.patches, c.width))
        self.decoder_pos_embed_learned = nn.Parameter(torch.zeros(1, c.patches, c.width))
        self.encoder_blocks = nn.ModuleList(_Block(c) for _ in range(c.depth))
        self.decoder_blocks = nn.ModuleList(_Block(c) for _ in range(c.decoder_depth))
        self.encoder_norm, self.decoder_norm = RmsNorm(c.width, EPS), RmsNorm(c.width, EPS)
        self.decoder_embed, self.pred = nn.Linear(c.width, c.width), nn.Linear(c.width, c.channels)

    def cache(self, batch: int, like: Tensor) -> KeyValueCache:
        c = self.config
        return KeyValueCache(c.depth + c.decoder_depth, batch, c.heads, c.patches, c.width // c.heads, like)

    def forward(self, cells: Tensor, times: Tensor, labels: Tensor, cache: KeyValueCache | None = None, first: int = 0) -> Tensor:
        """Velocity, noise − data, of cells that each look at those before them: (batch, cells·M, channels).

        Args:
            cells: (batch, cells·M, channels), ``(1 − t)·data + t·noise``.
            times: t of each cell (batch, cells), 0 to 1; told to the model in steps of a thousandth.
            labels: class numbers (batch,); as many as there are classes is none.
            cache: of what stands before the first cell; these are written into it.
            first: the first cell's number.
        """
        c, start, end = self.config, first * self.config.cell, first * self.config.cell + cells.shape[1]
        kept = self.cache(len(cells), cells) if cache is None else cache
        waves = time_waves((times * 1000).long().flatten(), WAVES).to(cells)
        condition = self.class_emb(labels)[:, None] + self.time_embed["mlp"](waves).unflatten(0, times.shape)
        turn, mask = self._rotation(cells.device)[start:end], None
        if times.shape[1] > 1:
            number = torch.arange(end, device=cells.device) // c.cell
            mask = number[start:, None] >= number
        x = self.z_proj_ln(self.z_proj(cells) + self.encoder_pos_embed_learned[:, start:end])
        for layer, block in enumerate(self.encoder_blocks):
            x = block(x, condition, turn, mask, kept, layer, start)
        x = self.decoder_embed(self.encoder_norm(x)) + self.decoder_pos_embed_learned[:, start:end]
        for layer, block in enumerate(self.decoder_blocks, c.depth):
            x = block(x, condition, turn, mask, kept, layer, start)
        return self.pred(self.decoder_norm(x))

    def _rotation(self, device: torch.device) -> Tensor:
        c = self.config
        return self.by_cells(grid_rotation(c.side, c.side, c.width // c.heads, device=device)[None])[0]

    def by_cells(self, tokens: Tensor) -> Tensor:
        """Tokens (batch, L, …) from raster order to cell by cell."""
        rows, side = round(self.config.cells**0.5), self.config.side
        return tokens.unflatten(1, (rows, side // rows, rows, side // rows)).transpose(2, 3).flatten(1, 4)

    def latents(self, cells: Tensor) -> Tensor:
        """Tokens (batch, L, channels) cell by cell to (batch, channels, side, side)."""
        rows, side = round(self.config.cells**0.5), self.config.side
        grid = cells.unflatten(1, (rows, rows, side // rows, side // rows)).transpose(2, 3).flatten(1, 4)
        return grid.unflatten(1, (side, side)).movedim(-1, 1)
