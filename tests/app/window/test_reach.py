"""What is on the screen can be heard and is explained: every control of every main state has a name and a tooltip."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.document import Document
from app.naming import controls, named
from tests.app.window.states import STATES, photographed

REACHES = {name: reach for name, (reach, theme, language) in STATES.items() if theme != "high contrast"}


def _lacking(root: QWidget) -> list[str]:
    """The controls without a name or a tooltip, each with what it is in."""
    return [
        f"{type(control).__name__} {control.objectName()} in {type(control.parent()).__name__}: {named(control)!r}, {control.toolTip()!r}"
        for control in controls(root)
        if not named(control) or not control.toolTip()
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
