"""Masks made of painted shapes."""

import numpy as np
import pytest
import torch

from graph_engine.errors import Failure
from nodes.library.mask.paint_mask import paint_mask
from nodes.painting.edges import feathered, grown
from nodes.painting.mask_document import painted_mask
from nodes.values import Image

HALF = {"tool": "rectangle", "box": [0, 0, 5000, 10000]}


def test_a_rectangle_covers_pixels_by_their_share() -> None:
    mask = painted_mask({"shapes": [{"tool": "rectangle", "box": [0, 0, 2500, 10000]}]}, 10, 2)
    np.testing.assert_allclose(mask[0], [1, 1, 0.5, 0, 0, 0, 0, 0, 0, 0], atol=0.13)


def test_a_hard_dab_has_the_area_of_its_circle() -> None:
    mask = painted_mask({"shapes": [{"tool": "brush", "size": 5000, "points": [5000, 5000, 100]}]}, 80, 80)
    assert mask.sum() == pytest.approx(np.pi * 20**2, rel=0.02)


def test_a_stroke_does_not_build_up_where_it_crosses_itself() -> None:
    there_and_back = [2000, 5000, 100, 8000, 5000, 100, 2000, 5000, 100]
    shape = {"tool": "brush", "size": 3000, "hard": 0, "opacity": 50, "points": there_and_back}
    once = painted_mask({"shapes": [{**shape, "points": there_and_back[:6]}]}, 60, 60)
    assert np.array_equal(painted_mask({"shapes": [shape]}, 60, 60), once) and once.max() <= 0.5


def test_the_same_shapes_select_the_same_part_of_a_larger_picture() -> None:
    shapes = {"shapes": [{"tool": "brush", "size": 2000, "points": [3000, 3000, 100, 7000, 6000, 50]}, {**HALF, "erase": True}]}
    small, large = painted_mask(shapes, 40, 30), painted_mask(shapes, 160, 120)
    assert np.abs(large.reshape(30, 4, 40, 4).mean((1, 3)) - small).mean() < 0.01


def test_a_wand_takes_what_is_joined_and_has_about_the_color() -> None:
    pixels = torch.zeros(1, 3, 4, 6)
    pixels[..., 3] = 1.0
    near = paint_mask(Image(pixels), {"shapes": [{"tool": "wand", "at": [0, 0], "tolerance": 10}]}).pixels[0, 0]
    far = paint_mask(Image(pixels), {"shapes": [{"tool": "wand", "at": [0, 0], "tolerance": 10, "near": False}]}).pixels[0, 0]
    assert near.sum(0).tolist() == [4, 4, 4, 0, 0, 0] and far.sum(0).tolist() == [4, 4, 4, 0, 4, 4]


def test_growing_moves_an_edge_by_so_many_pixels_either_way() -> None:
    mask = np.zeros((9, 30), np.float32)
    mask[:, :10] = 1
    assert grown(mask, 4).sum(1).tolist() == [14.0] * 9 and grown(mask, -4).sum(1).tolist() == [6.0] * 9


def test_a_feathered_edge_keeps_its_middle_where_it_was() -> None:
    mask = np.zeros((9, 60), np.float32)
    mask[:, :30] = 1
    soft = feathered(mask, 8)[4]
    assert soft[0] == 1 and soft[59] == 0 and soft[29] + soft[30] == pytest.approx(1, abs=1e-5) and 0 < soft[36] < 0.2


def test_a_mask_without_a_picture_has_the_size_that_is_asked_for_and_can_be_inverted() -> None:
    mask = paint_mask(None, {"shapes": [HALF]}, invert=True, width=20, height=10)
    assert mask.pixels.shape == (1, 1, 10, 20) and mask.pixels.mean() == 0.5 and mask.pixels[0, 0, 0, 0] == 0


@pytest.mark.parametrize(
    "painted", [{"shapes": [{"tool": "brush", "points": [1, 2], "size": 1}]}, {"shapes": [{"tool": "spoon"}]}, {"shapes": 3}]
)
def test_what_is_no_mask_is_refused_with_its_place(painted: dict[str, object]) -> None:
    with pytest.raises(Failure, match="painted: "):
        paint_mask(None, painted)
