"""MAR: a masked transformer over continuous tokens, each drawn by a small diffusion model.

Li et al. 2024, "Autoregressive image generation without vector quantization". Keys as published.

An encoder reads the known tokens behind a buffer that repeats the class, a decoder all places; what it says of a place conditions the
head. Letters: B the buffer, L tokens, D values of a token, z the condition of the head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.diffusion_head import DiffusionHead, HeadOver, head_sizes
from nodes.models.shapes import Shapes, count, has
from nodes.models.vit_blocks import VitBlock

ODD_HEADS = {1280: 16}
"""Heads of the published widths whose heads are not 64 wide."""


@dataclass(frozen=True)
class MarConfig:
    """Sizes; a token is ``patch`` cells of the autoencoder a side, its latents times ``scale``."""

    token_width: int = 16
    encoder_width: int = 768
    encoder_depth: int = 12
    encoder_heads: int = 12
    encoder_hidden: int = 3072
    decoder_width: int = 768
    decoder_depth: int = 12
    decoder_heads: int = 12
    decoder_hidden: int = 3072
    classes: int = 1000
    length: int = 256
    buffer: int = 64
    head_width: int = 1024
    head_depth: int = 6
    patch: int = 1
    scale: float = 0.2325

    @classmethod
    def of(cls, shapes: Shapes) -> MarConfig | None:
        if not has(shapes, "encoder_blocks.", "decoder_blocks.", "class_emb.weight", "fake_latent", "diffloss.net."):
            return None
        encoder_width, token_width = shapes["z_proj.weight"]
        decoder_width, length = shapes["decoder_embed.weight"][0], shapes["diffusion_pos_embed_learned"][1]
        return cls(
            token_width,
            encoder_width,
            count(shapes, "encoder_blocks."),
            ODD_HEADS.get(encoder_width) or max(1, encoder_width // 64),
            shapes["encoder_blocks.0.mlp.fc1.weight"][0],
            decoder_width,
            count(shapes, "decoder_blocks."),
            ODD_HEADS.get(decoder_width) or max(1, decoder_width // 64),
            shapes["decoder_blocks.0.mlp.fc1.weight"][0],
            shapes["class_emb.weight"][0],
            length,
            shapes["encoder_pos_embed_learned"][1] - length,
            **head_sizes(shapes),
        )


class Mar(nn.Module):
    def __init__(self, config: MarConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or MarConfig()
        whole = c.buffer + c.length
        self.class_emb = nn.Embedding(c.classes, c.encoder_width)
        self.fake_latent = nn.Parameter(torch.zeros(1, c.encoder_width))
        self.z_proj, self.z_proj_ln = nn.Linear(c.token_width, c.encoder_width), nn.LayerNorm(c.encoder_width, 1e-6)
        self.encoder_pos_embed_learned = nn.Parameter(torch.zeros(1, whole, c.encoder_width))
        self.encoder_blocks = nn.ModuleList(VitBlock(c.encoder_width, c.encoder_heads, c.encoder_hidden) for _ in range(c.encoder_depth))
        self.encoder_norm = nn.LayerNorm(c.encoder_width, 1e-6)
        self.decoder_embed = nn.Linear(c.encoder_width, c.decoder_width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, c.decoder_width))
        self.decoder_pos_embed_learned = nn.Parameter(torch.zeros(1, whole, c.decoder_width))
        self.decoder_blocks = nn.ModuleList(VitBlock(c.decoder_width, c.decoder_heads, c.decoder_hidden) for _ in range(c.decoder_depth))
        self.decoder_norm = nn.LayerNorm(c.decoder_width, 1e-6)
        self.diffusion_pos_embed_learned = nn.Parameter(torch.zeros(1, c.length, c.decoder_width))
        self.diffloss = nn.ModuleDict({"net": DiffusionHead(c.token_width, c.decoder_width, c.head_width, c.head_depth)})

    def patches(self, latent: Tensor) -> Tensor:
        """Latents (batch, channels, rows, columns) to tokens (batch, L, channels·patch²), channel first."""
        return nn.functional.pixel_unshuffle(latent, self.config.patch).flatten(2).transpose(1, 2)

    def latents(self, tokens: Tensor) -> Tensor:
        """The way back, to a square."""
        side = round(tokens.shape[1] ** 0.5)
        return nn.functional.pixel_shuffle(tokens.transpose(1, 2).unflatten(2, (side, side)), self.config.patch)

    def encoded(self, tokens: Tensor, known: Tensor, class_: Tensor) -> Tensor:
        """The buffer and the known tokens in raster order (batch, B + known, encoder width)."""
        x = torch.cat([class_[:, None].expand(-1, self.config.buffer, -1), self.z_proj(tokens)], 1)
        x = self.z_proj_ln(x + self.encoder_pos_embed_learned)
        x = x[self._with_buffer(known)].unflatten(0, (len(x), -1))
        for block in self.encoder_blocks:
            x = block(x)
        return self.encoder_norm(x)

    def decoded(self, encoded: Tensor, known: Tensor, asked: Tensor) -> Tensor:
        """z (batch, asked, decoder width); the last block is worked out for them alone."""
        there = self._with_buffer(known)
        x = self.mask_token.expand(*there.shape, -1).clone()
        x[there] = self.decoder_embed(encoded).flatten(0, 1)
        x = x + self.decoder_pos_embed_learned
        *others, last = self.decoder_blocks
        for block in others:
            x = block(x)
        places = asked.nonzero()[:, 1].view(len(x), -1)
        return self.decoder_norm(last.only(x, places + self.config.buffer)) + self.diffusion_pos_embed_learned[0, places]

    def _with_buffer(self, known: Tensor) -> Tensor:
        return nn.functional.pad(known, (self.config.buffer, 0), value=True)

    def forward(self, tokens: Tensor, known: Tensor, labels: Tensor, asked: Tensor | None = None) -> Tensor:
        """What conditions the head.

        Args:
            tokens: (batch, L, D); what is not known is not looked at.
            known: (batch, L) bool, as many True in every item.
            labels: class numbers (batch,); ``classes`` stands for none.
            asked: (batch, L) bool, as many True in every item; None = all.

        Returns:
            z (batch, asked, decoder width), in raster order.
        """
        class_ = torch.cat([self.class_emb.weight, self.fake_latent])[labels]
        return self.decoded(self.encoded(tokens, known, class_), known, torch.ones_like(known) if asked is None else asked)

    def head(self, x: Tensor, t: Tensor, z: Tensor) -> Tensor:
        """Noise and its variance (n, 2·D) for noisy tokens (n, D) at times (n,)."""
        return self.diffloss["net"](x, t, z)

    def head_over(self, z: Tensor, steps: Sequence[int]) -> HeadOver:
        """The same for conditions (n, decoder width) that stay, at steps in their order."""
        return HeadOver(self.diffloss["net"], z, steps)
