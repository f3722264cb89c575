"""What leads a picture beside words, over a denoise callable: a part that is known, a picture to begin with, words at their places.

Letters: x the noisy latent, σ its noise level, D the denoised prediction, as in `solvers`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.decoding.solvers import Denoise
from nodes.value_type import value_type
from nodes.values import Conditioning, Control, Latent, Layout, Mask


def _within(name: str, start: float, end: float) -> None:
    if not 0 <= end <= start <= 1:
        raise ValueError(f"{name}: start and end must be within 1 to 0, start not below end, got {start:g} and {end:g}")


@value_type(name="Control", describe=lambda _: "keeps a picture")
@dataclass(frozen=True, eq=False)
class Kept(Control):
    """A picture that stays where nothing is to be made.

    Attributes:
        latent: of the picture.
        free: (1 or batch, 1, height, width) float32 in latent cells, 1 = to be made, 0 = stays.
        start, end: noise levels within which it is held.
    """

    latent: Latent
    free: Tensor
    start: float = 1.0
    end: float = 0.0

    def __post_init__(self) -> None:
        _within("Kept", self.start, self.end)
        if self.free.shape[2:] != self.latent.values.shape[2:]:
            raise ValueError(f"Kept.free: must be {tuple(self.latent.values.shape[2:])} cells, got {tuple(self.free.shape[2:])}")


@value_type(name="Control", describe=lambda begun: f"begins with a picture at noise level {begun.level:g}")
@dataclass(frozen=True, eq=False)
class Begun(Control):
    """A picture to begin with instead of noise alone.

    Attributes:
        latent: of the picture.
        level: how much noise it begins under, above 0 to 1; less stays closer to the picture.
    """

    latent: Latent
    level: float

    def __post_init__(self) -> None:
        if not 0 < self.level <= 1:
            raise ValueError(f"Begun.level: must be above 0, at most 1, got {self.level:g}")


@value_type(name="Control", describe=lambda placed: f"{len(placed.words)} regions")
@dataclass(frozen=True, eq=False)
class Placed(Control):
    """Words at their places.

    Attributes:
        layout: where.
        words: what each region holds, in the order of the layout.
        named: the same without what surrounds it, for models that were trained with regions.
        around: what is outside of all regions.
        start, end: noise levels within which the regions are made by themselves; below, the prompt of all leads.
    """

    layout: Layout
    words: tuple[Conditioning, ...]
    named: tuple[Conditioning, ...]
    around: Conditioning
    start: float = 1.0
    end: float = 0.7

    def __post_init__(self) -> None:
        _within("Placed", self.start, self.end)
        if not len(self.words) == len(self.named) == len(self.layout.regions):
            raise ValueError(f"Placed.words: must be one a region, {len(self.layout.regions)}, got {len(self.words)} and {len(self.named)}")


@value_type(name="Control", describe=lambda _: "drawn lines")
@dataclass(frozen=True, eq=False)
class Drawn(Control):
    """Lines to follow, for models that were trained with them.

    Attributes:
        lines: where something was drawn.
        strength: 1 as trained, 0 = not at all.
    """

    lines: Mask
    strength: float = 1.0


def size_in_cells(controls: Sequence[Control]) -> tuple[int, int] | None:
    """(height, width) of the first picture that leads, in latent cells."""
    shapes = (control.latent.values.shape for control in controls if isinstance(control, Kept | Begun))
    return next(((int(shape[2]), int(shape[3])) for shape in shapes), None)


def keeping(denoise: Denoise, kept: Kept) -> Denoise:
    """What is known takes the place of its prediction.

    The replacement of Song et al. 2021 ("Score-based generative modeling", appendix I.2), done on D: the solver then carries what is known
    down its own path, with the noise that it began with, and ends on it exactly.
    """

    def denoised(x: Tensor, sigma: float) -> Tensor:
        made = denoise(x, sigma)
        if not kept.end <= sigma <= kept.start:
            return made
        known, free = kept.latent.values.to(made), kept.free.to(made)
        return known + (made - known) * free

    return denoised


class Window(NamedTuple):
    """A region's own view: where the corner of its window lies on the wider canvas, its area there, and what leads it."""

    top: int
    left: int
    area: Tensor
    """(side, side) bool, as seen in the window."""
    denoise: Denoise


def windows_of(placed: Placed, denoise_of: Callable[[Conditioning], Denoise], height: int, width: int, side: int) -> list[Window]:
    """The windows of a layout's regions, farthest first; each has its region in the middle.

    Args:
        placed: the regions.
        denoise_of: what is led by given words.
        height: of the canvas in cells.
        width: of the canvas in cells.
        side: of a window in cells, the size that the model was trained at.
    """
    half, found = side // 2, []
    for region, words in zip(placed.layout.regions, placed.words, strict=True):
        area = F.interpolate(region.area, (height, width), mode="area")[0, 0] >= 0.5
        left, top, right, bottom = region.box
        row, column = round((top + bottom) / 2 * height), round((left + right) / 2 * width)
        wide = F.pad(area, (half, half, half, half))
        found.append(Window(row, column, wide[row : row + side, column : column + side], denoise_of(words)))
    return found


def in_windows(whole: Denoise, around: Denoise, windows: Sequence[Window], border: Tensor, within: tuple[float, float]) -> Denoise:
    """Each region as the model sees it in the middle of a picture of its own, the rest as ``around``.

    Predictions of overlapping views are joined into one (Bar-Tal et al. 2023, "MultiDiffusion"). A view is moved so that its region
    is in the middle, where a small model that knows single things best expects one. What it sees beyond the canvas is the edge of
    the last prediction.

    Args:
        whole: what leads outside of the levels.
        around: what leads outside of the regions.
        windows: the regions, farthest first.
        border: noise (batch, channels, height + side, width + side) of what lies beyond the canvas.
        within: highest and lowest level at which regions lead.
    """
    last: Tensor | None = None

    def denoised(x: Tensor, sigma: float) -> Tensor:
        nonlocal last
        if not within[1] < sigma <= within[0]:
            return whole(x, sigma)
        made = around(x, sigma)
        height, width = x.shape[2:]
        half = (border.shape[2] - height) // 2
        inside = (slice(None), slice(None), slice(half, half + height), slice(half, half + width))
        seen = border.to(x) * sigma + (1 - sigma) * F.pad(made if last is None else last, (half,) * 4, mode="replicate")
        seen[inside] = x
        joined = F.pad(made, (half,) * 4)
        for window in windows:
            side = window.area.shape[0]
            view = (slice(None), slice(None), slice(window.top, window.top + side), slice(window.left, window.left + side))
            joined[view] = torch.where(window.area.to(x.device), window.denoise(seen[view], sigma), joined[view])
        last = joined[inside]
        return last

    return denoised
