"""On or off, one of several, and a color."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QCompleter, QHBoxLayout, QLineEdit

from app.color_picker import ColorPicker
from app.inspector.control import Control
from app.language import tr
from app.theme.colors import checker, from_hex, to_hex
from app.theme.tokens import Theme
from app.wording import plain
from graph_engine.declaration import Choice, Color, Toggle
from graph_engine.parameters import broken_rule


class Switch(QAbstractButton):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setCheckable(True)
        self.setFixedSize(36, 20)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(36, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent if on or self.hasFocus() else theme.line), 1))
        painter.setBrush(QColor(theme.accent if on else theme.field))
        painter.drawRoundedRect(QRectF(0.5, 0.5, 35, 19), 9.5, 9.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.on_accent if on else theme.muted))
        painter.drawEllipse(QRectF(19 if on else 4, 3.5, 13, 13))


class ToggleControl(Control):
    def __init__(self, kind: Toggle, theme: Theme) -> None:
        super().__init__()
        self.field = Switch(theme)
        self.setFocusProxy(self.field)
        self.field.clicked.connect(self._take)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.addWidget(self.field)
        row.addStretch()

    def _take(self, on: bool) -> None:
        self.changed.emit(on)
        self.settled.emit()

    def show_value(self, value: Any) -> None:
        self.field.setChecked(bool(value))


class CalmCombo(QComboBox):
    """A choice that the wheel does not change in passing."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


MANY = 5
"""With more options than these, letters look for one."""


class SearchedCombo(CalmCombo):
    """A long choice: what is typed is looked for in all options, and the list shows those that have it."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(16)
        completer = self.completer()
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(16)
        completer.popup().setObjectName("completions")
        self.lineEdit().setPlaceholderText(tr("Type to search"))
        self.lineEdit().editingFinished.connect(self._settle)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self.lineEdit(), self.lineEdit().selectAll)  # after the click that gave the focus has put its cursor

    def _settle(self) -> None:
        """Take the one option that the letters mean; else show the chosen one again."""
        text = self.lineEdit().text().strip().lower()
        exact = [index for index in range(self.count()) if self.itemText(index).lower() == text]
        found = exact or [index for index in range(self.count()) if text in self.itemText(index).lower()]
        if len(found) == 1 and found[0] != self.currentIndex():
            self.setCurrentIndex(found[0])
            self.activated.emit(found[0])
        self.lineEdit().setText(self.itemText(self.currentIndex()))


class ChoiceControl(Control):
    def __init__(self, kind: Choice, theme: Theme) -> None:
        super().__init__()
        self.field = SearchedCombo() if len(kind.options) > MANY else CalmCombo()
        for option in kind.options:
            self.field.addItem(tr(plain(option)), option)
        self.setFocusProxy(self.field)
        self.field.activated.connect(self._take)
        self._value: Any = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field)

    def _take(self, index: int) -> None:
        value = self.field.itemData(index)
        if value != self._value:
            self._value = value
            self.changed.emit(value)
            self.settled.emit()

    def show_value(self, value: Any) -> None:
        self._value = value
        self.field.setCurrentIndex(self.field.findData(value))


class Swatch(QAbstractButton):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.color = QColor()
        self.setFixedSize(44, 26)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tr("Pick a color"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(self._theme.accent if self.hasFocus() else self._theme.line), 1))
        for brush in (checker(self._theme, 4), self.color):
            painter.setBrush(brush)
            painter.drawRoundedRect(frame, 5, 5)


class ColorControl(Control):
    def __init__(self, kind: Color, theme: Theme) -> None:
        super().__init__()
        self.kind, self._theme = kind, theme
        self.swatch = Swatch(theme)
        self.swatch.clicked.connect(self._pick)
        self.field = QLineEdit()
        self.field.editingFinished.connect(self._take_typed)
        self.setFocusProxy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.swatch)
        row.addWidget(self.field)

    def _pick(self) -> None:
        self.picker = ColorPicker(self._theme, self, to_hex(self.swatch.color))
        self.picker.changed.connect(self._take_picked)
        self.picker.closed.connect(self.settled)
        self.picker.open_below(self.swatch)

    def _take_picked(self, color: str) -> None:
        self.show_value(color)
        self.changed.emit(color)

    def _take_typed(self) -> None:
        text = self.field.text().strip()
        if broken_rule(self.kind, text):
            self.field.setText(to_hex(self.swatch.color))
            return
        self.changed.emit(text)
        self.settled.emit()

    def show_value(self, value: Any) -> None:
        self.swatch.color = from_hex(str(value))
        self.field.setText(str(value))
        self.swatch.update()
