"""Pictures laid over one another."""

import pytest
import torch

from graph_engine.errors import Failure
from nodes.imaging.blending import BLENDS, blended
from nodes.library.layers.layers import layers
from nodes.value_type import digest, from_stored, stored_bytes
from nodes.values import Image


def _plain(*color: float, side: int = 8) -> Image:
    return Image(torch.tensor(color, dtype=torch.float32)[None, :, None, None].expand(1, -1, side, side).contiguous())


def test_a_picture_that_nothing_is_said_of_lies_on_top_in_the_middle() -> None:
    seen = layers(_plain(0, 0, 1), _plain(1, 0, 0, side=4)).image.pixels[0]
    assert seen[:, 4, 4].tolist() == [1, 0, 0, 1] and seen[:, 1, 1].tolist() == [0, 0, 1, 1]


def test_order_place_opacity_and_visibility_come_from_the_document() -> None:
    entries = [{"input": "two", "box": [0, 0, 5000, 10000]}, {"input": "one", "opacity": 25}]
    seen = layers(_plain(0, 0, 1), _plain(1, 0, 0), painted={"layers": entries}).image.pixels[0]
    torch.testing.assert_close(seen[:, 0, 0], torch.tensor([0.75, 0, 0.25, 1]))
    torch.testing.assert_close(seen[:, 0, 7], torch.tensor([0, 0, 1, 0.25]))
    hidden = layers(_plain(0, 0, 1), painted={"layers": [{"input": "one", "hidden": True}]})
    assert hidden.image.pixels.max() == 0 and not hidden.stack.layers[0].visible


def test_a_layer_may_lie_beyond_the_canvas() -> None:
    for box in ([-5000, -5000, 5000, 5000], [20000, 0, 30000, 10000]):
        seen = layers(_plain(0, 0, 1), _plain(1, 0, 0), painted={"layers": [{"input": "one"}, {"input": "two", "box": box}]}).image.pixels[
            0
        ]
        assert seen[:, 7, 7].tolist() == [0, 0, 1, 1] and (seen[0, 0, 0] == 1) == (box[0] < 0)


@pytest.mark.parametrize(
    ("mode", "gives"),
    [("multiply", 0.12), ("screen", 0.58), ("darken", 0.3), ("lighten", 0.4), ("difference", 0.1), ("exclusion", 0.46), ("overlay", 0.24),
     ("hard light", 0.24), ("color dodge", 0.5), ("color burn", 0.0), ("soft light", 0.258), ("normal", 0.4)],
)  # fmt: skip
def test_opaque_colors_blend_by_the_formula(mode: str, gives: float) -> None:
    below, above = (torch.tensor([part, part, part, 1.0]).view(1, 4, 1, 1) for part in (0.3, 0.4))
    torch.testing.assert_close(blended(below, above, mode)[0, 0, 0, 0], torch.tensor(gives), atol=1e-5, rtol=0)


@pytest.mark.parametrize("mode", BLENDS)
def test_over_nothing_every_mode_gives_the_layer_itself(mode: str) -> None:
    above = torch.rand(1, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    above = torch.cat([above[:, :3] * above[:, 3:], above[:, 3:]], 1)
    torch.testing.assert_close(blended(torch.zeros_like(above), above, mode), above)


def test_a_stack_keeps_its_layers_through_storage() -> None:
    stack = layers(_plain(0, 0, 1), painted={"layers": [{"input": "one", "name": "Sky", "blend": "screen"}]}).stack
    again = from_stored(stored_bytes(stack))
    assert digest(again) == digest(stack) and again.layers[0].name == "Sky" and again.layers[0].blend == "screen"


def test_no_picture_and_an_unknown_blend_mode_are_refused() -> None:
    with pytest.raises(Failure, match="one: must be connected"):
        layers()
    with pytest.raises(Failure, match="blend must be one of"):
        layers(_plain(0, 0, 1), painted={"layers": [{"input": "one", "blend": "melt"}]})


def test_a_layer_is_turned_about_its_middle_with_the_clock() -> None:
    half = Image(torch.cat([_plain(1, 0, 0, 1).pixels[..., :4], _plain(0, 1, 0, 1).pixels[..., :4]], 3))  # red left, green right
    (layer,) = layers(half, painted={"layers": [{"input": "one", "angle": 90}]}).stack.layers
    seen = layer.pixels[0]
    assert layer.offset == (0, 0) and seen.shape == (4, 8, 8)
    torch.testing.assert_close(seen[:, 0, 4], torch.tensor([1.0, 0, 0, 1]), atol=1e-4, rtol=0)
    torch.testing.assert_close(seen[:, 7, 4], torch.tensor([0.0, 1, 0, 1]), atol=1e-4, rtol=0)


def test_a_turned_layer_reaches_over_its_box_and_is_clear_in_the_corners() -> None:
    (layer,) = layers(_plain(0, 0, 1, 1, side=20), painted={"layers": [{"input": "one", "angle": 45}]}).stack.layers
    assert layer.pixels.shape[2:] == (30, 30) and layer.offset == (-5, -5)
    assert layer.pixels[0, 3, 0, 0] == 0 and layer.pixels[0, 3, 15, 15] == 1


def test_more_pictures_than_have_inputs_of_their_own_are_layers_with_numbers() -> None:
    many = tuple(_plain(0, shade / 10, 0, 1) for shade in range(9))
    made = layers(_plain(1, 0, 0), more=many, painted={"layers": [{"input": "more 9", "hidden": True}, {"input": "one"}]})
    assert len(made.stack.layers) == 10 and not made.stack.layers[0].visible
    torch.testing.assert_close(made.image.pixels[0, :, 0, 0], torch.tensor([0, 0.7, 0, 1]))
