"""What the worker holds in a dock: results in memory, on disk and on devices, models; their budgets; what the machine has."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.language import retold, tr
from app.memory_panel.holding_row import HoldingRow
from app.session import Session
from app.theme.tokens import Theme
from app.wire import HoldingsTold
from app.wording import bytes_text


class MemoryPanel(QWidget):
    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._housekeeping, self._theme = session.housekeeping, theme
        self.rows: dict[str, HoldingRow] = {}
        self.machine = QLabel(tr("Asking the worker"), wordWrap=True)
        self.machine.setProperty("quiet", True)
        self.machine.setContentsMargins(12, 8, 12, 8)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._heading())
        self._column.addWidget(self.machine)
        self._column.addStretch(1)
        self._housekeeping.changed.connect(self.show_holdings)

    def _heading(self) -> QLabel:
        made = QLabel(tr("Memory"))
        made.setProperty("heading", True)
        made.setContentsMargins(12, 10, 12, 8)
        return made

    def show_holdings(self) -> None:
        told = self._housekeeping.told
        if told is None:
            return
        for holding in told.holdings:
            if holding.name not in self.rows:
                self._add_row(holding.name)
            self.rows[holding.name].show_holding(holding)
        for gone in self.rows.keys() - {holding.name for holding in told.holdings}:
            self.rows.pop(gone).deleteLater()
        self.machine.setText(_machine_text(told))

    def _add_row(self, name: str) -> None:
        row = self.rows[name] = HoldingRow(name, self._housekeeping, self._theme)
        rule = QFrame(row)
        rule.setObjectName("rule")
        row.layout().addWidget(rule, 4, 0, 1, 3)  # type: ignore[union-attr]
        self._column.insertWidget(self._column.count() - 2, row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._housekeeping.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._housekeeping.watch(False)


def _machine_text(told: HoldingsTold) -> str:
    if told.trouble:
        return retold(told.trouble)
    if not told.worker:
        return ""
    return tr(
        "The worker takes {amount} of this machine's {most} of memory.", amount=bytes_text(told.worker), most=bytes_text(told.machine)
    )
