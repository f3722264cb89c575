"""HMAR: VAR without a memory of earlier scales, and with second thoughts about the tokens of a scale.

Kumbong et al. 2025, "HMAR: efficient hierarchical masked auto-regressive image generation". Keys as published.

All scales go through the first blocks; the last ones come twice: for the tokens of the next scale, and for masked ones among them. A token
sees its own scale alone: what the earlier ones made is in f̂, which it is fed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.blocks import modulated
from nodes.models.shapes import Shapes, count, has
from nodes.models.var_transformer import VarBlock, VarTransformerConfig, normed, scales_of
from nodes.models.var_vqvae import VarVqvae


@dataclass(frozen=True)
class HmarConfig(VarTransformerConfig):
    """``depth`` counts the first blocks, ``twice`` those that come twice."""

    twice: int = 8

    @classmethod
    def of(cls, shapes: Shapes) -> HmarConfig | None:
        if not has(shapes, "base_blocks.", "ns_blocks.", "mask_blocks.", "word_embed_bias", "mask_embed.weight"):
            return None
        depth, twice = count(shapes, "base_blocks."), count(shapes, "ns_blocks.")
        sharpness, (width, code_width) = shapes.get("ns_blocks.0.attn.scale_mul_1H11"), shapes["word_embed.weight"]
        return cls(
            width,
            depth,
            sharpness[1] if sharpness else depth + twice,
            shapes["ns_blocks.0.ffn.fc1.weight"][0],
            shapes["ns_head.weight"][0],
            code_width,
            shapes["class_emb.weight"][0] - 1,
            scales_of(shapes["pos_1LC"][1]),
            sharpness is not None,
            "shared_ada_lin.1.weight" in shapes,
            twice=twice,
        )


def _head_norm(width: int) -> nn.ModuleDict:
    return nn.ModuleDict({"ada_lin": nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))})


class Hmar(nn.Module):
    def __init__(self, config: HmarConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or HmarConfig(depth=8)
        self.class_emb = nn.Embedding(c.classes + 1, c.width)  # the last row is no class
        self.pos_start = nn.Parameter(torch.zeros(1, 1, c.width))
        self.pos_1LC = nn.Parameter(torch.zeros(1, sum(side**2 for side in c.scales), c.width))
        self.lvl_embed = nn.Embedding(len(c.scales), c.width)
        self.word_embed, self.word_embed_bias = nn.Linear(c.code_width, c.width, bias=False), nn.Parameter(torch.zeros(c.width))
        self.mask_embed = nn.Embedding(1, c.width)
        if c.shared:
            self.shared_ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 6 * c.width))
        self.base_blocks = nn.ModuleList(VarBlock(c) for _ in range(c.depth))
        self.ns_blocks, self.mask_blocks = (nn.ModuleList(VarBlock(c) for _ in range(c.twice)) for _ in range(2))
        self.ns_head_nm, self.mask_head_nm = _head_norm(c.width), _head_norm(c.width)
        self.ns_head, self.mask_head = nn.Linear(c.width, c.codebook), nn.Linear(c.width, c.codebook)

    def forward(self, labels: Tensor, scale: int, before: Tensor, own: Tensor | None = None, masked: Tensor | None = None) -> Tensor:
        """Logits (batch, side², codebook) float32 of one scale.

        Args:
            labels: class numbers (batch,); ``classes`` stands for none.
            scale: which one.
            before: f̂ of the scales before it, averaged down to its side: (batch, side², code width); not looked at for scale 0.
            own: what its tokens add to f̂, averaged down likewise; None predicts all of them from nothing.
            masked: (batch, side²) bool, the tokens to predict again.
        """
        class_ = self.class_emb(labels)
        x = self.word_embed(before) + self.word_embed_bias if scale else class_[:, None] + self.pos_start
        if own is not None:
            x = x + torch.where(masked[..., None], self.mask_embed.weight, self.word_embed(own))
        start = sum(side**2 for side in self.config.scales[:scale])
        x = x + self.lvl_embed.weight[scale] + self.pos_1LC[:, start : start + x.shape[1]]
        condition = self.shared_ada_lin(class_).unflatten(-1, (1, 6, -1)) if self.config.shared else class_
        last, norm, head = (
            (self.ns_blocks, self.ns_head_nm, self.ns_head) if own is None else (self.mask_blocks, self.mask_head_nm, self.mask_head)
        )
        for block in (*self.base_blocks, *last):
            x = block(x, condition, None, None, 0, 0)
        gain, shift = norm["ada_lin"](class_)[:, None].chunk(2, -1)
        return head(modulated(normed(x), shift, gain)).float()


class HmarReader:
    """Predicts the tokens of one scale after another, and tokens of the last one again.

    ``labels`` are one tensor of class numbers (batch,) a prompt, the positive one first; all prompts go through the model together.
    """

    def __init__(self, model: Hmar, tokenizer: VarVqvae, labels: Sequence[Tensor]) -> None:
        self.model, self.tokenizer, self.labels = model, tokenizer, list(labels)
        self.scale = -1
        self.f_hat: Tensor | None = None

    def _span(self) -> slice:
        sides = self.model.config.scales
        start = sum(side**2 for side in sides[: self.scale])
        return slice(start, start + sides[self.scale] ** 2)

    def _added(self, ids: Tensor) -> Tensor:
        return self.tokenizer.contribution(self.tokenizer.codes(ids[:, self._span()], self.scale), self.scale)

    def accumulated(self, ids: Tensor) -> Tensor:
        """f̂ of all scales predicted up to now; after the last one, what `VarVqvae.pixels` shows."""
        added = self._added(ids)
        return added if self.f_hat is None else self.f_hat + added

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, side², codebook) of the next scale; ``ids`` (batch, L), the scales before it known."""
        if self.scale >= 0:
            self.f_hat = self.accumulated(ids)
        self.scale += 1
        return self._predicted(None, None, len(ids), prompts)

    def again(self, ids: Tensor, masked: Tensor, prompts: int = 1) -> Tensor:
        """Logits of the scale that was predicted last, as if its tokens where ``masked`` (batch, side²) were not known."""
        return self._predicted(self.tokenizer.next_map(self._added(ids), self.scale), masked, len(ids), prompts)

    def _predicted(self, own: Tensor | None, masked: Tensor | None, batch: int, prompts: int) -> Tensor:
        labels = torch.cat(self.labels[:prompts])
        width = self.model.config.code_width
        before = labels.new_zeros(batch, 1, width) if self.f_hat is None else self.tokenizer.next_map(self.f_hat, self.scale)
        parts = (None if part is None else part.repeat(prompts, 1, 1) for part in (before, own))
        masked = None if masked is None else masked.repeat(prompts, 1)
        return self.model(labels, self.scale, *parts, masked).unflatten(0, (prompts, batch))
