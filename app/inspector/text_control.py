"""Words: one line, or as many as one likes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout

from app.inspector.control import Control
from app.theme.tokens import Theme
from graph_engine.declaration import Text

LINES = 5


class TextControl(Control):
    def __init__(self, kind: Text, theme: Theme) -> None:
        super().__init__()
        self.whole_width = kind.multiline
        self.field = self._block(kind) if kind.multiline else self._line(kind)
        self.field.setPlaceholderText(kind.placeholder)
        self.setFocusProxy(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)

    def _block(self, kind: Text) -> QPlainTextEdit:
        field = QPlainTextEdit()
        field.setTabChangesFocus(True)
        field.setFixedHeight(field.fontMetrics().lineSpacing() * LINES + 20)
        field.textChanged.connect(lambda: self.changed.emit(field.toPlainText()))
        field.installEventFilter(self)
        return field

    def _line(self, kind: Text) -> QLineEdit:
        field = QLineEdit()
        field.textEdited.connect(self.changed.emit)
        field.editingFinished.connect(self.settled)
        return field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.settled.emit()
        return False

    def show_value(self, value: Any) -> None:
        field, text = self.field, str(value)
        if isinstance(field, QLineEdit):
            if text != field.text():
                field.setText(text)
        elif text != field.toPlainText():
            blocked = field.blockSignals(True)
            field.setPlainText(text)
            field.blockSignals(blocked)
