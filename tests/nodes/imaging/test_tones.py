from __future__ import annotations

import torch

from graph_engine.kinds import STRAIGHT
from nodes.imaging.tones import with_tones
from nodes.library.image.tone_curve import tone_curve
from nodes.values import Image

PICTURE = torch.linspace(0, 1, 48).view(1, 4, 3, 4)
ALL = "red, green and blue"


def test_a_straight_curve_leaves_a_picture_as_it_is() -> None:
    assert torch.allclose(with_tones(PICTURE, STRAIGHT, ALL), PICTURE, atol=1e-6)


def test_a_falling_curve_turns_the_tones_around_and_leaves_alpha() -> None:
    made = with_tones(PICTURE, [[0, 1], [1, 0]], ALL)
    assert torch.allclose(made[:, :3], 1 - PICTURE[:, :3], atol=1e-6)
    assert torch.equal(made[:, 3], PICTURE[:, 3])


def test_one_color_is_curved_alone() -> None:
    made = with_tones(PICTURE, [[0, 0.5], [1, 0.5]], "green")
    assert torch.all(made[:, 1] == 0.5)
    assert torch.equal(made[:, [0, 2, 3]], PICTURE[:, [0, 2, 3]])


def test_the_alpha_of_a_picture_without_any_is_not_curved() -> None:
    image = Image(PICTURE[:, :3])
    assert torch.equal(tone_curve(image, [[0, 1], [1, 0]], "alpha").pixels, image.pixels)
