"""The queue in a dock: jobs in their order, moved by hand or by keys, paused, canceled, run again."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QListView, QMenu, QToolButton, QVBoxLayout, QWidget

from app.language import marked, tr
from app.list_actions import list_action
from app.queue.job import PAUSED, RUNNING, WAITING, Job
from app.queue_panel.job_model import JOB, JobModel
from app.queue_panel.job_painting import JobPainter
from app.queue_panel.left_jobs import LeftJobs
from app.session import Session
from app.theme.icons import icon
from app.theme.tokens import Theme

WIDTH = 272
EMPTY = marked("Nothing waits.\nRun puts the graph, as it is then,\nat the end of the queue.")


class QueuePanel(QWidget):
    opening_requested = Signal(int)  # the number of a job whose workflow is to be shown

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._session, self._queueing, self._theme = session, session.queueing, theme
        self.model = JobModel(session, self)
        self.list = self._list()
        self.empty = QLabel(tr(EMPTY), alignment=Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("quiet", True)
        self.left = LeftJobs(session)
        self.doings = {
            "open": list_action(self.list, theme, tr("Open its workflow"), "", ("Return",), do=self.open_chosen),
            "pause": list_action(self.list, theme, tr("Pause"), "pause", (Qt.Key.Key_Space,), do=self.pause_or_resume),
            "cancel": list_action(self.list, theme, tr("Cancel"), "stop", (QKeySequence.StandardKey.Delete,), do=self.cancel),
            "retry": list_action(self.list, theme, tr("Run again"), "retry", ("R",), do=self.retry),
            "take_over": list_action(self.list, theme, tr("Run here"), "run", do=self.take_over),
            "earlier": list_action(self.list, theme, tr("Earlier"), "", ("Alt+Up",), do=lambda: self.move(-1)),
            "later": list_action(self.list, theme, tr("Later"), "", ("Alt+Down",), do=lambda: self.move(1)),
            "clear": list_action(self.list, theme, tr("Clear finished"), "clear", do=self._queueing.clear_finished),
        }
        self._lay_out()
        self._queueing.changed.connect(self.show_jobs)
        session.run_changed.connect(self.show_progress)
        self.list.selectionModel().selectionChanged.connect(lambda now, before: self.show_possible())
        self.show_jobs()

    def _list(self) -> QListView:
        made = QListView()
        made.setObjectName("queue_list")
        made.setModel(self.model)
        self.painter = JobPainter(self._session, self._theme, made)
        made.setItemDelegate(self.painter)
        made.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        made.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        made.doubleClicked.connect(lambda index: self.open_chosen())
        made.customContextMenuRequested.connect(self._open_menu)
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 6, 6)
        head.setSpacing(2)
        title = QLabel(tr("Queue"))
        title.setProperty("heading", True)
        head.addWidget(title, 1)
        for name in ("pause", "cancel", "retry", "clear"):
            button = QToolButton()
            button.setDefaultAction(self.doings[name])
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.left)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        self.setMinimumWidth(WIDTH // 2)

    # what is shown

    def show_jobs(self) -> None:
        chosen = [job.id for job in self.chosen()]
        self.model.show_jobs()
        self.painter.thumbnails.keep_only(self.model.jobs)
        selection = self.list.selectionModel()
        for row in (self.model.row_of(number) for number in chosen):
            if row >= 0:
                selection.select(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)
        self.list.setVisible(bool(self.model.jobs))
        self.empty.setVisible(not self.model.jobs)
        self.left.show_left()
        self.show_possible()

    def show_progress(self) -> None:
        self.list.viewport().update()

    def show_possible(self) -> None:
        """Turn off what cannot be done with the chosen jobs."""
        chosen = self.chosen()
        states = {job.state for job in chosen}
        possible = {
            "open": len(chosen) == 1,
            "pause": states & {WAITING, RUNNING, PAUSED},
            "cancel": states & {WAITING, RUNNING, PAUSED},
            "retry": any(job.is_finished for job in chosen),
            "take_over": any(self._is_elsewhere(job) for job in chosen),
            "earlier": len(chosen) == 1 and states & {WAITING, PAUSED},
            "later": len(chosen) == 1 and states & {WAITING, PAUSED},
            "clear": any(job.is_finished for job in self.model.jobs),
        }
        for name, action in self.doings.items():
            action.setEnabled(bool(possible[name]))
        resumes = states == {PAUSED}
        self.doings["pause"].setText(tr("Resume") if resumes else tr("Pause"))
        self.doings["pause"].setToolTip(f"{self.doings['pause'].text()}   {QKeySequence(Qt.Key.Key_Space).toString()}")
        self.doings["pause"].setIcon(icon("run" if resumes else "pause", self._theme))

    def _is_elsewhere(self, job: Job) -> bool:
        worker = self._session.worker
        return job.state == WAITING and worker is not None and job.owner != worker.jobs.me

    def chosen(self) -> list[Job]:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self.model.index(row).data(JOB) for row in rows]

    def choose(self, number: int) -> None:
        self.list.setCurrentIndex(self.model.index(self.model.row_of(number)))

    # what is done

    def pause_or_resume(self) -> None:
        self._queueing.pause_or_resume([job.id for job in self.chosen()])

    def cancel(self) -> None:
        self._queueing.cancel([job.id for job in self.chosen()])

    def retry(self) -> None:
        self._queueing.retry([job.id for job in self.chosen()])

    def open_chosen(self) -> None:
        if len(self.chosen()) == 1:
            self.opening_requested.emit(self.chosen()[0].id)

    def take_over(self) -> None:
        self._queueing.take_over([job.id for job in self.chosen() if self._is_elsewhere(job)])

    def move(self, by: int) -> None:
        (job,) = self.chosen()
        place = self.model.place_of(self.model.row_of(job.id), job.id)
        self._queueing.move(job.id, max(0, place + by))

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for name in ("open", "take_over", "pause", "cancel", "retry", "earlier", "later"):
            if self.doings[name].isEnabled():
                menu.addAction(self.doings[name])
        menu.addSeparator()
        menu.addAction(self.doings["clear"])
        menu.popup(self.list.viewport().mapToGlobal(at))
