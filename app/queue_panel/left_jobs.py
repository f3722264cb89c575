"""The question about jobs that a window or runner left when it ended: go on with them, or let them be."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.language import tr
from app.session import Session


class LeftJobs(QFrame):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setProperty("severity", "note")
        self._queueing = session.queueing
        self.numbers: list[int] = []
        self.text = QLabel(wordWrap=True)
        self.yes, self.no = QPushButton(tr("Continue")), QPushButton(tr("Discard"))
        self.yes.setToolTip(tr("Run them here, from their last finished node"))
        self.no.setToolTip(tr("Cancel them; they can still be run again"))
        self.yes.clicked.connect(lambda: self._queueing.take_over(self.numbers))
        self.no.clicked.connect(lambda: self._queueing.cancel(self.numbers))
        self.yes.setProperty("primary", True)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        answers = QHBoxLayout()
        answers.setSpacing(8)
        answers.addWidget(self.yes)
        answers.addWidget(self.no)
        answers.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addLayout(answers)

    def show_left(self) -> None:
        self.numbers = [job.id for job in self._queueing.left()]
        one, several = (
            tr("A job was not finished when the program ended. What was done is kept."),
            tr("{count} jobs were not finished when the program ended. What was done is kept.", count=len(self.numbers)),
        )
        self.text.setText(one if len(self.numbers) == 1 else several)
        self.setVisible(bool(self.numbers))
