"""The starter's flow transformer: words and latent patches in one stream, predicting the velocity of a rectified flow.

After the MM-DiT of Esser et al. 2024 ("Scaling rectified flow transformers", section 4): joint attention over words and patches, modulation
by time and pooled words per modality; here both modalities share the weights of a block, and all blocks share one modulation layer with a
learned offset each (Chen et al. 2023, "PixArt-α", adaLN-single).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import FeedForward, SelfAttention, rms_norm


@dataclass(frozen=True)
class FlowTransformerConfig:
    latent_channels: int = 8
    patch: int = 2
    width: int = 256
    depth: int = 8
    heads: int = 4
    text_width: int = 256
    latent_side: int = 16  # the side it was trained at, in latent cells
    cell: int = 8  # pixels a side that a latent cell covers
    hints: bool = False
    word_places: int | None = None  # words of a prompt whose order it knows by itself; later ones share the last place
    text_encoder: str = ""  # digests of the files it was trained with
    autoencoder: str = ""


DEPTHS = 4
"""So many regions in front of one another are told apart."""


@dataclass(frozen=True)
class Hints:
    """What leads a picture beside words; zeros say nothing, a hint that is None says nothing anywhere.

    Attributes:
        known: latent cells that are known and, as last channel, where (batch, latent channels + 1, height, width).
        lines: drawn lines and where something was drawn (batch, 2, cell · height, cell · width).
        regions: mean of a region's encoded words, presence, and depth in 0 to 1 (batch, text width + 2, height, width).
    """

    known: Tensor | None = None
    lines: Tensor | None = None
    regions: Tensor | None = None


def painted_regions(vectors: Tensor, used: Tensor, areas: Tensor, height: int, width: int = 0) -> Tensor:
    """The hint of regions, the upper over the lower: (batch, width + 2, height, width), with presence and depth behind the words.

    Args:
        vectors: mean of the encoded words (batch, slots, width).
        used: (batch, slots) bool.
        areas: left, top, right, bottom (batch, slots, 4).
        height: in cells.
        width: in cells; 0 = as the height.
    """
    row, column = ((torch.arange(side, device=vectors.device) + 0.5) / side for side in (height, width or height))
    left, top, right, bottom = areas.unbind(-1)
    across = (column >= left[..., None]) & (column < right[..., None])
    down = (row >= top[..., None]) & (row < bottom[..., None])
    inside = (down[..., :, None] & across[..., None, :]) & used[..., None, None]
    painted = vectors.new_zeros(len(vectors), vectors.shape[-1] + 2, len(row), len(column))
    for slot in range(vectors.shape[1]):
        depth = torch.full_like(vectors[:, slot, :1], min(1.0, (slot + 1) / DEPTHS))
        said = torch.cat([vectors[:, slot], torch.ones_like(depth), depth], 1)[:, :, None, None]
        painted = torch.where(inside[:, slot, None], said, painted)
    return painted


class FlowBlock(nn.Module):
    """Attention and feed-forward, each shifted, scaled and gated by time; ``offset`` is (modalities, 6, width)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.feed_forward = FeedForward(width)
        self.offset = nn.Parameter(torch.zeros(2, 6, width))

    def forward(self, x: Tensor, words: int, modulation: Tensor, mask: Tensor, rotation: Tensor) -> Tensor:
        parts = modulation + self.offset  # (batch, modalities, 6, width)
        text, image = parts[:, :1].expand(-1, words, -1, -1), parts[:, 1:].expand(-1, x.shape[1] - words, -1, -1)
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = torch.cat([text, image], 1).unbind(2)
        x = x + gate_1 * self.attention(rms_norm(x) * (1 + scale_1) + shift_1, mask, rotation)
        return x + gate_2 * self.feed_forward(rms_norm(x) * (1 + scale_2) + shift_2)


