"""A seed: its number, a die to roll another, and what happens to it before each run."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import QRegularExpression
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton

from app.inspector.choice_controls import CalmCombo
from app.inspector.control import Control
from app.language import marked, tr
from app.theme.icons import icon
from app.theme.tokens import Theme
from graph_engine.declaration import SEED_LIMIT, Seed
from graph_engine.parameters import seed_policy, seed_value

POLICIES = (("fixed", marked("Fixed")), ("random", marked("Random")), ("increment", marked("Count up")))
ROLLED = 2**32


class SeedControl(Control):
    whole_width = True  # twenty digits beside a die and a policy

    def __init__(self, kind: Seed, theme: Theme) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{1,20}"), self.field))
        self.field.editingFinished.connect(self._take_typed)
        self.dice = QToolButton(toolTip=tr("Roll another seed"))
        self.dice.setIcon(icon("dice", theme))
        self.dice.clicked.connect(self._roll)
        self.policy = CalmCombo()
        self.policy.setToolTip(tr("Before each run: keep the seed, roll another, or add one"))
        for name, shown in POLICIES:
            self.policy.addItem(tr(shown), name)
        self.policy.activated.connect(lambda _: self._say(int(self.field.text() or 0)))
        self.setFocusProxy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.dice)
        row.addWidget(self.policy)
        self._value = 0

    def _take_typed(self) -> None:
        number = min(SEED_LIMIT - 1, int(self.field.text() or 0))
        if number != self._value:
            self._say(number)

    def _roll(self) -> None:
        self._say(random.SystemRandom().randrange(ROLLED))

    def _say(self, number: int) -> None:
        self.field.setText(str(number))
        self._value = number
        self.changed.emit({"value": number, "policy": self.policy.currentData()})
        self.settled.emit()

    def show_value(self, value: Any) -> None:
        self._value = seed_value(value)
        self.field.setText(str(self._value))
        self.policy.setCurrentIndex(self.policy.findData(seed_policy(value)))
