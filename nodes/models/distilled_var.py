"""The student of VAR by distilled decoding: noise in every place becomes the tokens of all scales in one pass.

Liu et al. 2024, "Distilled Decoding 1: one-step sampling of image auto-regressive models with flow matching". Keys as published.

The class stands in front as a scale of its own. What comes behind it are the tokens themselves, not maps of f̂: values of those that are
known, noise for the others, and every block is told which is which. A token sees the scales before its own, and of its own itself alone.
Two heads say what each token is: a code, by logits, and a vector.

Letters: L tokens of all scales, D values of a token, C width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import modulated
from nodes.models.shapes import Shapes, count, has
from nodes.models.var_transformer import VarBlock, VarTransformerConfig, normed, scales_of

SPLITS = {16: 5, 20: 4, 24: 4}
"""Scales that the published students were trained to say as codes, by depth."""


@dataclass(frozen=True)
class DistilledVarConfig(VarTransformerConfig):
    """Sizes of VAR; ``scales`` are those of the picture, without the one of the class.

    Attributes:
        split: how many scales are said as codes, the others as vectors.
        kept: how many scales of a first pass a second one keeps.
    """

    split: int = 5
    kept: int = 5

    @classmethod
    def of(cls, shapes: Shapes) -> DistilledVarConfig | None:
        if not has(shapes, "pos_1LC", "n_d_embed.weight", "layerwise_n_d_embed.", "final_layer_conti.linear.weight", "blocks."):
            return None
        depth, sharpness = count(shapes, "blocks."), shapes.get("blocks.0.attn.scale_mul_1H11")
        width, code_width = shapes["word_embed.weight"]
        return cls(
            width,
            depth,
            sharpness[1] if sharpness else depth,
            shapes["blocks.0.ffn.fc1.weight"][0],
            shapes["head.weight"][0],
            code_width,
            shapes["class_emb.weight"][0] - 1,
            scales_of(shapes["pos_1LC"][1] - 1),
            sharpness is not None,
            "shared_ada_lin.1.weight" in shapes,
            split=SPLITS.get(depth, 4),
            kept=SPLITS.get(depth, 4),
        )

    @property
    def parts(self) -> tuple[int, ...]:
        """Tokens of each part that ``split`` and ``kept`` count: a scale."""
        return tuple(side**2 for side in self.scales)


class _Block(VarBlock):
    def forward(self, x: Tensor, condition: Tensor, mark: Tensor, mask: Tensor) -> Tensor:
        """``mark`` (batch or 1, 1 + L, C) tells what is known, and comes between attention and network."""
        parts = condition + self.ada_gss if hasattr(self, "ada_gss") else self.ada_lin(condition).unflatten(-1, (1, 6, -1))
        gate_1, gate_2, scale_1, scale_2, shift_1, shift_2 = parts.unbind(-2)  # each (batch, 1, C)
        x = x + gate_1 * self.attn(modulated(normed(x), shift_1, scale_1), mask, None, 0, 0) + mark
        h = self.ffn["fc1"](modulated(normed(x), shift_2, scale_2))
        return x + gate_2 * self.ffn["fc2"](F.gelu(h, approximate="tanh"))


class VectorHead(nn.Module):
    """The stream as vectors, shifted and scaled by a table and what leads (Chen et al. 2023, "PixArt-α", section 2.3)."""

    def __init__(self, width: int, code_width: int) -> None:
        super().__init__()
        self.scale_shift_table = nn.Parameter(torch.zeros(2, width))
        self.linear = nn.Linear(width, code_width)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """(batch, length, D) of a stream (batch, length, C) and a condition (batch, C)."""
        shift, scale = (self.scale_shift_table + condition[:, None]).chunk(2, 1)
        return self.linear(modulated(normed(x), shift, scale))


class DistilledVar(nn.Module):
    def __init__(self, config: DistilledVarConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or DistilledVarConfig()
        self.class_emb = nn.Embedding(c.classes + 1, c.width)  # the last row is no class
        self.pos_start = nn.Parameter(torch.zeros(1, 1, c.width))
        self.pos_1LC = nn.Parameter(torch.zeros(1, 1 + sum(c.parts), c.width))
        self.lvl_embed = nn.Embedding(1 + len(c.scales), c.width)
        self.word_embed = nn.Linear(c.code_width, c.width)
        self.n_d_embed = nn.Embedding(2, c.width)  # noise, data
        self.layerwise_n_d_embed = nn.ModuleList(nn.Linear(c.width, c.width) for _ in range(c.depth + 1))
        if c.shared:
            self.shared_ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 6 * c.width))
        self.blocks = nn.ModuleList(_Block(c) for _ in range(c.depth))
        self.head_nm = nn.ModuleDict({"ada_lin": nn.Sequential(nn.SiLU(), nn.Linear(c.width, 2 * c.width))})
        self.head = nn.Linear(c.width, c.codebook)
        self.final_layer_conti = VectorHead(c.width, c.code_width)

    def levels(self) -> Tensor:
        """(1 + L,) the scale of each position, 0 the class."""
        counts = torch.tensor((1, *self.config.parts), device=self.pos_1LC.device)
        return torch.arange(len(counts), device=counts.device).repeat_interleave(counts)

    def sight(self) -> Tensor:
        """Which position may look at which: (1 + L, 1 + L) bool."""
        levels = self.levels()
        return (levels[:, None] > levels) | torch.eye(len(levels), dtype=torch.bool, device=levels.device)

    def stream(self, labels: Tensor, values: Tensor, known: int) -> Tensor:
        """What the heads read of each token, (batch, L, C); arguments as of `forward`."""
        class_ = self.class_emb(labels)
        x = torch.cat([class_[:, None] + self.pos_start, self.word_embed(values)], 1)
        mark = self.n_d_embed((torch.arange(x.shape[1], device=x.device) <= known).long())[None]  # the class is known too
        x = x + self.lvl_embed(self.levels()) + self.pos_1LC + mark
        condition = self.shared_ada_lin(class_).unflatten(-1, (1, 6, -1)) if self.config.shared else class_
        mask = self.sight()
        for block, told in zip(self.blocks, self.layerwise_n_d_embed, strict=False):  # the last one is for the heads
            x = block(x, condition, told(mark), mask)
        return (x + self.layerwise_n_d_embed[-1](mark))[:, 1:]

    def code_logits(self, x: Tensor, labels: Tensor) -> Tensor:
        """(batch, length, codebook) float32 of a part of the stream."""
        scale, shift = self.head_nm["ada_lin"](self.class_emb(labels))[:, None].chunk(2, -1)
        return self.head(modulated(normed(x), shift, scale)).float()

    def vectors(self, x: Tensor, labels: Tensor) -> Tensor:
        """(batch, length, D) float32 of a part of the stream."""
        return self.final_layer_conti(x, self.class_emb(labels)).float()

    def forward(self, labels: Tensor, values: Tensor, known: int) -> tuple[Tensor, Tensor]:
        """What each token is, as code and as vector.

        Args:
            labels: class numbers (batch,).
            values: (batch, L, D), normal numbers where nothing is known.
            known: how many tokens, from the first one on.

        Returns:
            Logits (batch, L, codebook) and vectors (batch, L, D), float32.
        """
        x = self.stream(labels, values, known)
        return self.code_logits(x, labels), self.vectors(x, labels)
