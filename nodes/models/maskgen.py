"""MaskGen: pictures from words as lines of TA-TiTok tokens, in codes (VQ) or continuous (KL).

Kim et al. 2025, "Democratizing text-to-image masked generative models with compact text-aware one-dimensional tokens". Keys as published.
Words enter as features of CLIP; an aesthetic score enters as waves beside the pooled features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.diffusion_head import DiffusionHead, HeadOver, head_sizes
from nodes.models.joint_blocks import AdaptiveNorm, JointBlock, sines_then_cosines
from nodes.models.shapes import Shapes, count, has

HEADS = 16
"""Of all published models."""

AESTHETIC = 6.5
"""The score that pictures are asked for with."""


@dataclass(frozen=True)
class Words:
    """What CLIP says of a prompt: hidden states (batch, words, text width) and the pooled vector (batch, text width)."""

    hidden: Tensor
    pooled: Tensor


def for_batch(words: Sequence[Words], batch: int) -> Words:
    """Words of prompts, each of one item or of the batch, for the batch once a prompt."""
    return Words(torch.cat([one.hidden.expand(batch, -1, -1) for one in words]), torch.cat([one.pooled.expand(batch, -1) for one in words]))


def asked_of(logits: Tensor, asked: Tensor, prompts: int) -> Tensor:
    """Logits (prompts, batch, asked, codebook) of those of all places (prompts·batch, length, codebook)."""
    by_prompt = logits.unflatten(0, (prompts, -1))
    where = asked.expand(by_prompt.shape[1], -1)[None, :, :, None].expand(prompts, -1, -1, logits.shape[-1])
    return by_prompt.gather(2, where)


@dataclass(frozen=True)
class MaskGenVqConfig:
    """Sizes; of the vocabulary's ``rows``, those behind codes and mask were trained for nothing."""

    width: int = 1024
    depth: int = 16
    heads: int = HEADS
    codebook: int = 8192
    rows: int = 9194
    length: int = 128
    text_width: int = 768
    waves: int = 256

    @classmethod
    def of(cls, shapes: Shapes) -> MaskGenVqConfig | None:
        if not has(shapes, "cond_pooled_proj.weight", "text_embed_proj.weight", "embeddings.weight", "blocks.0.attn.add_k_proj.weight"):
            return None
        rows, width = shapes["embeddings.weight"]
        text_width = shapes["text_embed_proj.weight"][1]
        return cls(
            width,
            count(shapes, "blocks."),
            HEADS,
            max(1, rows - 1002),
            rows,
            shapes["pos_embed"][1],
            text_width,
            shapes["cond_pooled_proj.weight"][1] - text_width,
        )


class MaskGenVq(nn.Module):
    def __init__(self, config: MaskGenVqConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or MaskGenVqConfig()
        self.embeddings = nn.Embedding(c.rows, c.width)
        self.pos_embed = nn.Parameter(torch.zeros(1, c.length, c.width))
        self.text_embed_proj = nn.Linear(c.text_width, c.width)
        self.cond_pooled_proj = nn.Linear(c.text_width + c.waves, c.width)
        self.blocks = nn.ModuleList(JointBlock(c.width, c.heads, i == c.depth - 1) for i in range(c.depth))
        self.norm = AdaptiveNorm(c.width)
        self.lm_head = nn.Linear(c.width, c.rows, bias=False)

    def forward(self, ids: Tensor, words: Words, aesthetic: Tensor) -> Tensor:
        """Logits (batch, length, codebook) float32.

        Args:
            ids: (batch, length) int64, −1 or the size of the codebook where masked.
            words: of the prompts.
            aesthetic: score of the picture wanted (batch,), about 4 to 7.
        """
        c = self.config
        waves = sines_then_cosines(aesthetic * 100, c.waves, 1000.0)
        condition = self.cond_pooled_proj(torch.cat([words.pooled, waves], -1))
        x = self.embeddings(torch.where(ids < 0, c.codebook, ids)) + self.pos_embed
        text = self.text_embed_proj(words.hidden)
        for block in self.blocks:
            x, text = block(x, text, condition)
        return nn.functional.linear(self.norm.normed(x, condition), self.lm_head.weight[: c.codebook]).float()


class MaskGenReader:
    """Predicts tokens that are not known from those that are; ``words`` are one a prompt, the positive one first."""

    def __init__(self, model: MaskGenVq, words: Sequence[Words], aesthetic: float = AESTHETIC) -> None:
        self.model, self.words, self.aesthetic = model, words, aesthetic

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) of ``ids`` (batch, length), −1 where unknown."""
        words = for_batch(self.words[:prompts], len(ids))
        score = words.pooled.new_full((len(words.pooled),), self.aesthetic)
        return asked_of(self.model(ids.repeat(prompts, 1), words, score), asked, prompts)


@dataclass(frozen=True)
class MaskGenKlConfig:
    """Sizes; tokens are the autoencoder's times ``scale``."""

    token_width: int = 16
    width: int = 1024
    depth: int = 16
    heads: int = HEADS
    length: int = 32
    text_width: int = 768
    waves: int = 256
    head_width: int = 1024
    head_depth: int = 8
    scale: float = 0.7525

    @classmethod
    def of(cls, shapes: Shapes) -> MaskGenKlConfig | None:
        if not has(shapes, "text_emb.weight", "text_pooled_emb.weight", "decoder_blocks.0.attn.add_k_proj.weight", "diffloss.net."):
            return None
        width, token_width = shapes["z_proj.weight"]
        text_width = shapes["text_emb.weight"][1]
        return cls(
            token_width,
            width,
            count(shapes, "decoder_blocks."),
            HEADS,
            shapes["diffusion_pos_embed_learned"][1],
            text_width,
            shapes["text_pooled_emb.weight"][1] - text_width,
            **head_sizes(shapes),
        )


