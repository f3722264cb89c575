"""Nodes that work with masks."""

import pytest
import torch

from graph_engine.errors import Failure
from nodes.library.layers.cut_out import cut_out
from nodes.library.mask.blend_by_mask import blend_by_mask
from nodes.library.mask.refine_mask import refine_mask
from nodes.values import Image, Mask


def _ramp() -> Mask:
    """Nothing, half, all from left to right."""
    return Mask(torch.tensor([0.0, 0.0, 0.5, 1.0, 1.0]).expand(1, 1, 4, 5).contiguous())


def _noise(channels: int, seed: int) -> Image:
    return Image(torch.rand(1, channels, 4, 5, generator=torch.Generator().manual_seed(seed)))


@pytest.mark.parametrize("channels", [3, 4])
def test_outside_of_a_mask_every_pixel_stays_what_it_was(channels: int) -> None:
    image, other = _noise(channels, 1), _noise(channels, 2)
    made = blend_by_mask(image, other, _ramp()).pixels
    assert torch.equal(made[..., :2], image.pixels[..., :2]) and torch.equal(made[..., 3:], other.pixels[..., 3:])


def test_between_the_two_pictures_are_mixed_without_a_dark_fringe() -> None:
    clear = Image(torch.cat([torch.zeros(1, 3, 4, 5), torch.zeros(1, 1, 4, 5)], 1))
    made = blend_by_mask(clear, Image(torch.ones(1, 3, 4, 5)), _ramp()).pixels
    assert made[0, :, 0, 2].tolist() == [1, 1, 1, 0.5]


def test_a_mask_is_grown_feathered_and_inverted_item_by_item() -> None:
    plane = torch.zeros(2, 1, 9, 20)
    plane[0, :, :, :10] = 1
    made = refine_mask(Mask(plane), grow=3, invert=True).pixels
    assert made[0, 0, 0].sum() == 7 and made[1].min() == 1
    assert 0 < refine_mask(Mask(plane), feather=4).pixels[0, 0, 4, 11] < 1


def test_a_cut_out_is_transparent_outside_and_keeps_its_colors() -> None:
    image = _noise(3, 1)
    made = cut_out(image, _ramp()).pixels
    assert torch.equal(made[:, :3], image.pixels) and made[0, 3, 0].tolist() == [0, 0, 0.5, 1, 1]
    assert cut_out(image, _ramp(), invert=True).pixels[0, 3, 0].tolist() == [1, 1, 0.5, 0, 0]


def test_a_mask_of_another_size_is_refused() -> None:
    large = Image(torch.zeros(1, 3, 8, 8))
    with pytest.raises(Failure, match="must have one size, got image 8 × 8, other 8 × 8, mask 5 × 4"):
        blend_by_mask(large, large, _ramp())
    with pytest.raises(Failure, match="must have the size 8 × 8 of the picture, got 5 × 4"):
        cut_out(large, _ramp())
