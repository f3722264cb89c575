from __future__ import annotations

import torch

from nodes.imaging.pixels import GAP, LARGEST_SIDE, to_bytes, to_pixels


def test_every_byte_survives_the_way_to_values_and_back() -> None:
    values = torch.arange(256, dtype=torch.float32) / 255
    assert to_bytes(values).tolist() == list(range(256))


def test_a_batch_is_shown_as_a_sheet_with_clear_gaps() -> None:
    shown = to_pixels(torch.ones(3, 3, 10, 20))
    assert (shown.width, shown.height) == (2 * 20 + GAP, 2 * 10 + GAP)
    rows = torch.frombuffer(bytearray(shown.rgba), dtype=torch.uint8).view(shown.height, shown.width, 4)
    assert rows[0, 20].tolist() == [0, 0, 0, 0]
    assert rows[-1, -1].tolist() == [0, 0, 0, 0]  # no fourth picture
    assert rows[0, 0].tolist() == [255, 255, 255, 255]


def test_a_picture_larger_than_a_screen_is_averaged_down() -> None:
    shown = to_pixels(torch.rand(1, 3, 10, 2 * LARGEST_SIDE))
    assert (shown.width, shown.height) == (LARGEST_SIDE, 5)
    assert len(shown.rgba) == shown.width * shown.height * 4
