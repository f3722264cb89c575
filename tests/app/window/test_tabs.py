"""Several documents in one window."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.document import Document
from tests.app.window.hands import Hands

A = QPoint(300, 240)
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_tab_keeps_its_document_its_undo_and_its_place(hands: Hands) -> None:
    node = hands.add("swatch", A)
    first = hands.session.document
    hands.key(Qt.Key.Key_T, CONTROL)
    assert not hands.graph.nodes and hands.window.tabs.isVisible()
    hands.window.tabs.setCurrentIndex(0)
    assert hands.session.document is first and set(hands.graph.nodes) == {node}
    hands.undo()
    assert not hands.graph.nodes


def test_what_is_copied_in_one_tab_is_pasted_in_another(hands: Hands) -> None:
    hands.add("swatch", A)
    hands.key(Qt.Key.Key_C, CONTROL)
    hands.key(Qt.Key.Key_T, CONTROL)
    hands.key(Qt.Key.Key_V, CONTROL)
    assert [node.type for node in hands.graph.nodes.values()] == ["pictures/swatch"]
    hands.session.document.undo()


def test_the_cross_of_a_tab_closes_its_document_and_one_tab_is_no_bar(hands: Hands) -> None:
    first = hands.session.document
    hands.session.add_document(Document())
    hands.window.tabs.tabCloseRequested.emit(1)
    assert hands.session.documents == [first] and not hands.window.tabs.isVisible()


def test_results_of_a_run_stay_with_their_tab(working, hands: Hands) -> None:
    node = hands.add("swatch", A)
    hands.key(Qt.Key.Key_Return, CONTROL)
    hands.session.add_document(Document())
    hands.qtbot.waitUntil(lambda: not hands.session.queueing.is_busy, timeout=20_000)
    hands.session.turn_to(hands.session.documents[0])
    assert hands.session.steps[node].state == "ran" and hands.session.steps[node].picture is not None
    QTest.keyClick(hands.canvas, Qt.Key.Key_Z, CONTROL)
