"""Masks read out of pictures."""

import pytest
import torch

from nodes.library.mask.mask_from_picture import mask_from_picture
from nodes.values import Image

PICTURE = torch.tensor([0.2, 0.5, 1.0, 0.25]).view(1, 4, 1, 1).expand(2, 4, 3, 5)


@pytest.mark.parametrize(
    ("reads", "value"),
    [("transparency", 0.75), ("red", 0.2), ("green", 0.5), ("blue", 1.0), ("brightness", 0.2126 * 0.2 + 0.7152 * 0.5 + 0.0722)],
)
def test_a_mask_is_read_as_it_is_asked_for(reads, value):
    mask = mask_from_picture(Image(PICTURE), reads)
    assert mask.pixels.shape == (2, 1, 3, 5) and torch.allclose(mask.pixels, torch.tensor(value))
    assert torch.allclose(mask_from_picture(Image(PICTURE), reads, invert=True).pixels, torch.tensor(1 - value))


def test_a_picture_without_alpha_has_nothing_transparent():
    assert not mask_from_picture(Image(PICTURE[:, :3])).pixels.any()
