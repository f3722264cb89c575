from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from graph_engine.errors import Failure
from nodes.imaging.reading import read_picture

RANDOM = np.random.default_rng(0)
COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def png(values: np.ndarray, bits: int) -> bytes:
    """A PNG file made by hand: Pillow writes no 16-bit color. ``values`` is (height, width, channels)."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, bits, COLOR_TYPES[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    joined = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(joined)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "picture.png"


def as_array(path: Path) -> np.ndarray:
    return read_picture(path)[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("format_and_options", [("PNG", {}), ("WEBP", {"lossless": True, "exact": True})])
def test_alpha_is_straight_and_color_under_it_is_kept(file: Path, format_and_options: tuple[str, dict[str, bool]]) -> None:
    rgba = RANDOM.integers(0, 256, (9, 7, 4), np.uint8)
    rgba[:4, :, 3] = 0
    kind, options = format_and_options
    Pillow.fromarray(rgba).save(file, kind, **options)
    assert np.array_equal(np.rint(as_array(file) * 255), rgba)


def test_a_jpeg_has_no_alpha_whatever_the_file_is_called(file: Path) -> None:
    Pillow.new("RGB", (8, 8), (200, 100, 50)).save(file, "JPEG", quality=95)
    assert np.abs(as_array(file) * 255 - (200, 100, 50)).max() < 3


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_keep_their_steps(file: Path, channels: int) -> None:
    values = RANDOM.integers(0, 65536, (5, 7, channels), np.uint16)
    file.write_bytes(png(values, 16))
    wanted = values if channels > 1 else values.repeat(3, 2)
    assert np.array_equal(np.rint(as_array(file).astype(np.float64) * 65535), wanted)


@pytest.mark.parametrize(("mode", "channels"), [("L", 3), ("LA", 4), ("P", 3), ("1", 3), ("RGB", 3), ("RGBA", 4)])
def test_every_mode_becomes_rgb_or_rgba(file: Path, mode: str, channels: int) -> None:
    Pillow.new("RGB", (6, 4), "white").convert(mode).save(file)
    picture = read_picture(file)
    assert picture.shape == (1, channels, 4, 6)
    assert bool((picture == 1).all())


def test_a_palette_with_a_clear_entry_has_alpha(file: Path) -> None:
    Pillow.new("P", (2, 2), 0).save(file, transparency=0)
    assert read_picture(file)[0, 3].sum() == 0


def test_a_photo_is_turned_as_its_camera_noted(file: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turn clockwise to see it upright
    Pillow.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3) * 40).save(file, exif=exif)
    assert np.rint(as_array(file)[..., 0] * 255).tolist() == [[120, 0], [160, 40], [200, 80]]


def test_of_an_animation_the_first_frame_is_read(file: Path) -> None:
    frames = [Pillow.new("RGB", (4, 4), color) for color in ("white", "black")]
    frames[0].save(file, save_all=True, append_images=frames[1:])
    assert float(read_picture(file).min()) == 1


def whole() -> bytes:
    return png(RANDOM.integers(0, 256, (40, 40, 4), np.uint8), 8)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (whole()[:1000], "cannot be read"),
        (whole()[:20], "picture.png: "),
        (b"", "must be a PNG, WebP or JPEG picture, is something else"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "must be a PNG, WebP or JPEG picture, is something else"),
        (b"GIF89a" + bytes(40), "must be a PNG, WebP or JPEG picture, is something else"),
        (whole()[:60] + b"\xff" * 200 + whole()[260:], "cannot be read"),
    ],
)
def test_what_is_no_sound_picture_is_refused_by_name(file: Path, data: bytes, message: str) -> None:
    file.write_bytes(data)
    with pytest.raises(Failure, match=message):
        read_picture(file)


@pytest.mark.parametrize("side", [9_000, 12_000, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(file: Path, side: int) -> None:
    bomb = bytearray(png(np.zeros((1, 1, 4), np.uint8), 8))
    bomb[16:24] = struct.pack(">II", side, side)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
    file.write_bytes(bomb)
    with pytest.raises(Failure, match="must have at most 64 million pixels, has more"):
        read_picture(file)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="nothing.png: no such file"):
        read_picture(tmp_path / "nothing.png")
    with pytest.raises(Failure, match="cannot be read, Is a directory"):
        read_picture(tmp_path)


def test_what_is_read_is_float32(file: Path) -> None:
    file.write_bytes(whole())
    assert read_picture(file).dtype == torch.float32
