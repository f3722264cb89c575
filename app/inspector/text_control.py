"""Words: one line, or as many as one likes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout

from app.inspector.control import Control
from app.inspector.shared_undo import share_undo
from app.theme.tokens import Theme
from graph_engine.declaration import Text

LINES = 5


class TextControl(Control):
    def __init__(self, kind: Text, theme: Theme) -> None:
        super().__init__()
        self.whole_width = kind.multiline
        self.field = self._block() if kind.multiline else self._line()
        self.field.setPlaceholderText(kind.placeholder)
        self.setFocusProxy(self.field)
        share_undo(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)

    def _block(self) -> QPlainTextEdit:
        field = QPlainTextEdit()
        field.setTabChangesFocus(True)
        field.setFixedHeight(field.fontMetrics().lineSpacing() * LINES + 20)
        field.textChanged.connect(self._say)
        field.installEventFilter(self)
        return field

    def _line(self) -> QLineEdit:
        field = QLineEdit()
        field.textEdited.connect(self._say)
        field.editingFinished.connect(self.settled)
        return field

    @property
    def text(self) -> str:
        return self.field.text() if isinstance(self.field, QLineEdit) else self.field.toPlainText()

    @property
    def _cursor(self) -> int:
        return self.field.cursorPosition() if isinstance(self.field, QLineEdit) else self.field.textCursor().position()

    def _say(self) -> None:
        text = self.text
        self.changed.emit(text)
        if text[self._cursor - 1 : self._cursor].isspace():
            self.settled.emit()  # undo goes back by words

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.settled.emit()
        return False

    def show_value(self, value: Any) -> None:
        text = str(value)
        if text == self.text:
            return
        at = min(self._cursor, len(text))
        blocked = self.field.blockSignals(True)
        if isinstance(self.field, QLineEdit):
            self.field.setText(text)
            self.field.setCursorPosition(at)
        else:
            self.field.setPlainText(text)
            cursor = self.field.textCursor()
            cursor.setPosition(at)
            self.field.setTextCursor(cursor)
        self.field.blockSignals(blocked)
