"""Numbers and whole numbers."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from app.inspector.control import Control
from app.number_input import read_number, typed
from app.scrub_field import ScrubField
from app.theme.tokens import Theme
from app.wording import value_text
from graph_engine.declaration import Integer, Number


class NumberControl(Control):
    def __init__(self, kind: Number | Integer, theme: Theme) -> None:
        super().__init__()
        self.kind = kind
        self.field = ScrubField(theme, kind.soft, kind.step, self._shown, lambda text: read_number(kind, text))
        self.setFocusProxy(self.field)
        self.field.changed.connect(lambda value: self.changed.emit(typed(kind, value)))
        self.field.settled.connect(self.settled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field)

    def _shown(self, value: float) -> str:
        return value_text(self.kind, typed(self.kind, value))

    def show_value(self, value: Any) -> None:
        self.field.show_value(float(value) if isinstance(value, int | float) else self.kind.soft[0])
