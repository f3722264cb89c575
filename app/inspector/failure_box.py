"""Why a node failed: what happened, what to try, and the details for who wants them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from app.language import retold, tr
from app.steps import Step
from app.theme.tokens import Theme

DETAIL_HEIGHT = 160


class FailureBox(QFrame):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("failure")
        self.message = _selectable()
        self.remedy = _selectable()
        self.remedy.setProperty("quiet", True)
        self.more = QPushButton(tr("Details"))
        self.more.setProperty("flat", True)
        self.more.setCheckable(True)
        self.detail = QPlainTextEdit()
        self.detail.setReadOnly(True)
        self.detail.setFixedHeight(DETAIL_HEIGHT)
        self.detail.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.detail.hide()
        self.more.toggled.connect(self.detail.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        for widget in (self.message, self.remedy, self.detail):
            column.addWidget(widget)
        column.addWidget(self.more, alignment=Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_step(self, step: Step) -> None:
        failed = step.state == "failed"
        self.setVisible(failed)
        if failed:
            self.message.setText(retold(step.message))
            self.remedy.setText(retold(step.remedy))
            self.remedy.setVisible(bool(step.remedy))
            self.detail.setPlainText(step.detail)
            self.more.setVisible(bool(step.detail))
            if not step.detail:
                self.more.setChecked(False)


def _selectable() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
