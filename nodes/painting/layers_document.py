"""The painted document of a stack of layers: where each picture lies, how it mixes, in which order. Bottom to top."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import torch
import torch.nn.functional as F
from torch import Tensor

from graph_engine.errors import Failure
from nodes.imaging.alpha import premultiplied, straight, with_alpha
from nodes.imaging.blending import BLENDS, blended
from nodes.painting.mask_document import read_document
from nodes.painting.strokes import FARTHEST, FULL, UNIT, UNREADABLE
from nodes.values import Layer, LayerStack

LARGEST = 16384


class LayerEntry(msgspec.Struct):
    """``box`` is left, top, right, bottom on the canvas; without one a picture lies in the middle in its own size.

    ``angle`` turns it about the middle of its box, in degrees with the clock.
    """

    input: str
    name: str = ""
    box: tuple[float, float, float, float] | None = None
    opacity: float = FULL
    blend: str = "normal"
    hidden: bool = False
    angle: float = 0


class LayersDocument(msgspec.Struct):
    layers: list[LayerEntry] = []


def layer_stack(pictures: Mapping[str, Tensor], painted: dict[str, Any], width: int, height: int) -> LayerStack:
    """The pictures, (1, 3 or 4, height, width) by the input that they came in at, as layers of one canvas."""
    layers = [_layer(entry, pictures[entry.input], width, height) for entry in _entries(pictures, painted)]
    return LayerStack(tuple(layers), width, height)


def laid(pictures: Mapping[str, Tensor], painted: dict[str, Any], width: int, height: int) -> LayerStack:
    """As `layer_stack`; a side of 0 is that of the first picture.

    Raises:
        Failure: there is no picture.
    """
    if not pictures:
        raise Failure("one: must be connected, or another picture, nothing is", "Connect at least one picture.")
    first = next(iter(pictures.values()))
    return layer_stack(pictures, painted, width or first.shape[3], height or first.shape[2])


def _entries(pictures: Mapping[str, Tensor], painted: dict[str, Any]) -> Iterator[LayerEntry]:
    """What the document says of the inputs that are linked; one it does not know of lies on top."""
    said = read_document(painted, LayersDocument).layers
    yield from (entry for entry in said if entry.input in pictures)
    known = {entry.input for entry in said}
    yield from (LayerEntry(name) for name in pictures if name not in known)


def _layer(entry: LayerEntry, picture: Tensor, width: int, height: int) -> Layer:
    if entry.blend not in BLENDS:
        raise Failure(f"painted: blend must be one of {', '.join(BLENDS)}, got {entry.blend!r}", UNREADABLE)
    left, top, across, down = _place(entry, picture, width, height)
    pixels = with_alpha(picture)
    if (across, down) != (picture.shape[3], picture.shape[2]):
        resized = F.interpolate(premultiplied(pixels), (down, across), mode="bilinear", antialias=True)
        pixels = straight(resized.clamp(0, 1))
    if turn := entry.angle % 360:
        wide = turned(pixels, turn)
        left, top = left + (across - wide.shape[3]) // 2, top + (down - wide.shape[2]) // 2
        pixels = wide
    opacity = min(1.0, max(0.0, entry.opacity / FULL))
    return Layer(pixels, entry.name, (left, top), opacity, entry.blend, not entry.hidden)


def turned(pixels: Tensor, angle: float) -> Tensor:
    """Straight RGBA (1, 4, height, width) about its middle with the clock, in a box that holds all of it, clear around it."""
    height, width = pixels.shape[2:]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    wide, high = (
        _as_even(side, whole) for side, whole in ((width, _reach(width, height, cos, sin)), (height, _reach(height, width, cos, sin)))
    )
    x = torch.arange(wide)[None, :] + 0.5 - wide / 2
    y = torch.arange(high)[:, None] + 0.5 - high / 2
    grid = torch.stack([2 * (cos * x + sin * y) / width, 2 * (cos * y - sin * x) / height], -1)[None]
    made = F.grid_sample(premultiplied(pixels), grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return straight(made.clamp(0, 1))


def _reach(side: int, other: int, cos: float, sin: float) -> int:
    """How long a side becomes; not a pixel longer for an error of the last digit."""
    return min(LARGEST, math.ceil(side * abs(cos) + other * abs(sin) - 1e-6))


def _as_even(side: int, reach: int) -> int:
    """A length that leaves the middle where it was."""
    return reach + (reach - side) % 2


def _place(entry: LayerEntry, picture: Tensor, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height in pixels of the canvas."""
    if entry.box is None:
        across, down = picture.shape[3], picture.shape[2]
        return (width - across) // 2, (height - down) // 2, across, down
    bounded = [min(FARTHEST, max(-FARTHEST, part)) / UNIT for part in entry.box]
    left, right = sorted(round(part * width) for part in bounded[::2])
    top, bottom = sorted(round(part * height) for part in bounded[1::2])
    return left, top, min(LARGEST, max(1, right - left)), min(LARGEST, max(1, bottom - top))


def composite(stack: LayerStack) -> Tensor:
    """What is seen of a stack: straight RGBA (1, 4, height, width)."""
    canvas = torch.zeros(1, 4, stack.height, stack.width)
    for layer in stack.layers:
        if layer.visible:
            canvas = blended(canvas, _on_canvas(layer, stack) * layer.opacity, layer.blend)
    return straight(canvas)


def _on_canvas(layer: Layer, stack: LayerStack) -> Tensor:
    """The layer where it lies, premultiplied, clear around it; what lies beyond the canvas is left out."""
    left, top = layer.offset
    laid = torch.zeros(1, 4, stack.height, stack.width)
    rows, columns = layer.pixels.shape[2:]
    y, x = (slice(max(0, start), max(0, start, end)) for start, end in _ends((top, left), (rows, columns), (stack.height, stack.width)))
    part = layer.pixels[:, :, y.start - top : y.stop - top, x.start - left : x.stop - left]
    laid[:, :, y, x] = premultiplied(part)
    return laid


def _ends(starts: tuple[int, int], sides: tuple[int, int], limits: tuple[int, int]) -> list[tuple[int, int]]:
    return [(min(start, limit), min(start + side, limit)) for start, side, limit in zip(starts, sides, limits, strict=True)]
