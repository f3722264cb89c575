"""The status bar: problems on the left, how the run goes, the worker on the right. It changes only when something happens."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QProgressBar, QPushButton, QStatusBar, QVBoxLayout, QWidget

from app.language import tr
from app.session import Session
from app.theme.icons import icon
from app.theme.tokens import Theme
from graph_engine.check import Problem

LIST_WIDTH, LIST_HEIGHT = 520, 320
ROW_PADDING = 12
ICON_ROOM = 48


class ProblemList(QFrame):
    """What is wrong with the graph; a click selects the node."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("problem_list")
        self._session, self._theme = session, theme
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setAccessibleName(tr("Problems"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.itemClicked.connect(self._select)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.list)

    def open_above(self, corner: QPoint) -> None:
        self.list.clear()
        heights = [self._add(problem) for problem in self._session.problems]
        self.resize(LIST_WIDTH, min(LIST_HEIGHT, sum(heights) + 12))
        self.move(corner - QPoint(0, self.height() + 4))
        self.show()

    def _add(self, problem: Problem) -> int:
        """Add a row as high as its words need; its height."""
        error = problem.severity == "error"
        mark = icon("failed" if error else "warning", self._theme, self._theme.bad if error else self._theme.warning)
        text = self._session.problem_text(problem)
        room = QRect(0, 0, LIST_WIDTH - ICON_ROOM, LIST_HEIGHT)
        height = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, text).height() + ROW_PADDING
        item = QListWidgetItem(mark, text, self.list)
        item.setSizeHint(QSize(0, height))
        item.setData(Qt.ItemDataRole.UserRole, problem.node)
        return height

    def _select(self, item: QListWidgetItem) -> None:
        node = item.data(Qt.ItemDataRole.UserRole)
        self.close()
        if node:
            self._session.groups.show(node)


class Status(QStatusBar):
    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.session, self.theme = session, theme
        self.setSizeGripEnabled(False)
        self.problems = QPushButton()
        self.problems.setProperty("flat", True)
        self.problems.setObjectName("problems")
        self.problems.clicked.connect(self._open_list)
        self.list = ProblemList(session, theme, self)
        self.run = QLabel()
        self.run.setObjectName("run_state")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(120, 4)
        self.queue = QPushButton(icon("queue", theme, theme.muted), "")
        self.queue.setProperty("flat", True)
        self.queue.setObjectName("queue_state")
        self.queue.setToolTip(tr("Show or hide the queue"))
        self.worker = QPushButton(icon("memory", theme, theme.muted), tr("Worker starting"))
        self.worker.setProperty("flat", True)
        self.worker.setObjectName("worker_state")
        self.worker.setToolTip(tr("Show or hide what the worker holds in memory and on disk"))
        self.addWidget(self.problems)
        self.addWidget(self.run)
        self.addWidget(self.progress)
        self.addPermanentWidget(self.queue)
        self.addPermanentWidget(self.worker)
        session.problems_changed.connect(self.show_problems)
        session.run_changed.connect(self.show_run)
        session.queueing.changed.connect(self.show_queue)
        self.show_problems()
        self.show_run()
        self.show_queue()

    def show_problems(self) -> None:
        problems = self.session.problems
        errors = sum(problem.severity == "error" for problem in problems)
        count = errors or len(problems)
        self.problems.setVisible(bool(problems))
        self.problems.setText(_counted(count, bool(errors)))
        color = self.theme.bad if errors else self.theme.warning
        self.problems.setIcon(icon("warning", self.theme, color))

    def show_run(self) -> None:
        runs = self.session.runs
        parts = (runs.text(self.session.title_of_step), "" if runs.running else runs.forecast)
        self.run.setText("   ·   ".join(part for part in parts if part))
        self.progress.setVisible(runs.running)
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(runs.pace.share * 1000))

    def show_queue(self) -> None:
        waiting = sum(job.state in ("waiting", "paused") for job in self.session.queueing.all())
        self.queue.setText(tr("{waiting} waiting", waiting=waiting) if waiting else tr("Queue"))

    def show_worker(self, text: str) -> None:
        self.worker.setText(text)

    def _open_list(self) -> None:
        self.list.open_above(self.problems.mapToGlobal(QPoint(0, 0)))


def _counted(count: int, errors: bool) -> str:
    if count == 1:
        return tr("1 problem") if errors else tr("1 warning")
    return tr("{count} problems", count=count) if errors else tr("{count} warnings", count=count)
