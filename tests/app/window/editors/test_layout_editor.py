"""Layouts: regions with words, drawn over the picture."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.app.window.editors.conftest import Painter

Key = Qt.Key
LAYOUT = "control/layout"


def _alpha(painter: Painter, region: int, x: float, y: float) -> int:
    area = painter.editor.area(region)
    return area.pixelColor(int(x * area.width()), int(y * area.height())).alpha()


def test_a_region_is_drawn_and_named_without_another_click(painter: Painter, qtbot: QtBot) -> None:
    painter.edit(LAYOUT)
    painter.drag((0.1, 0.2), (0.5, 0.6))
    words = painter.editor.words
    qtbot.waitUntil(words.hasFocus)
    QTest.keyClicks(words, "a red cat")
    assert painter.value["regions"] == [{"box": pytest.approx([1000, 2000, 5000, 6000], abs=40), "words": "a red cat"}]
    assert painter.editor.list.list.item(0).text() == "a red cat"


def test_words_that_are_typed_are_one_undo_step_and_the_region_another(painter: Painter) -> None:
    painter.edit(LAYOUT)
    before = painter.session.workflow
    painter.drag((0.1, 0.2), (0.5, 0.6))
    QTest.keyClicks(painter.editor.words, "cat")
    painter.undo()
    assert "words" not in painter.value["regions"][0] and painter.editor.words.text() == ""
    painter.undo()
    assert painter.session.workflow == before


def test_a_region_is_moved_by_its_middle_and_resized_by_a_corner(painter: Painter) -> None:
    painter.edit(LAYOUT)
    painter.drag((0.2, 0.2), (0.4, 0.4))
    painter.drag((0.3, 0.3), (0.5, 0.3), (0.6, 0.3))
    assert painter.value["regions"][0]["box"] == pytest.approx([5000, 2000, 7000, 4000], abs=60)
    painter.drag((0.7, 0.4), (0.9, 0.8))
    assert painter.value["regions"][0]["box"] == pytest.approx([5000, 2000, 9000, 8000], abs=80)
    assert len(painter.value["regions"]) == 1


def test_ellipses_and_lassos_are_regions_too(painter: Painter) -> None:
    painter.edit(LAYOUT)
    painter.key(Key.Key_O)
    painter.drag((0.1, 0.1), (0.5, 0.5))
    painter.key(Key.Key_L)
    painter.drag((0.6, 0.6), (0.9, 0.6), (0.75, 0.9))
    assert _alpha(painter, 0, 0.3, 0.3) == 255 and _alpha(painter, 0, 0.12, 0.12) == 0
    assert _alpha(painter, 1, 0.75, 0.7) == 255 and _alpha(painter, 1, 0.62, 0.85) == 0


def test_the_brush_adds_to_a_region_and_takes_from_it_and_all_moves_together(painter: Painter) -> None:
    painter.edit(LAYOUT)
    painter.drag((0.2, 0.2), (0.4, 0.4))
    painter.key(Key.Key_B)
    painter.drag((0.35, 0.3), (0.7, 0.3))
    assert _alpha(painter, 0, 0.65, 0.3) == 255 and painter.editor.box(0).right() > 0.7 * 512
    painter.key(Key.Key_X)
    painter.drag((0.25, 0.2), (0.25, 0.4))
    assert _alpha(painter, 0, 0.25, 0.3) == 0
    painter.key(Key.Key_R)
    painter.drag((0.5, 0.3), (0.5, 0.6))
    assert _alpha(painter, 0, 0.65, 0.6) == 255 and _alpha(painter, 0, 0.25, 0.6) == 0 and _alpha(painter, 0, 0.65, 0.3) == 0


def test_depth_visibility_weight_and_removal_are_edits(painter: Painter) -> None:
    painter.edit(LAYOUT)
    for left, words in ((0.1, "back"), (0.6, "front")):
        painter.drag((left, 0.2), (left + 0.3, 0.5))
        QTest.keyClicks(painter.editor.words, words)
        painter.editor.words.editingFinished.emit()
    painter.editor.weight.changed.emit(150.0)
    painter.key(Key.Key_PageDown)
    assert [region["words"] for region in painter.value["regions"]] == ["front", "back"]
    assert painter.value["regions"][0]["weight"] == 1.5
    painter.editor.list.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert painter.value["regions"][1]["hidden"]
    painter.key(Key.Key_Delete)
    assert [region["words"] for region in painter.value["regions"]] == ["back"]


def test_a_click_makes_no_region_and_escape_breaks_one_off(painter: Painter) -> None:
    painter.edit(LAYOUT)
    painter.click(0.5, 0.5)
    QTest.mousePress(painter.paper, Qt.MouseButton.LeftButton, pos=painter.at(0.2, 0.2))
    QTest.mouseMove(painter.paper, painter.at(0.6, 0.6))
    painter.key(Key.Key_Escape)
    QTest.mouseRelease(painter.paper, Qt.MouseButton.LeftButton, pos=painter.at(0.6, 0.6))
    assert not painter.value


def test_a_region_keeps_its_place_in_a_picture_of_another_size(painter: Painter) -> None:
    node = painter.edit(LAYOUT)
    painter.drag((0.25, 0.25), (0.5, 0.5))
    regions = painter.value["regions"]
    painter.set(node, width=200, height=100)
    assert painter.value["regions"] == regions and painter.editor.box(0).getRect() == pytest.approx((50, 25, 50, 25), abs=1)
