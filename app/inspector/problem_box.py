"""What is wrong with a node before it runs, and what to do about it. The status bar has the problems of all nodes."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.language import retold
from app.session import Session
from app.theme.tokens import Theme
from graph_engine.check import Problem


class ProblemBox(QLabel):
    def __init__(self, session: Session, theme: Theme, node: str, parent: QWidget) -> None:
        """``parent``: what is shown without one would be a window for a moment, and take the keyboard."""
        super().__init__(parent)
        self.session, self.theme, self.node = session, theme, node
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.show_problems()

    def show_problems(self) -> None:
        found = [problem for problem in self.session.problems if self.session.here(problem.node) == self.node]
        self.setText("<br><br>".join(self._told(problem) for problem in found))
        if self.parent() or not found:  # shown before it lies in a form it would be a window of its own, and take the keyboard
            self.setVisible(bool(found))

    def _told(self, problem: Problem) -> str:
        color = self.theme.bad if problem.severity == "error" else self.theme.warning
        remedy = f"<br>{html.escape(retold(problem.remedy))}" if problem.remedy else ""
        return f'<span style="color:{color}">{html.escape(retold(problem.message))}</span>{remedy}'
