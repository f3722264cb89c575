"""The painted document of a layout: regions with words, the farthest first."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import torch

from nodes.painting.mask_document import painted_mask, read_document
from nodes.painting.strokes import FARTHEST, UNIT, Plane
from nodes.values import Layout, Region

Box = tuple[float, float, float, float]


class RegionEntry(msgspec.Struct):
    """``box`` is left, top, right, bottom around all of the region.

    ``form`` is what it is to begin with: the "box", the "ellipse" in it, or "free": nothing. ``shapes`` are those of a mask,
    added to that and taken from it.
    """

    box: Box
    words: str = ""
    weight: float = 1.0
    form: str = "box"
    shapes: list[dict[str, Any]] = []
    hidden: bool = False


class LayoutDocument(msgspec.Struct):
    regions: list[RegionEntry] = []


def painted_layout(painted: dict[str, Any], width: int, height: int, cut: bool) -> Layout:
    """The regions that are shown, on a canvas in pixels.

    Args:
        cut: whether regions in front take their area from those behind.
    """
    entries = [entry for entry in read_document(painted, LayoutDocument).regions if not entry.hidden]
    areas = [_area(entry, width, height) for entry in entries]
    if cut:
        areas = _cut(areas)
    regions = (
        Region(_within(entry.box), " ".join(entry.words.split()), max(0.0, entry.weight), depth, torch.from_numpy(area)[None, None])
        for depth, (entry, area) in enumerate(zip(entries, areas, strict=True), 1)
    )
    return Layout(tuple(regions), width, height)


def _area(entry: RegionEntry, width: int, height: int) -> Plane:
    """Where a region lies: (height, width) in 0 to 1."""
    first = {"box": [{"tool": "rectangle", "box": entry.box}], "ellipse": [{"tool": "ellipse", "box": entry.box}]}.get(entry.form, [])
    return painted_mask({"shapes": [*first, *entry.shapes]}, width, height)


def _cut(areas: list[Plane]) -> list[Plane]:
    """Each without what lies in front of it."""
    free: Any = np.float32(1)
    kept: list[Plane] = []
    for area in reversed(areas):
        kept.append(area * free)
        free = free * (1 - area)
    return kept[::-1]


def _within(box: Box) -> Box:
    """The box in 0 to 1 of the canvas, as far as it lies on it."""
    left, top, right, bottom = (min(1.0, max(0.0, min(FARTHEST, max(-FARTHEST, part)) / UNIT)) for part in box)
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
