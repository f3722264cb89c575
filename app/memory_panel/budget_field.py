"""A budget, typed as "1.5 GB" or "800 MB"; what breaks the rule is not taken and says the rule."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.language import tr
from app.wording import bytes_text

LEAST = 64 << 20
"""Below, hardly a picture has room."""
UNITS = {"": 1 << 30, "g": 1 << 30, "m": 1 << 20, "t": 1 << 40}
TYPED = re.compile(r"\s*(\d{1,7}(?:[.,]\d{1,3})?)\s*(?:([tgm])i?b?)?\s*", re.IGNORECASE)
WIDTH = 76


def bytes_typed(text: str) -> int | None:
    """The bytes that somebody means; a number alone means gigabytes. None where it is no amount."""
    found = TYPED.fullmatch(text)
    return round(float(found[1].replace(",", ".")) * UNITS[(found[2] or "").lower()]) if found else None


class BudgetField(QLineEdit):
    budget_set = Signal("qint64")  # bytes

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip, self._budget, self._most = tip, 0, 0
        self.setToolTip(tip)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(WIDTH)
        self.textEdited.connect(lambda text: self._mark(self._broken_rule(bytes_typed(text))))
        self.editingFinished.connect(self._take)

    def show_budget(self, budget: int, most: int) -> None:
        """Show what is, unless somebody is typing."""
        self._budget, self._most = budget, most
        if not (self.hasFocus() and self.isModified()):
            self._show()

    def _take(self) -> None:
        typed = bytes_typed(self.text())
        if self.isModified() and typed is not None and not self._broken_rule(typed):
            self._budget = typed
            self.budget_set.emit(typed)
        self._show()

    def _show(self) -> None:
        self.setText(bytes_text(self._budget))
        self._mark("")

    def _broken_rule(self, typed: int | None) -> str:
        if typed is None:
            return tr("must be an amount, as 1.5 GB or 800 MB")
        if typed < LEAST:
            return tr("must be at least {amount}, got {most}", amount=bytes_text(LEAST), most=bytes_text(typed))
        return tr("must be at most {amount}, which is what there is", amount=bytes_text(self._most)) if 0 < self._most < typed else ""

    def _mark(self, broken: str) -> None:
        self.setToolTip(broken or self._tip)
        if bool(broken) != bool(self.property("wrong")):
            self.setProperty("wrong", bool(broken))
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._show()
            self.clearFocus()
        else:
            super().keyPressEvent(event)
