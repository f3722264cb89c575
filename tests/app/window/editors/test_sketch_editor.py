"""Sketches drawn by hand, in layers."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPointingDevice

from tests.app.window.editors.conftest import Painter

Key = Qt.Key


def _strokes(painter: Painter, layer: int = 0) -> list[dict[str, object]]:
    return painter.value["layers"][layer]["strokes"]


def _seen(painter: Painter, x: float, y: float) -> str:
    image = painter.paper.grab().toImage()
    at = painter.at(x, y) * image.devicePixelRatio()
    return image.pixelColor(at).name()


def test_pressure_and_tilt_of_the_pen_are_kept_with_every_point(painter: Painter) -> None:
    painter.edit("control/sketch")
    painter.pen((0.2, 0.5, 0.2, 0), (0.5, 0.4, 0.9, 30), (0.8, 0.5, 0.4, 60))
    points = _strokes(painter)[0]["points"]
    assert points[2::4] == [20, 90, 40] and points[3::4] == [0, 30, 60]
    assert points[0] == pytest.approx(2000, abs=20)


def test_a_stroke_is_one_undo_step_and_is_seen_at_once(painter: Painter) -> None:
    painter.edit("control/sketch")
    before = painter.session.workflow
    painter.key(Key.Key_B)
    painter.editor.bar.swatches.choose("#d9482b")
    painter.drag((0.2, 0.5), (0.8, 0.5))
    assert _seen(painter, 0.5, 0.5) == "#d9482b" and _strokes(painter)[0]["brush"] == "blocking"
    painter.undo()
    assert painter.session.workflow == before and _seen(painter, 0.5, 0.5) == "#ffffff"


def test_the_other_end_of_the_pen_erases(painter: Painter) -> None:
    painter.edit("control/sketch")
    painter.editor.size = 80
    painter.pen((0.2, 0.5, 1.0, 0), (0.8, 0.5, 1.0, 0))
    painter.pen((0.5, 0.2, 1.0, 0), (0.5, 0.8, 1.0, 0), end=QPointingDevice.PointerType.Eraser)
    assert _strokes(painter)[1]["erase"] and _seen(painter, 0.5, 0.5) == "#ffffff" != _seen(painter, 0.3, 0.5)


def test_symmetry_draws_both_sides_with_one_stroke(painter: Painter) -> None:
    painter.edit("control/sketch")
    painter.key(Key.Key_M)
    painter.editor.size = 60
    painter.drag((0.2, 0.3), (0.3, 0.3))
    assert _strokes(painter)[0]["mirror"] == "x" and len(_strokes(painter)) == 1
    assert _seen(painter, 0.75, 0.3) == _seen(painter, 0.25, 0.3) != "#ffffff"


def test_layers_are_added_hidden_moved_renamed_and_removed_by_undoable_edits(painter: Painter) -> None:
    painter.edit("control/sketch")
    painter.drag((0.2, 0.3), (0.8, 0.3))
    stack = painter.editor.list
    stack.add.click()
    painter.drag((0.2, 0.6), (0.8, 0.6))
    assert len(_strokes(painter, 0)) == len(_strokes(painter, 1)) == 1
    stack.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert painter.value["layers"][1]["hidden"] and _seen(painter, 0.5, 0.6) == "#ffffff"
    stack.list.item(0).setText("Whiskers")
    stack.down.click()
    assert [layer["name"] for layer in painter.value["layers"]] == ["Whiskers", "Layer 1"]
    stack.remove.click()
    assert [layer["name"] for layer in painter.value["layers"]] == ["Layer 1"]
    for _ in range(7):
        painter.undo()
    assert not painter.value and not painter.session.document.undo_label.startswith("Draw")


def test_x_swaps_the_colors_and_alt_takes_one_from_the_picture(painter: Painter) -> None:
    painter.edit("control/sketch")
    swatches = painter.editor.bar.swatches
    first, other = swatches.color, swatches.other
    painter.key(Key.Key_X)
    assert (swatches.color, swatches.other) == (other, first)
    swatches.choose("#2f8f4e")
    painter.editor.size = 60
    painter.drag((0.2, 0.3), (0.8, 0.3))
    swatches.choose("#000000")
    painter.click(0.5, 0.3, keys=Qt.KeyboardModifier.AltModifier)
    assert swatches.color == "#2f8f4e" and len(_strokes(painter)) == 1


def test_a_stroke_keeps_only_the_points_that_it_needs(painter: Painter) -> None:
    painter.edit("control/sketch")
    way = [(0.1 + 0.008 * step, 0.5 + 0.2 * ((step // 25) % 2) * (step % 25) / 25) for step in range(100)]
    painter.drag(*way)
    assert len(_strokes(painter)[0]["points"]) < 4 * 30


def _tremble(painter: Painter) -> list[tuple[float, float]]:
    """A line across with a hand that goes up and down, as kept in the document."""
    places = [(0.2 + 0.02 * step, 0.5 + (0.03 if step % 2 else -0.03)) for step in range(30)]
    painter.drag(*places, (0.8, 0.5))
    points = _strokes(painter)[-1]["points"]
    return list(zip(points[0::4], points[1::4], strict=True))


def test_a_steady_brush_leaves_the_trembling_out_and_ends_where_the_hand_ends(painter: Painter) -> None:
    painter.edit("control/sketch")
    shaky = _tremble(painter)
    painter.editor.bar.steady.changed.emit(80.0)
    smooth = _tremble(painter)

    def height(line: list[tuple[float, float]]) -> float:
        inner = [y for x, y in line if 3000 < x < 7000]
        return max(inner) - min(inner)

    assert height(shaky) > 500 and height(smooth) < 0.3 * height(shaky)
    assert smooth[-1] == pytest.approx((8000, 5000), abs=60) and smooth[0] == pytest.approx((2000, 4700), abs=60)
