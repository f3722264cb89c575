"""Sketches made of strokes."""

import pytest
import torch

from nodes.library.control.sketch import sketch
from nodes.values import Image

RED = {"brush": "blocking", "size": 4000, "color": "#ff0000", "points": [5000, 5000, 100, 0]}
LINE = {"brush": "detail", "size": 1000, "color": "#0000ff", "points": [1000, 5000, 100, 0, 9000, 5000, 100, 0]}


def _of(*strokes: dict[str, object], **layer: object) -> dict[str, object]:
    return {"layers": [{"strokes": list(strokes), **layer}]}


def test_strokes_lie_on_the_picture_the_color_or_nothing() -> None:
    picture = Image(torch.full((1, 3, 40, 40), 0.5))
    over = sketch(picture, _of(RED)).image.pixels
    assert over[0, :, 20, 20].tolist() == [1, 0, 0] and over[0, :, 0, 0].tolist() == [0.5] * 3
    assert sketch(picture, _of(RED), paper="color", color="#00ff00").image.pixels[0, :, 0, 0].tolist() == [0, 1, 0]
    clear = sketch(picture, _of(RED), paper="clear").image.pixels
    assert clear[0, :, 20, 20].tolist() == [1, 0, 0, 1] and clear[0, 3, 0, 0] == 0


def test_only_lines_of_the_detail_brush_come_out_as_lines() -> None:
    lines = sketch(None, _of(RED, LINE), width=40, height=40).lines.pixels[0, 0]
    assert lines[20, 10] == 1 and lines[26, 20] == 0


def test_pressure_makes_lines_thicker_and_tilt_broader() -> None:
    def thickness(pressure: int, tilt: int) -> float:
        line = {**LINE, "points": [1000, 5000, pressure, tilt, 9000, 5000, pressure, tilt]}
        return float(sketch(None, _of(line), width=80, height=80).lines.pixels[0, 0, :, 40].gt(0.2).sum())

    assert thickness(20, 0) < thickness(100, 0) < thickness(100, 60)


def test_a_mirrored_stroke_is_symmetrical() -> None:
    points = [1000, 2000, 100, 0, 3000, 4000, 50, 0]
    drawn = sketch(None, _of({**LINE, "points": points, "mirror": "xy"}), width=41, height=30).lines.pixels[0, 0]
    torch.testing.assert_close(drawn, drawn.flip(0))
    torch.testing.assert_close(drawn, drawn.flip(1))


def test_hidden_layers_do_not_come_out_and_opacity_lets_through() -> None:
    hidden = sketch(None, _of(RED, hidden=True), width=20, height=20).image.pixels
    assert hidden.min() == 1
    assert sketch(None, _of(RED, opacity=50), width=20, height=20).image.pixels[0, 1, 10, 10] == pytest.approx(0.5)


def test_an_eraser_clears_its_own_layer_only() -> None:
    eraser = {**RED, "erase": True}
    painted = {"layers": [{"strokes": [RED]}, {"strokes": [LINE, eraser]}]}
    seen = sketch(None, painted, width=40, height=40).image.pixels
    assert seen[0, :, 20, 20].tolist() == [1, 0, 0] and seen[0, :, 20, 6].tolist() == [0, 0, 1]
