"""Layouts made of drawn regions."""

import pytest
import torch

from graph_engine.errors import Failure
from nodes.library.control.layout import layout
from nodes.value_type import digest, from_stored, stored_bytes
from nodes.values import Image, Region

BACK = {"box": [0, 0, 10000, 10000], "words": "  a green\nmeadow "}
FRONT = {"box": [5000, 0, 10000, 5000], "words": "a cat", "weight": 1.5}


def test_regions_come_out_from_the_farthest_to_the_nearest_with_words_boxes_and_areas() -> None:
    made = layout(None, {"regions": [BACK, FRONT]}, width=8, height=4)
    back, front = made.layout.regions
    assert (back.words, back.depth, front.words, front.depth, front.weight) == ("a green meadow", 1, "a cat", 2, 1.5)
    assert front.box == (0.5, 0, 1, 0.5) and front.area.shape == (1, 1, 4, 8)
    assert made.words == ["a green meadow", "a cat"] and torch.equal(made.masks[1].pixels, front.area)


def test_regions_in_front_take_their_area_from_those_behind_unless_told_otherwise() -> None:
    painted = {"regions": [BACK, FRONT]}
    assert layout(None, painted, width=8, height=4).masks[0].pixels.sum() == 24
    assert layout(None, painted, cut=False, width=8, height=4).masks[0].pixels.sum() == 32


def test_a_free_region_is_what_its_shapes_select() -> None:
    triangle = {"tool": "lasso", "points": [0, 0, 10000, 0, 0, 10000]}
    corner = {"tool": "rectangle", "box": [0, 0, 2500, 2500], "erase": True}
    free = {
        "form": "free",
        "box": [0, 0, 10000, 10000],
        "shapes": [triangle, corner],
    }
    area = layout(Image(torch.zeros(1, 3, 40, 40)), {"regions": [free]}).masks[0].pixels[0, 0]
    assert area[0, 0] == 0 and area[15, 5] == 1 and area[35, 35] == 0


def test_hidden_regions_are_left_out_and_none_at_all_is_fine() -> None:
    assert layout(None, {"regions": [{**BACK, "hidden": True}]}).words == []
    assert layout(None).layout.regions == ()


def test_boxes_beyond_the_canvas_are_cut_to_it() -> None:
    made = layout(None, {"regions": [{"box": [12000, 3000, -5000, 20000]}]}, width=10, height=10).layout
    assert made.regions[0].box == (0, 0.3, 1, 1)


def test_a_layout_is_kept_through_storage() -> None:
    made = layout(None, {"regions": [BACK, FRONT]}, width=8, height=4).layout
    assert digest(from_stored(stored_bytes(made))) == digest(made)


def test_what_is_no_layout_is_refused() -> None:
    with pytest.raises(Failure, match="painted: "):
        layout(None, {"regions": [{"box": [1, 2]}]})
    with pytest.raises(ValueError, match="within 0 to 1"):
        Region((0.5, 0, 0.2, 1), "", 1.0, 1, torch.zeros(1, 1, 2, 2))
