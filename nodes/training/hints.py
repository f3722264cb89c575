"""What may lead a picture beside words, from the world's ground truth: drawn lines, regions with words, and a part that is known.

Half of the examples get no hint, so that words alone keep their strength; the others get each hint with a chance of one half.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.models.flow_transformer import Hints, painted_regions
from nodes.training.vocabulary import COLOR_NAMES, THINGS
from nodes.training.world import Pictures, Scenes, uniforms

__all__ = ["REGION_WORDS", "Chosen", "boxes", "chosen", "hints", "kept_cells", "lines", "painted_regions", "region_words"]
REGION_WORDS = 2


def lines(batch: Scenes, drawn: Pictures) -> Tensor:
    """Outlines of the things and strong inner edges, as a hand would draw them: (batch, side, side) bool.

    Lines waver by a pixel or two, and in half of the scenes only the outlines are there.
    """
    side = drawn.owner.shape[-1]
    owner = drawn.owner.float()
    outline = _differ(owner, 0.5)
    luma = (drawn.rgba[:, :3] * drawn.rgba[:, 3:]).mean(1)
    inner = _differ(luma, 0.16) & (drawn.owner >= 0) & (uniforms(batch.seed, 1, 60) < 0.5)[..., None]
    ink = (outline | inner).float()[:, None]
    waver = uniforms(batch.seed, 2 * 8 * 8, 61).view(-1, 2, 8, 8) - 0.5
    offset = F.interpolate(waver, size=(side, side), mode="bicubic").permute(0, 2, 3, 1) * (6 / side)
    straight = F.affine_grid(
        torch.eye(2, 3, device=ink.device).expand(len(batch), -1, -1), [len(batch), 1, side, side], align_corners=False
    )
    return F.grid_sample(ink, straight + offset, align_corners=False)[:, 0] > 0.4


def _differ(values: Tensor, limit: float) -> Tensor:
    """Where a value differs from its neighbor to the right or below: (batch, side, side) bool."""
    right = F.pad((values[:, :, 1:] - values[:, :, :-1]).abs(), (0, 1))
    below = F.pad((values[:, 1:] - values[:, :-1]).abs(), (0, 0, 0, 1))
    return torch.maximum(right, below) > limit


def region_words(batch: Scenes, index: dict[str, int]) -> Tensor:
    """Word ids of each slot's thing with its color, 0 where there is none: (batch, slots, REGION_WORDS)."""
    words = [
        [([index[COLOR_NAMES[color]]] if color >= 0 else []) + [index[THINGS[thing].name]] if thing >= 0 else [] for thing, color in row]
        for row in torch.stack([batch.thing, batch.color], 2).tolist()
    ]
    return torch.tensor([[[*slot, 0, 0][:REGION_WORDS] for slot in row] for row in words])


def boxes(batch: Scenes) -> Tensor:
    """Left, top, right and bottom of each slot in fractions of the canvas: (batch, slots, 4)."""
    half = batch.size[..., None] / 2
    return torch.cat([batch.center - half, batch.center + half], -1).clamp(0, 1)


@dataclass(frozen=True)
class Chosen:
    """Which example gets which hint: (batch,) bool each."""

    known: Tensor
    lines: Tensor
    regions: Tensor


def chosen(count: int, generator: torch.Generator) -> Chosen:
    some = torch.rand(count, generator=generator) < 0.5
    known, drawn, regions = (torch.rand(count, generator=generator) < 0.5 for _ in range(3))
    return Chosen(some & known, some & drawn, some & regions)


def kept_cells(count: int, side: int, generator: torch.Generator) -> Tensor:
    """What is known of each picture (count, 1, side, side), 1 = known: all but a rectangle, or a rectangle alone."""
    size = (torch.rand(count, 2, generator=generator) * 0.75 + 0.25) * side
    corner = torch.rand(count, 2, generator=generator) * (side - size)
    cell = torch.arange(side)[None, :] + 0.5
    rows = (cell >= corner[:, :1]) & (cell < (corner + size)[:, :1])
    columns = (cell >= corner[:, 1:]) & (cell < (corner + size)[:, 1:])
    inside = rows[:, :, None] & columns[:, None, :]
    outpaint = (torch.rand(count, generator=generator) < 0.3)[:, None, None]
    return (inside == outpaint).float()[:, None]


def hints(latents: Tensor, ink: Tensor, regions: Tensor, which: Chosen, generator: torch.Generator) -> Hints:
    """The hints of a training batch; what was not chosen is all zero, which means "nothing is said"."""
    known = kept_cells(len(latents), latents.shape[-1], generator).to(latents) * which.known.to(latents)[:, None, None, None]
    drawn = torch.stack([ink.to(latents), torch.ones_like(ink, dtype=latents.dtype)], 1) * which.lines.to(latents)[:, None, None, None]
    return Hints(torch.cat([latents * known, known], 1), drawn, regions * which.regions.to(latents)[:, None, None, None])
