"""Tensors to the bytes of picture files: PNG, WebP and JPEG, with texts beside the pixels."""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Mapping

import torch
from PIL import Image, PngImagePlugin
from torch import Tensor

from nodes.imaging.pixels import to_bytes

PNG, WEBP, JPEG = FORMATS = ("png", "webp", "jpeg")
SUFFIXES = {PNG: ".png", WEBP: ".webp", JPEG: ".jpg"}
FIRST_TAG = 0xEA10
"""Of EXIF entries that no camera writes; each holds ``keyword:text``."""
PACKED = ".packed"
"""What a keyword ends with whose text is packed: base64 of zlib."""
JPEG_ROOM = 65_000
"""Bytes of texts in a JPEG: a segment has no more."""


def encoded(pixels: Tensor, kind: str, texts: Mapping[str, str], quality: int = 90, background: str = "#ffffff") -> bytes:
    """One picture (3 or 4, height, width) in 0 to 1 as a file of 8 bits a channel, with texts by keyword.

    Alpha stays straight, and the color under transparent pixels is kept, where the format has alpha; JPEG has none.

    Args:
        kind: one of `FORMATS`.
        quality: 1 to 100; a WebP of 100 keeps every pixel as it is, a PNG always does.
        background: what stands behind transparent parts of a JPEG, ``#rrggbb``.
    """
    file = io.BytesIO()
    if kind == PNG:
        _picture(pixels).save(file, "PNG", pnginfo=chunks(texts))
    elif kind == WEBP:
        _picture(pixels).save(file, "WEBP", quality=quality, lossless=quality == 100, exact=True, method=4, exif=exif_of(texts))
    else:
        sampling = 0 if quality >= 90 else 2
        _picture(over(pixels, background)).save(file, "JPEG", quality=quality, subsampling=sampling, optimize=True, exif=exif_of(texts))
    return file.getvalue()


def over(pixels: Tensor, background: str) -> Tensor:
    """A picture (3 or 4, height, width) without alpha, upon a color."""
    if pixels.shape[0] == 3:
        return pixels
    color = torch.tensor([int(background[at : at + 2], 16) / 255 for at in (1, 3, 5)]).view(3, 1, 1)
    return pixels[:3] * pixels[3:] + color * (1 - pixels[3:])


def fitting_texts(texts: Mapping[str, str], kind: str) -> dict[str, str]:
    """The texts as a format holds them: compact and, where they are long, packed. Those that a JPEG has no room for are left out."""
    if kind == PNG:
        return dict(texts)
    fitting = {}
    left = JPEG_ROOM if kind == JPEG else None
    for keyword, text in sorted(texts.items(), key=lambda pair: len(pair[1])):
        short = json.dumps(json.loads(text), separators=(",", ":"))
        if kind == JPEG and len(short) > JPEG_ROOM // 4:
            keyword, short = keyword + PACKED, base64.b64encode(zlib.compress(short.encode(), 9)).decode()
        size = len(keyword) + len(short) + 16
        if left is None or size <= left:
            fitting[keyword] = short
            left = left - size if left is not None else None
    return fitting


def exif_of(texts: Mapping[str, str]) -> bytes:
    """An EXIF block of one entry a text; the texts are ASCII."""
    exif = Image.Exif()
    for tag, (keyword, text) in enumerate(texts.items(), FIRST_TAG):
        exif[tag] = f"{keyword}:{text}"
    return exif.tobytes() if texts else b""


def _picture(pixels: Tensor) -> Image.Image:
    return Image.fromarray(to_bytes(pixels).permute(1, 2, 0).contiguous().numpy())


def chunks(texts: Mapping[str, str]) -> PngImagePlugin.PngInfo:
    """Texts by keyword, as a PNG holds them."""
    info = PngImagePlugin.PngInfo()
    for keyword, text in texts.items():
        info.add_itxt(keyword, text, zip=len(text) > 1024)
    return info
