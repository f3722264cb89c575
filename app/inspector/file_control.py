"""A file: typed, browsed for, or dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QToolButton

from app.inspector.control import Control
from app.language import tr
from app.theme.icons import icon
from app.theme.tokens import Theme
from graph_engine.declaration import File


class FileControl(Control):
    def __init__(self, kind: File, theme: Theme) -> None:
        super().__init__()
        self.kind = kind
        self.field = QLineEdit(placeholderText=tr("Choose or drop a file"))
        # The control takes the drop, not the field: the field would paste the path beside what it holds.
        self.field.setAcceptDrops(False)
        self.field.editingFinished.connect(lambda: self._say(self.field.text().strip()))
        browse = QToolButton(toolTip=tr("Browse for a file"))
        browse.setIcon(icon("folder", theme))
        browse.clicked.connect(self._browse)
        self.setAcceptDrops(True)
        self.setFocusProxy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.field)
        row.addWidget(browse)
        self._value = ""

    def _browse(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in self.kind.suffixes)
        names = tr("Files ({suffixes})", suffixes=suffixes) if suffixes else ""
        folder = str(Path(self._value).parent) if self._value else ""
        if self.kind.role == "write":
            chosen, _ = QFileDialog.getSaveFileName(self, tr("Choose a file"), folder, names)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, tr("Choose a file"), folder, names)
        if chosen:
            self._say(chosen)

    def _say(self, path: str) -> None:
        if path != self._value:
            self._value = path
            self.field.setText(path)
            self.changed.emit(path)
            self.settled.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event):
            event.acceptProposedAction()
            self._mark(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(False)

    def _mark(self, takes: bool) -> None:
        """Show that what is dragged over the control can be dropped."""
        self.field.setProperty("takes", takes)
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark(False)
        if path := self._dropped(event):
            event.acceptProposedAction()
            self._say(path)

    def _dropped(self, event: QDropEvent) -> str:
        urls = event.mimeData().urls()
        path = urls[0].toLocalFile() if len(urls) == 1 else ""
        fits = not self.kind.suffixes or path.lower().endswith(self.kind.suffixes)
        return path if path and fits else ""

    def show_value(self, value: Any) -> None:
        self._value = str(value or "")
        self.field.setText(self._value)
