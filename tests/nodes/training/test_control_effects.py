"""On the models that ship: what controls change, in the direction that they are there for."""

from __future__ import annotations

import pytest

from nodes.training.control_effects import Controlled, Rewritten, inpainting, layouts, sketches
from nodes.training.judge import fitting_recognizer
from nodes.training.makers import Maker, by_flow, by_tokens

SCENES = 6


@pytest.fixture(scope="module")
def made() -> Controlled:
    return Controlled(Maker("flow_base", by_flow()))


@pytest.mark.slow
def test_boxes_bring_things_to_their_places(made: Controlled) -> None:
    real, alone, boxed = (row["at_place"] for row in layouts(made, fitting_recognizer(), SCENES))
    assert real > boxed > alone + 0.2


@pytest.mark.slow
def test_the_closer_a_sketch_is_kept_to_the_more_outlines_agree(made: Controlled) -> None:
    _, alone, near, _, far = (row["outline_iou"] for row in sketches(made, fitting_recognizer(), SCENES))
    assert near > far > alone


@pytest.mark.slow
def test_a_kept_picture_stays_outside_of_the_mask(made: Controlled) -> None:
    _, alone, kept = (row["psnr_outside"] for row in inpainting(made, fitting_recognizer(), SCENES))
    assert kept > alone + 6


@pytest.mark.slow
def test_known_tokens_keep_a_picture_outside_of_the_mask() -> None:
    tokens = Rewritten(Maker("masked", by_tokens()))
    coded, alone, kept = (row["psnr_outside"] for row in inpainting(tokens, fitting_recognizer(), SCENES))
    assert coded >= kept > alone + 6
