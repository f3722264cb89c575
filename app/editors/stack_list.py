"""A stack as a list, the top one first: chosen, renamed, hidden, moved up and down, with a picture of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from app.editors.fields import icon_button
from app.language import tr
from app.theme.tokens import Theme

HEIGHT = 168
THUMBNAIL = QSize(44, 32)


class Entry(NamedTuple):
    name: str
    visible: bool = True
    looks: QImage | None = None


class _Rows(QListWidget):
    """A row that is dragged says where it was let go; what moves it is the document."""

    dropped = Signal(int, int)  # rows: from, and before which

    def __init__(self) -> None:
        super().__init__()
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)

    def dropEvent(self, event: QDropEvent) -> None:
        if event.source() is self:
            self.dropped.emit(self.currentRow(), self.row_before(event.position().toPoint()))
        event.setDropAction(Qt.DropAction.IgnoreAction)  # or Qt would take the row away
        event.accept()

    def row_before(self, at: QPoint) -> int:
        """The row that something would stand before that is let go there."""
        index = self.indexAt(at)
        if not index.isValid():
            return self.count()
        return index.row() + (at.y() > self.visualRect(index).center().y())


class StackList(QWidget):
    """Numbers count from the bottom, as documents do."""

    chosen = Signal(int)
    renamed = Signal(int, str)
    shown = Signal(int, bool)
    moved = Signal(int, int)  # from, to
    added = Signal()
    removed = Signal(int)

    def __init__(self, theme: Theme, title: str, thing: str, grows: bool = True) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self._entries: list[Entry] = []
        self.list = _Rows()
        self.list.dropped.connect(self._drop)
        self.list.setIconSize(THUMBNAIL)
        self.list.setAccessibleName(title)
        self.list.setObjectName("stack")
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.list.currentRowChanged.connect(self._choose)
        self.list.itemChanged.connect(self._take_change)
        self.up = icon_button(theme, "up", tr("Move the {thing} up", thing=tr(thing)), lambda: self._move(1))
        self.down = icon_button(theme, "down", tr("Move the {thing} down", thing=tr(thing)), lambda: self._move(-1))
        self.add = icon_button(theme, "add", tr("Add a {thing}", thing=tr(thing)), self.added.emit)
        self.remove = icon_button(theme, "clear", tr("Remove the {thing}", thing=tr(thing)), lambda: self.removed.emit(self.current))
        self.add.setVisible(grows)
        self._lay_out(title)

    def _lay_out(self, title: str) -> None:
        heading = QLabel(title)
        heading.setProperty("heading", True)
        head = QHBoxLayout()
        head.setContentsMargins(12, 2, 8, 2)
        head.setSpacing(2)
        head.addWidget(heading, 1)
        for button in self.buttons:
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)

    @property
    def buttons(self) -> tuple[QToolButton, ...]:
        return self.add, self.up, self.down, self.remove

    @property
    def current(self) -> int:
        return self._number(self.list.currentRow())

    def _number(self, row: int) -> int:
        return len(self._entries) - 1 - row if row >= 0 else -1

    def show_entries(self, entries: Sequence[Entry], current: int) -> None:
        """Show a stack without saying that it changed. A list of the same length keeps its rows."""
        blocked = self.list.blockSignals(True)
        self._entries = list(entries)
        while self.list.count() > len(entries):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(entries):
            self.list.addItem(_item())
        for number, entry in enumerate(entries):
            _show(self.list.item(len(entries) - 1 - number), entry)
        if 0 <= current < len(entries):
            self.list.setCurrentRow(len(entries) - 1 - current)
        self.list.blockSignals(blocked)
        self.up.setEnabled(0 <= current < len(entries) - 1)
        self.down.setEnabled(current > 0)
        self.remove.setEnabled(current >= 0)

    def _choose(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(self._number(row))

    def _take_change(self, item: QListWidgetItem) -> None:
        number = self._number(self.list.row(item))
        entry, visible = self._entries[number], item.checkState() == Qt.CheckState.Checked
        if visible != entry.visible:
            self.shown.emit(number, visible)
        elif item.text() != entry.name:
            self.renamed.emit(number, item.text())

    def _drop(self, row: int, before: int) -> None:
        to = before - (before > row)
        if row >= 0 and to != row:
            self.moved.emit(self._number(row), self._number(to))

    def _move(self, by: int) -> None:
        self.moved.emit(self.current, self.current + by)


def _item() -> QListWidgetItem:
    item = QListWidgetItem()
    item.setSizeHint(QSize(0, THUMBNAIL.height() + 4))
    flag = Qt.ItemFlag
    item.setFlags(flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable | flag.ItemIsUserCheckable | flag.ItemIsDragEnabled)
    item.setToolTip(tr("Drag it to another place in the stack"))
    return item


def _show(item: QListWidgetItem, entry: Entry) -> None:
    item.setText(entry.name)
    item.setCheckState(Qt.CheckState.Checked if entry.visible else Qt.CheckState.Unchecked)
    if entry.looks is not None:
        how = Qt.TransformationMode.SmoothTransformation
        item.setIcon(QIcon(QPixmap.fromImage(entry.looks.scaled(THUMBNAIL * 2, Qt.AspectRatioMode.KeepAspectRatio, how))))
    else:
        item.setIcon(QIcon())
