"""Keys that a person gives to actions: a dialog with a row for each."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.actions import ROWS
from app.language import tr
from app.naming import complete_names

SIZE = (560, 640)
FIELD_WIDTH = 168
Keys = Mapping[str, tuple[str, ...]]


def put_keys(actions: Mapping[str, QAction], chosen: Keys) -> None:
    """Give actions the chosen keys, all others those they come with."""
    for row in ROWS:
        actions[row.name].setShortcuts([QKeySequence(keys) for keys in chosen.get(row.name, row.keys)])


class ShortcutsDialog(QDialog):
    """``chosen`` is what differs from what actions come with."""

    def __init__(self, chosen: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.resize(*SIZE)
        self.fields: dict[str, QKeySequenceEdit] = {}
        self._labels: dict[str, QLabel] = {}
        self.search = QLineEdit(placeholderText=tr("Find an action"), clearButtonEnabled=True)
        self.search.textChanged.connect(self._find)
        self.told = QLabel(wordWrap=True)
        self.told.setProperty("quiet", True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.reset = self.buttons.addButton(tr("Reset all"), QDialogButtonBox.ButtonRole.ResetRole)
        self.reset.clicked.connect(lambda: self._show({}))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._rows())
        column = QVBoxLayout(self)
        for widget in (self.search, scroll, self.told, self.buttons):
            column.addWidget(widget)
        self._show(chosen)
        complete_names(self)

    def _rows(self) -> QWidget:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(4)
        for number, row in enumerate(ROWS):
            self._labels[row.name] = QLabel(f"{tr(row.menu)}: {tr(row.text).rstrip('…')}" if row.menu else tr(row.text))
            field = self.fields[row.name] = QKeySequenceEdit()
            field.setMaximumSequenceLength(1)
            field.setFixedWidth(FIELD_WIDTH)
            field.setClearButtonEnabled(True)
            field.setAccessibleName(tr("Keys of {text}", text=tr(row.text)))
            field.keySequenceChanged.connect(self._check)
            grid.addWidget(self._labels[row.name], number, 0)
            grid.addWidget(field, number, 1, Qt.AlignmentFlag.AlignRight)
        grid.setRowStretch(len(ROWS), 1)
        return inside

    def _show(self, chosen: Keys) -> None:
        for row in ROWS:
            keys = chosen.get(row.name, row.keys)
            self.fields[row.name].setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())

    def _find(self, words: str) -> None:
        for name, label in self._labels.items():
            fits = words.casefold() in label.text().casefold()
            label.setVisible(fits)
            self.fields[name].setVisible(fits)

    def _check(self) -> None:
        """Keys that two actions have would do neither."""
        taken: dict[str, str] = {}
        twice = ""
        for row in ROWS:
            keys = self.fields[row.name].keySequence().toString()
            if keys and keys in taken:
                twice = tr(
                    "{keys} belongs to “{taken}” and “{text}”: give one of them other keys.",
                    keys=keys,
                    taken=taken[keys],
                    text=tr(row.text).rstrip("…"),
                )
            taken[keys] = tr(row.text).rstrip("…")
        self.told.setText(twice)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not twice)

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """What differs from what actions come with. Further keys of an action stay while its first ones do."""
        found = {}
        for row in ROWS:
            keys = self.fields[row.name].keySequence()
            if keys != (QKeySequence(row.keys[0]) if row.keys else QKeySequence()):
                found[row.name] = (keys.toString(QKeySequence.SequenceFormat.PortableText),) if not keys.isEmpty() else ()
        return found
