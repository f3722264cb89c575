"""Pictures in larger canvases."""

import pytest
import torch

from graph_engine.errors import Failure
from nodes.library.outpainting.outpaint_frame import outpaint_frame
from nodes.values import Image

WIDER = {"left": 5000, "bottom": 2500}


def _picture(channels: int = 3) -> Image:
    return Image(torch.rand(2, channels, 8, 12, generator=torch.Generator().manual_seed(1)))


@pytest.mark.parametrize("fill", ["edge", "mirror", "color", "clear"])
def test_the_pixels_of_the_picture_stay_what_they_were(fill: str) -> None:
    image = _picture()
    made = outpaint_frame(image, WIDER, fill).image.pixels
    assert made.shape == (2, 4 if fill == "clear" else 3, 10, 18)
    assert torch.equal(made[:, :3, :8, 6:], image.pixels)


def test_the_new_part_is_the_nearest_pixel_the_mirror_the_color_or_nothing() -> None:
    image = _picture()
    first = image.pixels[:, :, :, 0]
    assert torch.equal(outpaint_frame(image, WIDER, "edge").image.pixels[:, :, :8, 2], first)
    assert torch.equal(outpaint_frame(image, WIDER, "mirror").image.pixels[:, :, :8, 5], image.pixels[:, :, :, 1])
    assert outpaint_frame(image, WIDER, "color", "#ff0000").image.pixels[0, :, 9, 0].tolist() == [1, 0, 0]
    assert outpaint_frame(image, WIDER, "clear").image.pixels[:, 3, :, :6].max() == 0


def test_the_mask_is_whole_where_the_canvas_is_new_and_fades_into_the_picture() -> None:
    mask = outpaint_frame(_picture(), WIDER, overlap=2, feather=0).mask.pixels[0, 0]
    assert mask.shape == (10, 18) and mask[0].tolist() == [1.0] * 8 + [0.0] * 10 and mask[6:, 17].tolist() == [1.0] * 4
    soft = outpaint_frame(_picture(), WIDER, overlap=2, feather=3).mask.pixels[0, 0]
    assert soft[0, :6].min() == 1 and 0 < soft[0, 8] < 1 and soft[0, 17] < 0.01


def test_a_frame_that_was_not_moved_gives_the_picture_and_an_empty_mask() -> None:
    image = _picture(4)
    made = outpaint_frame(image)
    assert torch.equal(made.image.pixels, image.pixels) and made.mask.pixels.max() == 0


def test_inwards_it_cuts_off_and_sides_become_multiples() -> None:
    image = _picture()
    made = outpaint_frame(image, {"left": -2500, "top": -5000}, multiple=8).image.pixels
    assert made.shape == (2, 3, 8, 16) and torch.equal(made[:, :, :4, :9], image.pixels[:, :, 4:, 3:])


def test_far_edges_are_bounded_and_what_is_no_frame_is_refused() -> None:
    assert outpaint_frame(_picture(), {"right": 1e12}).image.pixels.shape[3] == 60
    with pytest.raises(Failure, match="painted: "):
        outpaint_frame(_picture(), {"left": "far"})
