"""What is on the screen can be heard and is explained: every control of every main state has a name and a tooltip."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget

from app.canvas.hearing import let_be_heard
from app.document import Document
from app.naming import controls, named, needs_tip
from app.window import Window
from graph_engine import Link
from tests.app.window.hands import Hands
from tests.app.window.states import STATES, photographed

REACHES = {name: reach for name, (reach, theme, language) in STATES.items() if theme != "high contrast"}


def _heard(part: QAccessibleInterface) -> list[str]:
    return [part.child(at).text(QAccessible.Text.Name) for at in range(part.childCount())]


def test_a_screen_reader_finds_nodes_ends_and_values(window: Window, hands: Hands) -> None:
    let_be_heard()
    first = window.session.add_node("pictures/swatch", (0.0, 0.0))
    second = window.session.add_node("pictures/fade", (300.0, 0.0))
    window.session.link(Link(first, "swatch", second, "picture"))
    heard = QAccessible.queryAccessibleInterface(window.canvas)
    assert _heard(heard) == ["Swatch", "Fade"]
    assert _heard(heard.child(1))[:2] == ["Output Swatch, not connected", "Input Picture, linked with Swatch"]
    steps = next(heard.child(1).child(at) for at in range(4) if _heard(heard.child(1))[at] == "Steps")
    assert steps.text(QAccessible.Text.Value) == "4" and steps.text(QAccessible.Text.Description) == "how many steps."
    assert heard.childAt(*steps.rect().center().toTuple()).text(QAccessible.Text.Name) == "Fade"


def _lacking(root: QWidget) -> list[str]:
    """The controls without a name or a tooltip, each with what it is in."""
    return [
        f"{type(control).__name__} {control.objectName()} in {type(control.parent()).__name__}: {named(control)!r}, {control.toolTip()!r}"
        for control in controls(root)
        if not named(control) or (needs_tip(control) and not control.toolTip())
    ]


@pytest.mark.parametrize("state", REACHES)
def test_every_control_has_a_name_and_a_tooltip(state: str, qapp: QApplication, tmp_path: Path) -> None:
    window = photographed(tmp_path)
    shown = REACHES[state](window)
    lacking = _lacking(window) + (_lacking(shown) if shown is not window else [])
    window.session.show_document(Document())
    for widget in {shown, window}:
        widget.close()
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert lacking == []
