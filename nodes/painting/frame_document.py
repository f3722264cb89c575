"""The painted document of a frame: how far the canvas goes beyond each edge of the picture, or stays inside of it."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor

from nodes.imaging.alpha import with_alpha
from nodes.painting.edges import feathered
from nodes.painting.mask_document import read_document
from nodes.painting.sketch_document import color_of
from nodes.painting.strokes import UNIT, Plane


class FrameDocument(msgspec.Struct):
    """In units of the picture's width (left, right) and height (top, bottom); less than nothing cuts off."""

    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0


class Frame(msgspec.Struct, frozen=True):
    """The canvas in pixels of the picture: its left and top edge, and its size."""

    left: int
    top: int
    width: int
    height: int


def frame_in_pixels(painted: dict[str, Any], width: int, height: int, multiple: int) -> Frame:
    """The canvas around a picture; what is missing to a multiple is added to the right and below."""
    said = read_document(painted, FrameDocument)
    left, right = (_bounded(part, width) for part in (said.left, said.right))
    top, bottom = (_bounded(part, height) for part in (said.top, said.bottom))
    across = math.ceil(max(1, width + left + right) / multiple) * multiple
    down = math.ceil(max(1, height + top + bottom) / multiple) * multiple
    return Frame(-left, -top, across, down)


def _bounded(part: float, side: int) -> int:
    """In pixels; at most four times the picture on one side."""
    return round(min(4.0, max(-4.0, part / UNIT)) * side)


def framed(pixels: Tensor, frame: Frame, fill: str, color: str) -> Tensor:
    """The picture (batch, channels, height, width) in its frame; every pixel of it that stays is what it was.

    Args:
        fill: "edge" (the nearest pixel of the picture), "mirror", "color" or "clear".
    """
    height, width = pixels.shape[2:]
    columns = torch.arange(frame.left, frame.left + frame.width)
    rows = torch.arange(frame.top, frame.top + frame.height)
    if fill == "clear":
        pixels = with_alpha(pixels)
    turned = _mirrored if fill == "mirror" else _nearest
    laid = pixels[:, :, turned(rows, height)][:, :, :, turned(columns, width)]
    if fill in ("color", "clear"):
        inside = _within(rows, height)[:, None] & _within(columns, width)[None, :]
        flat = [0.0] * 4 if fill == "clear" else [*color_of(color), 1.0][: pixels.shape[1]]
        laid = torch.where(inside, laid, torch.tensor(flat)[None, :, None, None])
    return laid


def _nearest(places: Tensor, side: int) -> Tensor:
    return places.clamp(0, side - 1)


def _mirrored(places: Tensor, side: int) -> Tensor:
    """Back and forth over the picture, its rim not twice."""
    period = max(1, 2 * side - 2)
    turned = places.remainder(period)
    return torch.where(turned < side, turned, period - turned)


def _within(places: Tensor, side: int) -> Tensor:
    return (places >= 0) & (places < side)


def new_part(frame: Frame, width: int, height: int, overlap: int, feather: float) -> Plane:
    """Where the canvas is new: (frame height, frame width), 1 there, fading over what is known for overlap and feather.

    Edges that were not moved out keep the picture up to the rim.
    """
    x, y = np.arange(frame.width) + frame.left, np.arange(frame.height) + frame.top
    grows = (frame.left < 0, frame.left + frame.width > width, frame.top < 0, frame.top + frame.height > height)
    known = _between(y, height, grows[2:], 0)[:, None] & _between(x, width, grows[:2], 0)[None, :]
    kept = _between(y, height, grows[2:], overlap)[:, None] & _between(x, width, grows[:2], overlap)[None, :]
    fading = feathered((~kept).astype(np.float32), feather)
    whole: Plane = np.where(known, fading, np.float32(1))
    return whole


def _between(places: Any, side: int, grows: tuple[bool, ...], overlap: int) -> Any:
    """Places in the picture that are further than the overlap from an edge that was moved out."""
    return (places >= (overlap if grows[0] else 0)) & (places < side - (overlap if grows[1] else 0))
