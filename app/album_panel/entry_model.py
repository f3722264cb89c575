"""The entries of the album as rows for Qt's views; thumbnails are read when they come into sight."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap, QPixmapCache

from app.album.album import Album
from app.album.entry import Entry
from app.album.search import asked
from app.language import tr

ENTRY, THUMBNAIL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class EntryModel(QAbstractListModel):
    def __init__(self, album: Album, parent: QObject) -> None:
        super().__init__(parent)
        self._album = album
        self._all: list[Entry] = []
        self.entries: list[Entry] = []
        self.query = ""

    def renew(self, query: str | None = None) -> None:
        """Read the album again, and show what the query finds."""
        self.query = self.query if query is None else query
        self._all = self._album.entries()
        fits = asked(self.query)
        found = [entry for entry in self._all if fits(entry)]
        if [entry.id for entry in found] == [entry.id for entry in self.entries]:
            self.entries = found
            if found:
                self.dataChanged.emit(self.index(0), self.index(len(found) - 1))
            return
        self.beginResetModel()
        self.entries = found
        self.endResetModel()

    @property
    def count(self) -> int:
        """How many entries there are, found or not."""
        return len(self._all)

    def row_of(self, number: int) -> int:
        return next((row for row, entry in enumerate(self.entries) if entry.id == number), -1)

    # what Qt asks

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role == THUMBNAIL:
            return self._thumbnail(entry)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return entry_text(entry)
        return None

    def _thumbnail(self, entry: Entry) -> QPixmap:
        key = f"album {entry.picture}"
        made = QPixmap()
        if not QPixmapCache.find(key, made):
            made.loadFromData(self._album.thumbnail(entry))
            QPixmapCache.insert(key, made)
        return made


def entry_text(entry: Entry) -> str:
    """An entry in a line: its document, its seed, when it was made."""
    seed = tr(" · seed {seed}", seed=entry.seed) if entry.seed is not None else ""
    return f"{entry.name}{seed} · {moment_text(entry.when)}"


def short_text(entry: Entry) -> str:
    """What tells an entry from its neighbors, in a few words."""
    return tr("Seed {seed}", seed=entry.seed) if entry.seed is not None else f"{entry.title}, {moment_text(entry.when)}"


def moment_text(when: float) -> str:
    """The time of today, the date and time of any other day."""
    then, now = time.localtime(when), time.localtime()
    same_day = then[:3] == now[:3]
    return time.strftime("%H:%M" if same_day else "%d %b %H:%M", then)
