"""Undo in a text field is the document's undo: one stack over everything."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

OWN = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class _Refusal(QObject):
    """A field claims undo before shortcuts are asked; this turns the claim down."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and any(event.matches(key) for key in OWN):
            event.ignore()
            return True
        return False


def share_undo(field: QLineEdit | QPlainTextEdit) -> None:
    """For fields whose every change is an edit of the document."""
    if isinstance(field, QPlainTextEdit):
        field.setUndoRedoEnabled(False)
    field.installEventFilter(_Refusal(field))
