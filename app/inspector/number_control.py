"""Numbers and whole numbers."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from app.inspector.control import Control
from app.language import tr
from app.scrub_field import ScrubField
from app.theme.tokens import Theme
from app.wording import value_text
from graph_engine.declaration import Integer, Number
from graph_engine.parameters import broken_rule


class NumberControl(Control):
    def __init__(self, kind: Number | Integer, theme: Theme) -> None:
        super().__init__()
        self.kind = kind
        self.field = ScrubField(theme, kind.soft, kind.step, self._shown, self._read)
        self.setFocusProxy(self.field)
        self.field.changed.connect(lambda value: self.changed.emit(self._typed(value)))
        self.field.settled.connect(self.settled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field)

    def _typed(self, value: float) -> float | int:
        return round(value) if isinstance(self.kind, Integer) else float(value)

    def _shown(self, value: float) -> str:
        return value_text(self.kind, self._typed(value))

    def _read(self, text: str) -> float | str:
        """A number, or the rule that the text breaks."""
        try:
            value = float(text.strip().replace(",", ".").removesuffix(self.kind.unit or "\0"))
        except ValueError:
            return tr("must be a number, got {text!r}", text=text)
        if not math.isfinite(value):
            return tr("must be a number, got {text!r}", text=text)
        if isinstance(self.kind, Number):
            value = float(f"{value:.10g}")
        elif value != round(value):
            return tr("must be a whole number, got {text!r}", text=text)
        return broken_rule(self.kind, self._typed(value)) or value

    def show_value(self, value: Any) -> None:
        self.field.show_value(float(value) if isinstance(value, int | float) else self.kind.soft[0])
