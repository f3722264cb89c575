"""Values changed where they stand on the canvas."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.canvas.value_editor import ValueEditor
from tests.app.window.hands import Hands

A = QPoint(320, 160)


def _field(hands: Hands, node: str, name: str, share: float = 0.5) -> QPoint:
    item = hands.canvas.graph_scene.nodes[node]
    (row,) = [row for row in item.geometry.rows if row.parameter.name == name]
    at = row.field.topLeft() * (1 - share) + row.field.topRight() * share
    return hands.canvas.mapFromScene(item.pos() + at) + QPoint(0, 10)


def _open(hands: Hands, node: str, name: str) -> ValueEditor:
    hands.double_click(_field(hands, node, name))
    assert hands.canvas.values.isVisible()
    return hands.canvas.values


def _set(hands: Hands, node: str) -> dict[str, object]:
    return dict(hands.graph.nodes[node].parameters)


def test_a_drag_over_a_number_on_a_node_changes_it_as_one_edit_and_moves_nothing(hands: Hands) -> None:
    node = hands.add("fade", A)
    before = hands.session.workflow
    at = _field(hands, node, "steps")
    hands.drag(at, at + QPoint(60, 0))
    assert 15 <= _set(hands, node)["steps"] <= 22 and hands.session.workflow.layout == before.layout
    hands.undo()
    assert hands.session.workflow == before


def test_escape_breaks_off_a_drag_and_brings_the_value_back(hands: Hands) -> None:
    node = hands.add("fade", A)
    at = _field(hands, node, "steps")
    hands.press(at)
    hands.move(at, at + QPoint(60, 0))
    QTest.keyClick(hands.canvas, Qt.Key.Key_Escape)
    hands.release(at)
    assert "steps" not in _set(hands, node)


def test_a_sum_is_typed_on_the_node(hands: Hands) -> None:
    node = hands.add("fade", A)
    editor = _open(hands, node, "steps")
    QTest.keyClicks(editor, "5*8")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert _set(hands, node)["steps"] == 40 and not editor.isVisible() and hands.canvas.hasFocus()


def test_what_breaks_the_rule_is_told_on_the_node_and_not_taken(hands: Hands) -> None:
    node = hands.add("fade", A)
    editor = _open(hands, node, "steps")
    QTest.keyClicks(editor, "5000")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.isVisible() and editor.toolTip() == "must be within 1 to 1000, got 5000"
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible() and "steps" not in _set(hands, node)


def test_letters_in_the_field_are_no_commands_of_the_canvas(hands: Hands) -> None:
    node = hands.add("caption", A)
    editor = _open(hands, node, "name")
    QTest.keyClicks(editor, "bmd")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert _set(hands, node)["name"] == "bmd" and hands.graph.nodes[node].state == ""


def test_a_choice_opens_its_options_at_the_row(hands: Hands) -> None:
    node = hands.add("grade", A)
    hands.double_click(_field(hands, node, "way"))
    (menu,) = [menu for menu in hands.canvas.findChildren(QMenu) if menu.isVisible()]
    (screen,) = [action for action in menu.actions() if action.text() == "Screen"]
    screen.trigger()
    menu.close()
    assert _set(hands, node)["way"] == "screen"


def test_a_switch_on_a_node_is_thrown_by_a_click_and_only_there(hands: Hands) -> None:
    node = hands.add("grade", A)
    hands.click(_field(hands, node, "whole", 0.2))
    assert "whole" not in _set(hands, node)
    hands.click(_field(hands, node, "whole", 0.95))
    assert _set(hands, node)["whole"] is True


def test_a_number_far_away_moves_its_node(hands: Hands) -> None:
    node = hands.add("fade", A)
    hands.canvas.zoom_in_middle(0.4)
    place, at = hands.place(node), _field(hands, node, "steps") - QPoint(0, 6)
    hands.drag(at, at + QPoint(60, 0))
    assert "steps" not in _set(hands, node) and hands.place(node) != place


def test_over_a_number_the_pointer_says_that_it_can_be_dragged(hands: Hands) -> None:
    node = hands.add("fade", A)
    QTest.mouseMove(hands.view, _field(hands, node, "steps"))
    assert hands.view.cursor().shape() == Qt.CursorShape.SizeHorCursor
    QTest.mouseMove(hands.view, hands.header(node))
    assert hands.view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_where_no_link_may_lead_a_drag_makes_none(hands: Hands) -> None:
    node = hands.add("grade", A)
    item = hands.canvas.graph_scene.nodes[node]
    assert item.geometry.port("curve", gives=False) is None and item.geometry.port("amount", gives=False) is not None
    edge = _field(hands, node, "curve", 0.0) - QPoint(10, 0)
    hands.drag(edge, edge + QPoint(-120, 60))
    assert not hands.graph.links and set(hands.graph.nodes) == {node}
