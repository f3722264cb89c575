"""The painted document of a stack of layers: where each picture lies, how it mixes, in which order. Bottom to top."""

from __future__ import annotations

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
    """``box`` is left, top, right, bottom on the canvas; without one a picture lies in the middle in its own size."""

    input: str
    name: str = ""
    box: tuple[float, float, float, float] | None = None
    opacity: float = FULL
    blend: str = "normal"
    hidden: bool = False


class LayersDocument(msgspec.Struct):
    layers: list[LayerEntry] = []


def layer_stack(pictures: Mapping[str, Tensor], painted: dict[str, Any], width: int, height: int) -> LayerStack:
    """The pictures, (1, 3 or 4, height, width) by the input that they came in at, as layers of one canvas."""
    layers = [_layer(entry, pictures[entry.input], width, height) for entry in _entries(pictures, painted)]
    return LayerStack(tuple(layers), width, height)


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
    opacity = min(1.0, max(0.0, entry.opacity / FULL))
    return Layer(pixels, entry.name, (left, top), opacity, entry.blend, not entry.hidden)


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