class FlowTransformer(nn.Module):
    def __init__(self, config: FlowTransformerConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or FlowTransformerConfig()
        values = c.latent_channels * c.patch**2
        self.patches_in = nn.Linear(values, c.width)
        self.text_in = nn.Linear(c.text_width, c.width)
        if c.word_places:
            self.word_place = nn.Parameter(torch.empty(c.word_places, c.width))
            nn.init.normal_(self.word_place, std=0.1)
        self.pooled_in = nn.Linear(c.text_width, c.width)
        self.time_in = nn.Sequential(nn.Linear(c.width, c.width), nn.SiLU(), nn.Linear(c.width, c.width))
        self.modulation = nn.Linear(c.width, 2 * 6 * c.width)
        self.blocks = nn.ModuleList(FlowBlock(c.width, c.heads) for _ in range(c.depth))
        self.modulation_out = nn.Linear(c.width, 2 * c.width)
        self.patches_out = nn.Linear(c.width, values)
        zeroed = [self.modulation, self.modulation_out, self.patches_out]
        if c.hints:
            self.known_in = nn.Linear((c.latent_channels + 1) * c.patch**2, c.width, bias=False)
            self.lines_in = nn.Linear(2 * (c.cell * c.patch) ** 2, c.width, bias=False)
            self.regions_in = nn.Linear((c.text_width + 2) * c.patch**2, c.width, bias=False)
            zeroed += [self.known_in, self.lines_in, self.regions_in]
        for parameter in (parameter for layer in zeroed for parameter in layer.parameters()):
            nn.init.zeros_(parameter)
        with torch.no_grad():  # gates open a little, so that blocks learn from the first step
            self.modulation.bias.view(2, 6, c.width)[:, [2, 5]] = 0.3

    def forward(self, x: Tensor, sigma: Tensor, text: Tensor, text_mask: Tensor, hints: Hints | None = None) -> Tensor:
        """Velocity at noise level sigma.

        Args:
            x: noisy latents ``(1 − σ)·data + σ·noise`` (batch, channels, height, width); height and width are multiples of the patch.
            sigma: (batch,) in 0 (data) to 1 (noise).
            text: (batch, words, text width); an empty prompt has no True in its mask.
            text_mask: (batch, words) bool.
            hints: for a model that was trained with them.

        Returns:
            ``noise − data`` as predicted, shaped like ``x``.

        Raises:
            ValueError: channels or sides do not fit.
        """
        return self.features(x, sigma, text, text_mask, hints)[0]

    def features(
        self, x: Tensor, sigma: Tensor, text: Tensor, text_mask: Tensor, hints: Hints | None = None, layer: int = -1
    ) -> tuple[Tensor, Tensor]:
        """The velocity, and the image tokens (batch, patches, width) after block ``layer``."""
        c = self.config
        batch, channels, height, width = x.shape
        if channels != c.latent_channels or height % c.patch or width % c.patch:
            raise ValueError(
                f"latent: must have {c.latent_channels} channels and sides that are multiples of {c.patch}, "
                f"got {channels} channels, {height} x {width}"
            )
        rows, columns, words = height // c.patch, width // c.patch, text.shape[1]
        patches = self.patches_in(_patches(x, c.patch))
        if hints:
            patches = patches + self._hinted(hints)
        said = self.text_in(text)
        if c.word_places:
            said = said + self.word_place[torch.arange(words, device=x.device).clamp(max=c.word_places - 1)]
        stream = torch.cat([said, patches], 1)
        pooled = (text * text_mask[..., None]).sum(1) / text_mask.sum(1, keepdim=True).clamp(min=1)
        time = self.time_in(_waves(sigma, c.width)) + self.pooled_in(pooled)
        modulation = self.modulation(F.silu(time)).view(batch, 2, 6, c.width)
        mask = F.pad(text_mask, (0, rows * columns), value=True)[:, None, None]
        rotation = self._rotation(rows, columns, words, x.device)
        seen = stream
        for index, block in enumerate(self.blocks):
            stream = block(stream, words, modulation, mask, rotation)
            if index == layer % c.depth:
                seen = stream
        shift, scale = self.modulation_out(F.silu(time))[:, None].chunk(2, -1)
        made = self.patches_out(rms_norm(stream[:, words:]) * (1 + scale) + shift)
        return F.pixel_shuffle(made.transpose(1, 2).unflatten(2, (rows, columns)), c.patch), seen[:, words:]

    def _hinted(self, hints: Hints) -> Tensor:
        """What the hints add to the image tokens (batch, patches, width)."""
        c = self.config
        if not c.hints:
            raise ValueError("hints: must be None for a model that was trained without them")
        given = [
            (hints.known, self.known_in, c.patch),
            (hints.lines, self.lines_in, c.cell * c.patch),
            (hints.regions, self.regions_in, c.patch),
        ]
        return sum((layer(_patches(hint, side)) for hint, layer, side in given if hint is not None), torch.zeros(()))

    def _rotation(self, rows: int, columns: int, words: int, device: torch.device) -> Tensor:
        """(words + patches, head width/2, 2): half of the angles turn with the row, half with the column; words do not turn."""
        count = self.config.width // self.config.heads // 4
        speed = math.pi / 2 * (1 / 24) ** torch.linspace(0, 1, count, device=device)
        row = torch.arange(rows, device=device)[:, None, None] * speed
        column = torch.arange(columns, device=device)[None, :, None] * speed
        angle = torch.cat([row.expand(-1, columns, -1), column.expand(rows, -1, -1)], -1).flatten(0, 1)
        angle = F.pad(angle, (0, 0, words, 0))
        return torch.stack([angle.cos(), angle.sin()], -1)


def _patches(x: Tensor, side: int) -> Tensor:
    """(batch, channels, height, width) to (batch, patches, channels · side²)."""
    return F.pixel_unshuffle(x, side).flatten(2).transpose(1, 2)


def _waves(sigma: Tensor, width: int) -> Tensor:
    """Sinusoids of 1000·σ (Vaswani et al. 2017): (batch,) to (batch, width)."""
    speed = torch.exp(-math.log(10000.0) * torch.arange(width // 2, device=sigma.device) / (width // 2))
    angle = sigma[:, None] * 1000 * speed
    return torch.cat([angle.cos(), angle.sin()], -1)
