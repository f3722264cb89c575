"""One undo stack a document, and nodes that travel as text."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph_engine import read
from tests.app.window.hands import Hands

CONTROL = Qt.KeyboardModifier.ControlModifier
A, B, C = QPoint(120, 160), QPoint(480, 160), QPoint(840, 160)


def _work(hands: Hands) -> None:
    """Some of everything."""
    one, two, three = hands.add("swatch", A), hands.add("fade", B), hands.add("keep", C)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    hands.drag(hands.output(two, "swatch"), hands.input(three, "picture"))
    hands.click(hands.header(two))
    field = hands.row("steps").control.field
    QTest.mousePress(field, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    QTest.mouseMove(field, QPoint(60, 10))
    QTest.mouseMove(field, QPoint(90, 10))
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, pos=QPoint(90, 10))
    hands.drag(hands.header(two), hands.header(two) + QPoint(0, 120))
    hands.key(Qt.Key.Key_D, CONTROL)
    hands.click(hands.header(one))
    hands.key(Qt.Key.Key_Delete)


def test_undo_all_is_the_start_and_redo_all_the_end(hands: Hands) -> None:
    start = hands.session.workflow
    _work(hands)
    end = hands.session.workflow
    count = 0
    while hands.session.document.undo_label:
        hands.undo()
        count += 1
    assert hands.session.workflow == start and not hands.canvas.graph_scene.nodes and count == 9
    for _ in range(count):
        hands.redo()
    assert hands.session.workflow == end
    assert set(hands.canvas.graph_scene.nodes) == set(end.graph.nodes)
    assert set(hands.canvas.graph_scene.wires) == set(end.graph.links)


def test_an_edit_after_undo_drops_what_could_be_redone(hands: Hands) -> None:
    hands.add("swatch", A)
    hands.undo()
    hands.add("fade", B)
    hands.redo()
    assert [node.type for node in hands.graph.nodes.values()] == ["pictures/fade"]


def test_copied_nodes_are_text_of_a_workflow_and_paste_with_their_links(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    hands.session.select_all()
    hands.key(Qt.Key.Key_C, CONTROL)
    assert set(read(QApplication.clipboard().text().encode()).graph.nodes) == {one, two}
    hands.key(Qt.Key.Key_V, CONTROL)
    assert len(hands.graph.nodes) == 4 and len(hands.graph.links) == 2
    fresh = hands.session.selection
    assert len(fresh) == 2 and not fresh & {one, two}


def test_pasting_words_says_why_not(hands: Hands) -> None:
    QApplication.clipboard().setText("a red ice cream")
    hands.key(Qt.Key.Key_V, CONTROL)
    assert not hands.graph.nodes
    assert hands.window.notice.isVisible() and "clipboard" in hands.window.notice.text.text()


def test_cut_and_paste_give_new_ids(hands: Hands) -> None:
    one = hands.add("swatch", A)
    hands.key(Qt.Key.Key_X, CONTROL)
    assert not hands.graph.nodes
    hands.key(Qt.Key.Key_V, CONTROL)
    assert list(hands.graph.nodes) != [one] and len(hands.graph.nodes) == 1


def test_the_menu_says_what_undo_would_undo(hands: Hands) -> None:
    assert not hands.window.commands["undo"].isEnabled()
    hands.add("swatch", A)
    assert hands.window.commands["undo"].text() == "Undo add swatch"
