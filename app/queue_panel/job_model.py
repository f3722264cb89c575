"""The jobs of the queue as rows for Qt's views; a dragged row is a job that is moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.queue.job import PAUSED, WAITING, Job
from app.session import Session

JOB = Qt.ItemDataRole.UserRole
MOVABLE = (WAITING, PAUSED)
MIME = "application/x-tessera-job"

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class JobModel(QAbstractListModel):
    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._queueing = session.queueing
        self.jobs: list[Job] = []

    def show_jobs(self) -> None:
        """Read the queue. Rows that stay where they are keep their selection."""
        jobs = self._queueing.all()
        if [job.id for job in jobs] != [job.id for job in self.jobs]:
            self.beginResetModel()
            self.jobs = jobs
            self.endResetModel()
        else:
            self.jobs = jobs
            self.dataChanged.emit(self.index(0), self.index(len(jobs) - 1))

    def row_of(self, number: int) -> int:
        return next((row for row, job in enumerate(self.jobs) if job.id == number), -1)

    def place_of(self, row: int, moved: int) -> int:
        """The place among jobs that can be moved that a job gets when it is put before a row."""
        return sum(job.state in MOVABLE and job.id != moved for job in self.jobs[:row])

    # what Qt asks

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.jobs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        job = self.jobs[index.row()]
        if role == JOB:
            return job
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{job.name}: {self._queueing.standing(job)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join((job.name, self._queueing.standing(job), *job.record.files))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled  # between rows, never onto one
        known = flag.ItemIsEnabled | flag.ItemIsSelectable
        return known | flag.ItemIsDragEnabled if self.jobs[index.row()].state in MOVABLE else known

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(MIME, str(self.jobs[indexes[0].row()].id).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not data.hasFormat(MIME):
            return False
        number = int(bytes(data.data(MIME).data()))
        self._queueing.move(number, self.place_of(row if row >= 0 else len(self.jobs), number))
        return False  # the rows are read anew: the view has none to remove
