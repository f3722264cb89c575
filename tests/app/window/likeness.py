"""Whether a picture of the window looks like the stored one; what machines draw otherwise at edges and letters counts for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter
from PySide6.QtGui import QImage

BLUR = 1.5
"""Pixels. Letters that another machine draws a third of a pixel aside look the same behind it."""
LEAST = 28
"""Of 255: what a channel of a blurred pixel may be off."""
TILE = 40
MOST_OF_ALL, MOST_OF_TILE = 0.004, 0.12
"""Shares of pixels that may be off: of the whole picture, and of its worst tile, where a button would be missing."""


class Likeness(NamedTuple):
    of_all: float
    of_tile: float
    off: Image.Image
    """White where the pictures differ."""

    @property
    def same(self) -> bool:
        return self.of_all <= MOST_OF_ALL and self.of_tile <= MOST_OF_TILE


def to_pillow(image: QImage) -> Image.Image:
    made = image.convertToFormat(QImage.Format.Format_RGB888)
    return Image.frombytes("RGB", (made.width(), made.height()), bytes(made.constBits()), "raw", "RGB", made.bytesPerLine())


def likeness(now: Image.Image, stored: Image.Image) -> Likeness:
    """Pictures of different size have nothing in common."""
    if now.size != stored.size:
        return Likeness(1.0, 1.0, Image.new("L", now.size, 255))
    blurred = (picture.filter(ImageFilter.GaussianBlur(BLUR)) for picture in (now, stored))
    channels = ImageChops.difference(*blurred).split()
    worst = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    off = worst.point(lambda value: 255 if value > LEAST else 0)
    tiles = off.resize((max(1, now.width // TILE), max(1, now.height // TILE)), Image.Resampling.BOX)
    return Likeness(off.histogram()[255] / (now.width * now.height), tiles.getextrema()[1] / 255, off)


def write_difference(now: Image.Image, stored: Image.Image, off: Image.Image, path: Path) -> None:
    """The stored picture, what it is now, and that with the differences in red, side by side."""
    marked = now.copy()
    marked.paste((255, 0, 0), mask=off.resize(now.size))
    whole = Image.new("RGB", (now.width * 3 + 16, max(now.height, stored.height)), (255, 0, 255))
    for at, picture in enumerate((stored, now, marked)):
        whole.paste(picture, (at * (now.width + 8), 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    whole.save(path)
