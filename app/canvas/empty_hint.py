"""What an empty canvas says: two ways to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.theme.fonts import font
from app.theme.icons import icon
from app.theme.tokens import Theme


class EmptyHint(QWidget):
    node_requested = Signal()
    first_picture_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("empty_hint")
        title = QLabel("An empty canvas")
        title.setFont(font(20, QFont.Weight.DemiBold))
        text = QLabel("Add nodes, drag from output to input, press Ctrl+Enter to run.")
        text.setProperty("quiet", True)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(title, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(text, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(12)
        column.addLayout(self._buttons(theme))
        self.adjustSize()

    def _buttons(self, theme: Theme) -> QHBoxLayout:
        add = QPushButton(icon("add", theme), "Add a node   Tab")
        add.clicked.connect(self.node_requested)
        first = QPushButton(icon("picture", theme, theme.on_accent), "Open the first picture")
        first.setProperty("primary", True)
        first.clicked.connect(self.first_picture_requested)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(first)
        row.addWidget(add)
        row.addStretch()
        return row

    def center(self) -> None:
        room = self.parentWidget().rect()
        self.move((room.width() - self.width()) // 2, (room.height() - self.height()) // 2)
