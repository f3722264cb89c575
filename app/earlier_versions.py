"""The list of contents that a file had: when they were saved, and what is other in them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.language import tr
from app.versions import Version, described


class EarlierVersions(QDialog):
    def __init__(self, path: Path, found: list[Version], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Earlier versions of {name}", name=path.name))
        self.setMinimumWidth(440)
        self._found = found
        self.list = QListWidget()
        self.list.ensurePolished()  # rows are measured when one is chosen, and would be measured without the theme
        for line in described(found):
            self.list.addItem(QListWidgetItem(line))
        self.list.setCurrentRow(min(1, len(found) - 1))
        self.list.itemActivated.connect(self.accept)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.open_button = buttons.addButton(tr("Go back to it"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.open_button.setEnabled(bool(found))
        self.open_button.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        text = (
            tr("It comes as an edit: undo leads back to what is here now.")
            if found
            else tr("None is kept yet: the first comes with the next save.")
        )
        column.addWidget(QLabel(text))
        column.addWidget(self.list)
        column.addWidget(buttons)

    @property
    def chosen(self) -> Version | None:
        row = self.list.currentRow()
        return self._found[row] if 0 <= row < len(self._found) else None
