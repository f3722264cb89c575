"""The painted document of a sketch: layers of strokes, bottom to top."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from nodes.painting.mask_document import read_document
from nodes.painting.strokes import FULL, Patch, Plane, pixels_of, places, stroke_coverage

LEAST_RADIUS = 0.5
FLAT = 90.0
"""Degrees of tilt at which a pen lies on the paper."""
DETAIL, BLOCKING = "detail", "blocking"
DETAIL_HARD, BLOCKING_HARD = 0.85, 0.55
MIRRORS = {"": ((),), "x": ((), (0,)), "y": ((), (1,)), "xy": ((), (0,), (1,), (0, 1))}
"""Axes that each copy of a stroke is mirrored in."""


class Stroke(msgspec.Struct):
    """``points`` holds x, y, pressure and tilt by turns; ``size`` is the diameter at full pressure of an upright pen."""

    points: list[float]
    size: float
    brush: str = DETAIL
    color: str = "#000000"
    opacity: float = FULL
    erase: bool = False
    mirror: str = ""


class SketchLayer(msgspec.Struct):
    strokes: list[Stroke] = []
    name: str = ""
    opacity: float = FULL
    hidden: bool = False


class SketchDocument(msgspec.Struct):
    layers: list[SketchLayer] = []


def painted_sketch(painted: dict[str, Any], width: int, height: int) -> Plane:
    """What was drawn, on nothing: premultiplied RGBA (4, height, width) in 0 to 1."""
    drawn = np.zeros((4, height, width), np.float32)
    for layer in read_document(painted, SketchDocument).layers:
        if not layer.hidden:
            above = _layer(layer, width, height) * np.float32(layer.opacity / FULL)
            drawn = above + drawn * (1 - above[3])
    clipped: Plane = np.clip(drawn, 0, 1)
    return clipped


def drawn_lines(painted: dict[str, Any], width: int, height: int) -> Plane:
    """Where lines were drawn with the detail brush, whatever their color: (height, width) in 0 to 1."""
    lines = np.zeros((height, width), np.float32)
    for layer in read_document(painted, SketchDocument).layers:
        for stroke in layer.strokes if not layer.hidden else ():
            if stroke.brush == DETAIL or stroke.erase:
                for patch in _covered(stroke, width, height):
                    part = patch.of(lines)
                    part += (-part if stroke.erase else 1 - part) * patch.part * np.float32(stroke.opacity / FULL)
    clipped: Plane = np.clip(lines, 0, 1)
    return clipped


def _layer(layer: SketchLayer, width: int, height: int) -> Plane:
    drawn = np.zeros((4, height, width), np.float32)
    for stroke in layer.strokes:
        color = np.array([*color_of(stroke.color), 1], np.float32)[:, None, None]
        for patch in _covered(stroke, width, height):
            amount = patch.part * np.float32(stroke.opacity / FULL)
            rows, columns = patch.part.shape
            part = drawn[:, patch.top : patch.top + rows, patch.left : patch.left + columns]
            part *= 1 - amount
            if not stroke.erase:
                part += color * amount
    return drawn


def color_of(text: str) -> tuple[float, float, float]:
    """Red, green and blue in 0 to 1 of ``#rrggbb``; black where it is none."""
    try:
        number = int(text[1:7], 16)
    except ValueError:
        number = 0
    return (number >> 16) / 255, (number >> 8 & 255) / 255, (number & 255) / 255


def _covered(stroke: Stroke, width: int, height: int) -> list[Patch]:
    """The stroke and its mirrored copies."""
    if not stroke.points:
        return []
    hard = BLOCKING_HARD if stroke.brush == BLOCKING else DETAIL_HARD
    dabs = _dabs(stroke, width, height)
    copies = []
    for axes in MIRRORS.get(stroke.mirror, ((),)):
        turned = dabs.copy()
        for axis in axes:
            turned[:, axis] = (width, height)[axis] - turned[:, axis]
        copies.append(stroke_coverage(turned, hard, width, height))
    return copies


def _dabs(stroke: Stroke, width: int, height: int) -> Plane:
    """A detail brush gets thinner with less pressure, a blocking brush fainter; a tilted pen draws broader, as a pencil's side."""
    table = np.asarray(stroke.points, np.float32).reshape(-1, 4)
    at = places(stroke.points, 4, width, height)
    pressure, tilt = np.clip(table[:, 2:3] / FULL, 0, 1), np.clip(table[:, 3:4] / np.float32(FLAT), 0, 1)
    half = np.float32(pixels_of(stroke.size, width, height) / 2)
    if stroke.brush == BLOCKING:
        radius, strength = half * (1 + tilt), np.float32(0.35) + np.float32(0.65) * pressure
    else:
        radius, strength = half * (np.float32(0.15) + np.float32(0.85) * pressure) * (1 + 2 * tilt), 1 - tilt / 2
    joined: Plane = np.concatenate([at, np.maximum(np.float32(LEAST_RADIUS), radius), strength], 1)
    return joined
