"""Controls of single kinds: sums, long choices, curves."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.color_picker import ColorPicker
from app.inspector.controls import control_for
from app.inspector.curve_control import CurveSheet
from app.number_input import calculated, dragged, read_number
from app.theme.tokens import DARK
from graph_engine.declaration import STRAIGHT, File, Integer, Number
from tests.app.window.hands import LEFT, NO_KEY, Hands

A = QPoint(120, 160)
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    ("text", "value"),
    [("1024*1.5", 1536), ("2^10 / 3", 1024 / 3), ("(1+2)*-3", -9), ("0,5", 0.5), ("7//2 % 2", 1), ("2*pi", 6.283185307179586)],
)
def test_a_sum_is_calculated(text: str, value: float) -> None:
    assert calculated(text) == value


@pytest.mark.parametrize(
    "text", ["", "a", "1/0", "9**9**9**9", "__import__('os')", "(1).real", "[1]", "True", "1e999", "-" * 150 + "1", "1;2"]
)
def test_what_is_no_sum_is_refused_and_nothing_in_it_runs(text: str) -> None:
    with pytest.raises(ValueError):
        calculated(text)


def test_a_number_is_read_with_its_unit_and_held_to_its_rule() -> None:
    side = Integer(soft=(0, 512), hard=(0, 4096), unit="px")
    assert read_number(side, "1024*1.5 px") == 1536
    assert read_number(side, "1000/3") == "must be a whole number, got 333.33333333"
    assert read_number(side, "100^2") == "must be within 0 to 4096 px, got 10000"
    assert read_number(Number(), "two") == "must be a number or a sum as 1024*1.5, got 'two'"


def test_a_drag_stays_in_the_soft_range_or_where_it_began() -> None:
    kind = Integer(soft=(0, 100), hard=(0, 1000))
    assert [dragged(kind, 50, way, coarse=False) for way in (-2, 0.031, 2)] == [0, 53, 100]
    assert dragged(kind, 50, 0.031, coarse=True) == 50
    assert [dragged(kind, 400, way, coarse=False) for way in (0.5, -0.5)] == [400, 350]


def test_a_sum_is_typed_into_a_number_field(hands: Hands) -> None:
    node = hands.add("fade", A)
    field = hands.row("steps").control.field
    QTest.mouseClick(field, LEFT, pos=QPoint(20, 10))
    QTest.keyClicks(field.edit, "2*(3+4)")
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert hands.graph.nodes[node].parameters["steps"] == 14


def test_letters_look_for_an_option_of_a_long_choice(hands: Hands) -> None:
    node = hands.add("grade", A)
    field = hands.row("way").control.field
    field.lineEdit().setFocus()
    field.lineEdit().selectAll()
    QTest.keyClicks(field.lineEdit(), "burn")
    shown = field.completer().completionModel()
    assert [shown.index(row, 0).data() for row in range(shown.rowCount())] == ["Color burn"]
    field.completer().popup().hide()
    QTest.keyClick(field.lineEdit(), Qt.Key.Key_Return)
    assert hands.graph.nodes[node].parameters["way"] == "color burn"
    assert field.lineEdit().text() == "Color burn"


def test_letters_that_mean_no_option_change_nothing(hands: Hands) -> None:
    node = hands.add("grade", A)
    field = hands.row("way").control.field
    field.lineEdit().selectAll()
    QTest.keyClicks(field.lineEdit(), "xyz")
    QTest.keyClick(field.lineEdit(), Qt.Key.Key_Return)
    assert "way" not in hands.graph.nodes[node].parameters and field.lineEdit().text() == "Normal"


@pytest.mark.parametrize(("name", "taken"), [("photo.PNG", True), ("notes.txt", False)])
def test_a_file_is_dropped_on_its_control_where_its_suffix_fits(qtbot: QtBot, tmp_path: Path, name: str, taken: bool) -> None:
    control = control_for(File((".png",)), DARK)
    qtbot.addWidget(control)
    told: list[object] = []
    control.changed.connect(told.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, NO_KEY)
    QApplication.sendEvent(control, enter)
    assert (enter.isAccepted(), bool(control.field.property("takes"))) == (taken, taken)
    QApplication.sendEvent(control, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, NO_KEY))
    assert told == ([str(tmp_path / name)] if taken else []) and not control.field.property("takes")


def _picker(hands: Hands) -> tuple[str, ColorPicker]:
    node = hands.add("swatch", A)
    control = hands.row("color").control
    QTest.mouseClick(control.swatch, LEFT)
    return node, control.picker


def test_a_color_is_picked_by_a_drag_live_and_as_one_edit(hands: Hands) -> None:
    node, picker = _picker(hands)
    before = hands.session.workflow
    QTest.mousePress(picker.square, LEFT, NO_KEY, QPoint(10, 10))
    QTest.mouseMove(picker.square, QPoint(120, 40))
    live = hands.graph.nodes[node].parameters["color"]
    QTest.mouseRelease(picker.square, LEFT, NO_KEY, QPoint(120, 40))
    QTest.mouseClick(picker.hues, LEFT, pos=QPoint(0, 5))
    picked = hands.graph.nodes[node].parameters["color"]
    picker.close()
    assert QColor(live).hue() > 100 and QColor(picked).hue() < 5 and picked.startswith("#")
    hands.undo()
    assert hands.session.workflow == before


def test_escape_brings_the_first_color_back(hands: Hands) -> None:
    node, picker = _picker(hands)
    QTest.keyClick(picker.square, Qt.Key.Key_Left)
    assert "color" in hands.graph.nodes[node].parameters
    QTest.keyClick(picker.square, Qt.Key.Key_Escape)
    assert hands.session.workflow.graph.nodes[node].parameters.get("color", "#3060c0ff").startswith("#3060c0")


def test_a_color_at_hand_keeps_the_transparency(hands: Hands) -> None:
    node, picker = _picker(hands)
    picker.transparency.move_to(0.5, 0)
    (red,) = [button for button in picker.findChildren(QToolButton) if button.toolTip() == "#d9482b"]
    QTest.mouseClick(red, LEFT)
    assert hands.graph.nodes[node].parameters["color"] == "#d9482b80" == picker.field.text()
    picker.close()


def _sheet(hands: Hands) -> tuple[str, CurveSheet]:
    node = hands.add("grade", A)
    return node, hands.row("curve").control.field


def _curve(hands: Hands, node: str) -> list[list[float]]:
    return hands.graph.nodes[node].parameters.get("curve", STRAIGHT)


def _drag(sheet: CurveSheet, start: QPointF, *ways: QPointF) -> None:
    QTest.mousePress(sheet, LEFT, NO_KEY, start.toPoint())
    for at in ways:
        QTest.mouseMove(sheet, at.toPoint())
    QTest.mouseRelease(sheet, LEFT, NO_KEY, ways[-1].toPoint())


def test_a_click_on_a_curve_adds_a_point_and_a_drag_takes_it_along_as_one_edit(hands: Hands) -> None:
    node, sheet = _sheet(hands)
    before = hands.session.workflow
    _drag(sheet, sheet.place(0.5, 0.5), sheet.place(0.45, 0.7), sheet.place(0.25, 0.75))
    (_, point, _) = _curve(hands, node)
    assert point == pytest.approx([0.25, 0.75], abs=0.02)
    hands.undo()
    assert hands.session.workflow == before and len(sheet.points) == 2


def test_a_point_stays_between_its_neighbors(hands: Hands) -> None:
    node, sheet = _sheet(hands)
    _drag(sheet, sheet.place(0.5, 0.5), sheet.place(0.99, 0.5))
    _drag(sheet, sheet.place(1, 1), sheet.place(0.3, 1))
    across = [x for x, _ in _curve(hands, node)]
    assert across == sorted(across) and len(set(across)) == 3


def test_a_point_that_is_dragged_out_is_gone_and_two_always_stay(hands: Hands) -> None:
    node, sheet = _sheet(hands)
    _drag(sheet, sheet.place(0.5, 0.5), sheet.place(0.5, 0.6))
    _drag(sheet, sheet.place(*sheet.points[1]), QPointF(100, 120), QPointF(100, 400))
    assert len(_curve(hands, node)) == 2
    _drag(sheet, sheet.place(0, 0), QPointF(100, 400))
    assert len(_curve(hands, node)) == 2


def test_a_curve_is_drawn_by_keys_alone(hands: Hands) -> None:
    node, sheet = _sheet(hands)
    sheet.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(sheet, Qt.Key.Key_Insert)
    for _ in range(5):
        QTest.keyClick(sheet, Qt.Key.Key_Up)
    QTest.keyClick(sheet, Qt.Key.Key_Left, SHIFT)
    assert _curve(hands, node)[1] == pytest.approx([0.498, 0.6])
    assert hands.row("curve").control.told.text() == "0.498, 0.600"
    QTest.keyClick(sheet, Qt.Key.Key_Delete)
    assert len(_curve(hands, node)) == 2
