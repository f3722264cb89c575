"""The whole way by keys alone: nodes are added, placed, linked, set and run without a mouse."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.window import Window
from tests.app.window.hands import Hands

Key, Mod = Qt.Key, Qt.KeyboardModifier
PATIENCE = 20_000


def _press(key: Qt.Key, keys: Qt.KeyboardModifier = Mod.NoModifier) -> None:
    """Where the keyboard is: nothing is pointed at."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, keys)


def _add(window: Window, words: str) -> str:
    before = set(window.session.workflow.graph.nodes)
    _press(Key.Key_Tab)
    QTest.keyClicks(QApplication.focusWidget(), words)
    _press(Key.Key_Return)
    (made,) = set(window.session.workflow.graph.nodes) - before
    return made


def _begun(window: Window) -> None:
    window.activateWindow()
    window.canvas.setFocus()


def test_a_graph_is_built_linked_set_and_run_by_keys_alone(working: Window, hands: Hands) -> None:
    _begun(working)
    swatch = _add(working, "swatch")
    _press(Key.Key_Escape)  # what is selected would be linked at once
    fade = _add(working, "fade")
    for _ in range(6):
        _press(Key.Key_Right, Mod.ShiftModifier)
    assert working.session.workflow.layout[fade][0] > working.session.workflow.layout[swatch][0]
    _press(Key.Key_P)  # the ring on the first end of Fade: its picture
    _press(Key.Key_Return)  # a wire, led to the end that fits
    _press(Key.Key_Return)  # joined
    assert [(link.source, link.target) for link in hands.graph.links] == [(swatch, fade)]
    _press(Key.Key_Escape)
    _press(Key.Key_V)
    QTest.keyClicks(QApplication.focusWidget(), "7")
    _press(Key.Key_Return)
    assert hands.graph.nodes[fade].parameters["steps"] == 7
    with hands.qtbot.waitSignal(working.runner.ended, timeout=PATIENCE):
        _press(Key.Key_Return, Mod.ControlModifier)
    assert working.session.viewed_picture is not None


def test_keys_on_a_port_ask_for_what_fits_there_and_unlink(window: Window, hands: Hands) -> None:
    _begun(window)
    swatch = _add(window, "swatch")
    _press(Key.Key_P)
    _press(Key.Key_Right)  # to the output
    assert window.canvas.ports.place[1].gives
    _press(Key.Key_Tab)
    assert "Number" not in [found.title for found in window.palette.model.types]
    QTest.keyClicks(QApplication.focusWidget(), "fade")
    _press(Key.Key_Return)
    assert [link.source for link in hands.graph.links] == [swatch]
    _press(Key.Key_P)
    _press(Key.Key_Delete)
    assert not hands.graph.links and window.canvas.ports.on
    _press(Key.Key_Escape)
    assert not window.canvas.ports.on


def test_alt_and_arrows_look_about_for_the_next_node(window: Window, hands: Hands) -> None:
    _begun(window)
    left = window.session.add_node("pictures/swatch", (0.0, 0.0))
    right = window.session.add_node("pictures/swatch", (400.0, 40.0))
    below = window.session.add_node("pictures/swatch", (0.0, 300.0))
    window.session.select(())
    seen = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Left, Key.Key_Down, Key.Key_Down):
        _press(key, Mod.AltModifier)
        seen.append(window.session.selected_node)
    assert seen == [left, right, left, below, below]


def test_f6_goes_through_the_panels_and_back(window: Window) -> None:
    _begun(window)
    window.show_help()
    window.canvas.setFocus()
    visited: list[QWidget | None] = []
    for _ in range(4):
        _press(Key.Key_F6)
        visited.append(QApplication.focusWidget())
    assert window.canvas in visited and any(window.inspector.isAncestorOf(widget) for widget in visited)
    assert any(window.docks.help.panel.isAncestorOf(widget) for widget in visited)
    _press(Key.Key_F6, Mod.ShiftModifier)
    assert QApplication.focusWidget() is visited[-2]  # four panels are open: the last of them was the canvas