class MaskGenKl(nn.Module):
    def __init__(self, config: MaskGenKlConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or MaskGenKlConfig()
        self.z_proj, self.z_proj_ln = nn.Linear(c.token_width, c.width), nn.LayerNorm(c.width, 1e-6)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, c.width))
        self.decoder_pos_embed_learned = nn.Parameter(torch.zeros(1, c.length, c.width))
        self.diffusion_pos_embed_learned = nn.Parameter(torch.zeros(1, c.length, c.width))
        self.text_emb = nn.Linear(c.text_width, c.width)
        self.text_pooled_emb = nn.Linear(c.text_width + c.waves, c.width)
        self.decoder_blocks = nn.ModuleList(JointBlock(c.width, c.heads, i == c.depth - 1) for i in range(c.depth))
        self.decoder_norm = AdaptiveNorm(c.width)
        self.diffloss = nn.ModuleDict({"net": DiffusionHead(c.token_width, c.width, c.head_width, c.head_depth)})

    def forward(self, tokens: Tensor, known: Tensor, words: Words, aesthetic: Tensor, asked: Tensor | None = None) -> Tensor:
        """What conditions the head, z (batch, asked, width).

        Args:
            tokens: (batch, length, D); what is not known is not looked at.
            known: (batch, length) bool.
            words: of the prompts.
            aesthetic: score of the picture wanted (batch,).
            asked: (batch, length) bool, as many True in every item; None = all.
        """
        # Sines and cosines in turn, where the model over codes has all sines first.
        waves = sines_then_cosines(aesthetic * 100, self.config.waves, 10000.0).unflatten(-1, (2, -1)).transpose(1, 2).flatten(1)
        condition = self.text_pooled_emb(torch.cat([words.pooled, waves], -1))
        x = torch.where(known[..., None], self.z_proj_ln(self.z_proj(tokens)), self.mask_token)
        x, text = x + self.decoder_pos_embed_learned, self.text_emb(words.hidden)
        for block in self.decoder_blocks:
            x, text = block(x, text, condition)
        z = self.decoder_norm.normed(x, condition) + self.diffusion_pos_embed_learned
        return z if asked is None else z[asked].unflatten(0, (len(z), -1))

    def head(self, x: Tensor, t: Tensor, z: Tensor) -> Tensor:
        """Noise and its variance (n, 2·D) for noisy tokens (n, D) at times (n,)."""
        return self.diffloss["net"](x, t, z)

    def head_over(self, z: Tensor, steps: Sequence[int]) -> HeadOver:
        """The same for conditions (n, width) that stay, at steps in their order."""
        return HeadOver(self.diffloss["net"], z, steps)
