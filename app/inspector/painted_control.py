"""A painted document: how much it holds, and the way to its editor."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from app.inspector.control import Control
from app.language import tr
from app.theme.icons import icon
from app.theme.tokens import Theme
from app.wording import painted_text
from graph_engine.declaration import Painted


class PaintedControl(Control):
    def __init__(self, kind: Painted, theme: Theme) -> None:
        super().__init__()
        self.button = QPushButton()
        self.button.setIcon(icon("pencil", theme))
        self.button.clicked.connect(self.opened)
        self.setFocusProxy(self.button)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button, 1)

    def show_value(self, value: Any) -> None:
        self.button.setText(tr("Edit · {painted}", painted=painted_text(value)))
