"""What can be done with the lines of a list, by its buttons, its menu and keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView

from app.theme.icons import icon
from app.theme.tokens import Theme

Key = str | Qt.Key | QKeySequence.StandardKey


def list_action(
    view: QAbstractItemView, theme: Theme, text: str, drawing: str = "", keys: tuple[Key, ...] = (), *, do: Callable[[], object]
) -> QAction:
    """An action whose keys count while the list has the keyboard; its tooltip names the first of them."""
    action = QAction(text, view)
    if drawing:
        action.setIcon(icon(drawing, theme))
    action.setShortcuts([QKeySequence(key) for key in keys])
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.setToolTip(f"{text}   {action.shortcut().toString()}".rstrip())
    action.triggered.connect(lambda: do())
    view.addAction(action)
    return action
