"""One kind of what is held: its name, how full it is, its budget, its parts, and letting it go."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QToolButton, QWidget

from app.holdings import DISK, MEMORY, POOL, Holding
from app.housekeeping import Housekeeping
from app.language import inside, marked, tr
from app.memory_panel.budget_field import BudgetField
from app.theme.icons import icon
from app.theme.tokens import Theme
from app.wording import bytes_text, plain

TITLES = {MEMORY: marked("Results in memory"), DISK: marked("Results on disk"), "models": marked("Models")}
TIPS = {
    MEMORY: marked("Results of nodes, for this window's runs. What is quickest to make again goes first."),
    DISK: marked("Results of nodes, for every window and command, also tomorrow. What is quickest to make again goes first."),
    "models": marked("Weights that are loaded. The model unused longest goes first."),
}
BAR_HEIGHT, BAR_STEPS, LEAST_SEEN = 4, 1000, 15


class HoldingRow(QWidget):
    def __init__(self, name: str, housekeeping: Housekeeping, theme: Theme) -> None:
        super().__init__()
        title = tr("Results on {name}", name=name.removeprefix(POOL)) if name.startswith(POOL) else tr(TITLES.get(name, plain(name)))
        self.title = QLabel(title)
        self.title.setToolTip(tr(TIPS[name]) if name in TIPS else "")
        self.used = QLabel()
        self.used.setProperty("quiet", True)
        self.budget = BudgetField(tr("Budget of {title}: what it holds at most", title=inside(title)))
        self.budget.setAccessibleName(tr("Budget of {title}", title=inside(title)))
        self.budget.budget_set.connect(lambda budget: housekeeping.set_budget(name, budget))
        self.clear = QToolButton(toolTip=tr("Let go of {title}", title=inside(title)))
        self.clear.setAccessibleName(tr("Let go of {title}", title=inside(title)))
        self.clear.setIcon(icon("clear", theme))
        self.clear.clicked.connect(lambda: housekeeping.let_go(name))
        self.bar = QProgressBar(textVisible=False, maximum=BAR_STEPS)
        self.bar.setFixedHeight(BAR_HEIGHT)
        self.parts = QLabel(wordWrap=True)
        self.parts.setProperty("quiet", True)
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 6, 10)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.budget, 0, 1)
        grid.addWidget(self.clear, 0, 2)
        grid.addWidget(self.bar, 1, 0, 1, 2)
        grid.addWidget(self.used, 2, 0, 1, 2)
        grid.addWidget(self.parts, 3, 0, 1, 2)

    def show_holding(self, holding: Holding) -> None:
        self.used.setText(tr("{amount} held", amount=bytes_text(holding.used)) if holding.used else tr("Nothing held"))
        share = round(BAR_STEPS * holding.used / max(1, holding.budget))
        self.bar.setValue(min(BAR_STEPS, max(share, LEAST_SEEN if holding.used else 0)))
        self.budget.show_budget(holding.budget, holding.most)
        self.clear.setEnabled(holding.used > 0)
        self.parts.setText("\n".join(f"{PurePath(part.name).stem} · {part.device} · {bytes_text(part.bytes)}" for part in holding.parts))
        self.parts.setVisible(bool(holding.parts))
