"""Layers moved, scaled, blended and ordered on the canvas."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from app.editors.editor import Touch
from app.editors.handles import KNOB
from tests.app.window.editors.conftest import LEFT, Painter

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def _open(painter: Painter) -> str:
    """A gray canvas of 200 × 100 with a red picture of 40 × 40 in its middle."""
    node = painter.edit("layers/layers")
    painter.picture(node, "one", "#808080", (200, 100))
    painter.picture(node, "two", "#ff0000", (40, 40))
    return node


def _color(painter: Painter, x: float, y: float) -> str:
    seen = painter.editor.composed()
    return seen.pixelColor(int(x * seen.width()), int(y * seen.height())).name()


def _layer(painter: Painter, name: str) -> dict[str, object]:
    return next(layer for layer in painter.value["layers"] if layer["input"] == name)


def test_the_first_picture_gives_the_size_and_the_others_lie_in_its_middle(painter: Painter) -> None:
    _open(painter)
    assert painter.paper.picture_size.toTuple() == (200, 100)
    assert (_color(painter, 0.5, 0.5), _color(painter, 0.1, 0.1)) == ("#ff0000", "#808080")
    assert painter.editor.list.list.count() == 2 and not painter.value


def test_a_layer_is_dragged_on_the_picture_in_one_undo_step(painter: Painter) -> None:
    _open(painter)
    before = painter.session.workflow
    painter.drag((0.5, 0.5), (0.3, 0.5), (0.2, 0.5))
    assert _layer(painter, "two")["box"] == pytest.approx([1000, 3000, 3000, 7000], abs=60)
    assert (_color(painter, 0.2, 0.5), _color(painter, 0.5, 0.5)) == ("#ff0000", "#808080")
    painter.undo()
    assert painter.session.workflow == before


def test_a_corner_scales_and_keeps_the_ratio_unless_shift_is_held(painter: Painter) -> None:
    _open(painter)
    painter.drag((0.6, 0.7), (0.7, 0.75))
    box = painter.editor.box(1)
    assert box.width() == pytest.approx(box.height(), abs=1) and box.width() == pytest.approx(60, abs=3)
    QTest.mousePress(painter.paper, LEFT, SHIFT, painter.at(box.right() / 200, box.bottom() / 100))
    painter.editor.move(Touch(QPointF(180, box.bottom()), keys=SHIFT))
    QTest.mouseRelease(painter.paper, LEFT, SHIFT, painter.at(0.9, box.bottom() / 100))
    assert painter.editor.box(1).width() > 90 and painter.editor.box(1).height() == pytest.approx(box.height(), abs=1)


def test_a_click_chooses_the_topmost_layer_that_is_seen_there(painter: Painter) -> None:
    node = _open(painter)
    painter.picture(node, "three", "#00ff0000", (40, 40))
    painter.editor.list.list.setCurrentRow(2)
    painter.click(0.5, 0.5)
    assert painter.editor.layer == 1
    painter.click(0.05, 0.05)
    assert painter.editor.layer == 0


def test_order_name_opacity_blend_and_visibility_are_edits(painter: Painter) -> None:
    _open(painter)
    editor = painter.editor
    editor.list.list.item(0).setText("Ball")
    editor.blend.setCurrentIndex(1)
    editor.blend.activated.emit(1)
    editor.opacity.changed.emit(50.0)
    editor.opacity.settled.emit()
    assert _layer(painter, "two") == {"input": "two", "name": "Ball", "blend": "multiply", "opacity": 50}
    editor.list.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert _layer(painter, "two")["hidden"] and _color(painter, 0.5, 0.5) == "#808080"
    editor.list.down.click()
    assert [layer["input"] for layer in painter.value["layers"]] == ["two", "one"]
    for _ in range(5):
        painter.undo()
    assert not painter.value


def test_arrows_nudge_and_page_keys_reorder(painter: Painter) -> None:
    _open(painter)
    painter.key(Key.Key_Right, SHIFT)
    assert painter.editor.box(1).left() == 90
    painter.key(Key.Key_PageDown)
    assert painter.value["layers"][0]["input"] == "two" and _color(painter, 0.5, 0.5) == "#808080"


def test_a_layer_whose_picture_is_unlinked_keeps_its_place_for_later(painter: Painter) -> None:
    node = _open(painter)
    painter.drag((0.5, 0.5), (0.2, 0.5))
    box = _layer(painter, "two")["box"]
    link = next(link for link in painter.session.workflow.graph.into(node) if link.input == "two")
    painter.session.unlink(link)
    assert painter.editor.list.list.count() == 1
    painter.editor.list.list.item(0).setText("Ground")
    painter.session.link(link)
    assert _layer(painter, "two")["box"] == box and painter.editor.list.list.count() == 2


def _drop(painter: Painter, row: int, at: QPoint) -> None:
    """Let a dragged row go over the list, as Qt tells it."""
    rows = painter.editor.list.list
    rows.setCurrentRow(row)
    data = rows.mimeData([rows.item(row)])
    event = QDropEvent(QPointF(at), Qt.DropAction.MoveAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    rows.dropEvent(_Own(event, rows))


class _Own:
    """A drop that comes from the list itself: a made-up event has no source."""

    def __init__(self, event: QDropEvent, source: object) -> None:
        self._event, self._source = event, source

    def source(self) -> object:
        return self._source

    def __getattr__(self, name: str) -> object:
        return getattr(self._event, name)


def test_a_layer_is_dragged_to_another_place_in_the_list(painter: Painter) -> None:
    node = _open(painter)
    painter.picture(node, "three", "#0000ff", (20, 20))
    rows = painter.editor.list.list
    assert [_input_of(painter, row) for row in range(3)] == ["three", "two", "one"]
    below_all = rows.visualItemRect(rows.item(2)).bottomLeft() + QPoint(5, 12)
    _drop(painter, 0, below_all)
    assert [layer["input"] for layer in painter.value["layers"]] == ["three", "one", "two"]
    _drop(painter, 2, rows.visualItemRect(rows.item(1)).topLeft() + QPoint(5, 2))
    assert [layer["input"] for layer in painter.value["layers"]] == ["one", "three", "two"] and rows.count() == 3
    painter.undo()
    painter.undo()
    assert not painter.value


def _input_of(painter: Painter, row: int) -> str:
    return painter.editor.list.list.item(row).text().rpartition(" · ")[2]


def test_a_knob_turns_a_layer_and_shift_snaps_in_one_undo_step(painter: Painter) -> None:
    _open(painter)
    editor = painter.editor
    box, zoom = editor.box(1), painter.paper.zoom
    above = QPointF(box.center().x(), box.top() - KNOB / zoom)
    QTest.mousePress(painter.paper, LEFT, Qt.KeyboardModifier.NoModifier, painter.paper.on_widget(above).toPoint())
    editor.move(Touch(QPointF(box.right() + 30, box.center().y() + 2), keys=SHIFT))
    QTest.mouseRelease(painter.paper, LEFT, SHIFT, painter.paper.on_widget(QPointF(box.right() + 30, box.center().y())).toPoint())
    assert _layer(painter, "two")["angle"] == 90
    painter.undo()
    assert not painter.value


def test_a_turned_layer_is_scaled_along_its_own_edges_and_taken_where_it_is_seen(painter: Painter) -> None:
    node = _open(painter)
    painter.set(node, painted={"layers": [{"input": "one"}, {"input": "two", "box": [3000, 3000, 7000, 7000], "angle": 90}]})
    editor = painter.editor
    assert _color(painter, 0.5, 0.2) == "#ff0000" and _color(painter, 0.35, 0.5) == "#808080"
    painter.click(0.5, 0.2)
    assert editor.layer == 1
    before = editor.box(1)
    painter.drag((0.5, 0.9), (0.5, 0.95))  # the lower edge on the screen is its right one
    after = editor.box(1)
    assert after.width() == pytest.approx(before.width() + 5, abs=2) and after.height() == before.height()
    assert after.center().x() == pytest.approx(before.center().x(), abs=1)


def test_any_number_of_pictures_lead_into_the_last_input(painter: Painter) -> None:
    node = _open(painter)
    for color in ("#00ff00", "#0000ff"):
        painter.picture(node, "more", color, (20, 20))
    assert [layer["input"] for layer in painter.editor.layers] == ["one", "two", "more 1", "more 2"]
    assert _color(painter, 0.5, 0.5) == "#0000ff"
    painter.drag((0.5, 0.5), (0.2, 0.5))
    assert _layer(painter, "more 2")["box"] and _color(painter, 0.5, 0.5) == "#00ff00"
