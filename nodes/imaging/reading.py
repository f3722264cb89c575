"""Picture files to tensors.

A file comes from anywhere: its format is told by content, its size is bounded before it is unpacked.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from torch import Tensor

from graph_engine.errors import Failure

FORMATS = ("PNG", "WEBP", "JPEG")
LARGEST_FILE = 512 * 2**20
MOST_PIXELS = 64_000_000
LOW_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
"""Pillow unpacks the high bytes of 16-bit color; told the other byte order, it unpacks the low ones."""


def read_picture(path: Path) -> Tensor:
    """A picture file as straight sRGB, turned as its EXIF orientation says; color under transparent pixels is kept.

    Args:
        path: a PNG, WebP or JPEG file; of an animation the first frame is read.

    Returns:
        (1, 3 or 4, height, width) float32 in 0 to 1; 4 channels where the file has transparency. 16-bit color keeps its steps.

    Raises:
        Failure: there is no such file, it cannot be read, is no picture of these formats, is damaged or too large.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Failure(
                f"{path.name}: must be at most {LARGEST_FILE >> 20} MiB, has {path.stat().st_size >> 20} MiB",
                "Use a smaller file.",
            )
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as picture:
                return _tensor(path, picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path) from error
    except FileNotFoundError as error:
        raise Failure(f"{path}: no such file", "Choose a picture file.") from error
    except UnidentifiedImageError as error:
        raise Failure(
            f"{path.name}: must be a PNG, WebP or JPEG picture, is something else", "Convert it or choose another file."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        said = getattr(error, "strerror", None) or error
        remedy = "The file may be damaged or not permitted; try to open it elsewhere."
        raise Failure(f"{path.name}: cannot be read, {said}", remedy) from error


def _too_large(path: Path) -> Failure:
    return Failure(f"{path.name}: must have at most {MOST_PIXELS // 10**6} million pixels, has more", "Scale it down first.")


def _tensor(path: Path, picture: ImageFile.ImageFile) -> Tensor:
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large(path)
    low = _low_bytes(path, picture)
    upright = ImageOps.exif_transpose(_color(picture))
    values = np.asarray(upright, np.float32)
    if upright.mode == "I;16":  # 16-bit gray
        values = np.repeat(values[..., None], 3, 2)
        largest = 65535.0
    elif low is not None:
        values = values * 256 + np.asarray(ImageOps.exif_transpose(low), np.float32)
        largest = 65535.0
    else:
        largest = 255.0
    return torch.from_numpy(values / np.float32(largest)).permute(2, 0, 1)[None].contiguous()


def _color(picture: Image.Image) -> Image.Image:
    """RGB, RGBA or 16-bit gray; RGBA wherever the file says what is transparent."""
    if picture.mode in ("RGB", "RGBA", "I;16") and "transparency" not in picture.info:
        return picture
    if picture.mode == "I;16":
        raise ValueError("16-bit gray with a transparent level")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _low_bytes(path: Path, picture: ImageFile.ImageFile) -> Image.Image | None:
    tile = picture.tile[0] if picture.format == "PNG" and picture.tile else None
    if tile is None or tile.args not in LOW_BYTES or "transparency" in picture.info:
        return None
    with Image.open(path, formats=("PNG",)) as again:
        again.tile = [tile._replace(args=LOW_BYTES[tile.args])]
        again.load()
        return again
