"""The workflow without its graph."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.window import Window
from tests.app.window.hands import Hands

A = QPoint(120, 160)
CONTROL = Qt.KeyboardModifier.ControlModifier


def _exposed(hands: Hands, *names: str) -> str:
    node = hands.add("swatch", A)
    for name in names:
        hands.session.expose(node, hands.session.type_of(node).parameter(name), True)
    return node


def test_the_graph_and_its_panels_give_way_to_what_is_exposed_and_come_back(window: Window, hands: Hands) -> None:
    _exposed(hands, "color", "side")
    hands.key(Qt.Key.Key_E, CONTROL)
    assert [row.parameter.name for row in window.simple_view.rows] == ["color", "side"]
    assert not window.canvas.isVisible() and not window.inspector.isVisible()
    QTest.keyClick(window, Qt.Key.Key_E, CONTROL)
    assert window.canvas.isVisible() and window.inspector.isVisible() and not window.simple_view.isVisible()


def test_a_value_set_there_is_an_edit_of_the_document_and_undo_shows(window: Window, hands: Hands) -> None:
    node = _exposed(hands, "side")
    window.toggle_simple_view()
    (row,) = window.simple_view.rows
    row.control.changed.emit(40)
    row.control.settled.emit()
    assert hands.graph.nodes[node].parameters["side"] == 40
    hands.session.undo()
    assert "side" not in hands.graph.nodes[node].parameters and window.simple_view.rows == [row]


def test_another_document_brings_its_own_form(window: Window, hands: Hands) -> None:
    _exposed(hands, "side")
    window.toggle_simple_view()
    hands.session.new()
    assert window.simple_view.rows == []
    assert window.files.open_first_picture() is None
    assert [row.label.text() for row in window.simple_view.rows] == []  # the toys do not know its nodes
    assert window.simple_view.name.text() == "First picture"


def test_its_button_runs_the_workflow(window: Window, hands: Hands) -> None:
    _exposed(hands, "side")
    window.toggle_simple_view()
    window.simple_view.run.click()
    assert len(hands.session.queueing.all()) == 1
