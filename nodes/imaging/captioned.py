"""Tensors on a contact sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nodes.imaging.contact_sheet import Label, Shown, contact_sheet
from nodes.imaging.pixels import to_pixels


def captioned(pictures: Sequence[Tensor], captions: Sequence[str], title: str, name: str) -> Tensor:
    """A sheet of pictures, RGB (1, 3, height, width) float32.

    Args:
        pictures: each (3 or 4, height, width), straight.
        captions: one a picture, or none.
        title: on top.
        name: what the captions are called.
    """
    width = min(len(pictures), max(2, math.ceil(math.sqrt(len(pictures)))))
    starts = range(0, len(pictures), width)
    shown = [[Shown(_opened(picture)) for picture in pictures[at : at + width]] for at in starts]
    labels = [[Label(((name, one),)) for one in captions[at : at + width]] for at in starts] if captions else []
    made = contact_sheet(title, "", shown, captions=labels)
    return torch.from_numpy(np.asarray(made).copy()).permute(2, 0, 1)[None].float() / 255


def _opened(picture: Tensor) -> Image.Image:
    pixels = to_pixels(picture[None])
    made = Image.frombytes("RGBA", (pixels.width, pixels.height), pixels.rgba)
    return made if len(picture) == 4 and float(picture[3].min()) < 1 else made.convert("RGB")
