"""What is known of one entry: what was set otherwise than in the one it came from, its tags, and its line."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.album.album import Album
from app.album.changes import Change, changes
from app.album.entry import Entry
from app.album_panel.entry_model import entry_text, moment_text
from app.language import inside, tr
from app.session import Session
from app.theme.tokens import Theme
from graph_engine.flatten import flattened
from graph_engine.graph import Graph
from graph_engine.workflow import read

SHOWN_CHANGES, SHOWN_ANCESTORS = 6, 5
ANCESTOR = 36


class EntryDetail(QFrame):
    tagged = Signal(int, list)
    ancestor_chosen = Signal(int)

    def __init__(self, album: Album, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("entry_detail")
        self._album, self._session, self._theme = album, session, theme
        self._entry: Entry | None = None
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.facts = QLabel()
        self.facts.setProperty("quiet", True)
        self.changed = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.changed.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tags = QLineEdit(placeholderText=tr("Tags, with commas between them"))
        self.tags.setAccessibleName(tr("Tags"))
        self.tags.editingFinished.connect(self._take_tags)
        self.line = QWidget()
        self._line = QHBoxLayout(self.line)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(6)
        for widget in (self.title, self.facts, self.changed, self.line, self.tags):
            column.addWidget(widget)
        self.hide()

    def show_entry(self, entry: Entry | None) -> None:
        self._entry = entry
        self.setVisible(entry is not None)
        if entry is None:
            return
        ancestors = self._album.ancestors(entry)
        self.title.setText(entry.name)
        seed = tr(" · seed {seed}", seed=entry.seed) if entry.seed is not None else ""
        self.facts.setText(f"{entry.width} × {entry.height}{seed} · {moment_text(entry.when)}")
        self.changed.setText(self._changes_text(ancestors[0], entry) if ancestors else "")
        self.changed.setVisible(bool(ancestors))
        self.tags.setText(", ".join(entry.tags))
        self._show_line(ancestors)

    def _changes_text(self, parent: Entry, entry: Entry) -> str:
        found = changes(self._graph(parent), self._graph(entry), self._session.installed)
        lines = [self._line_of(change) for change in found[:SHOWN_CHANGES]]
        if len(found) > SHOWN_CHANGES:
            lines.append(tr("and {count} more", count=len(found) - SHOWN_CHANGES))
        return "<br>".join(lines) or tr("Made like the one before.")

    def _line_of(self, change: Change) -> str:
        name = f'<span style="color:{self._theme.muted}">{escape(change.node)}</span> {escape(inside(change.what))}'
        if not change.after:
            return f"{name} {escape(change.before)}".rstrip()
        return f'{name} <span style="color:{self._theme.faint}">{escape(change.before)} →</span> {escape(change.after)}'

    def _graph(self, entry: Entry) -> Graph:
        return flattened(read(self._album.workflow(entry), entry.name), self._session.installed).graph

    def _show_line(self, ancestors: list[Entry]) -> None:
        """The entries that it came from, the nearest first, as small pictures that lead there."""
        while item := self._line.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for ancestor in ancestors[:SHOWN_ANCESTORS]:
            picture = QPixmap()
            picture.loadFromData(self._album.thumbnail(ancestor))
            button = QToolButton(toolTip=tr("Came from: {entry}", entry=entry_text(ancestor)))
            button.setIcon(QIcon(picture))
            button.setIconSize(QSize(ANCESTOR, ANCESTOR))
            button.clicked.connect(lambda checked=False, number=ancestor.id: self.ancestor_chosen.emit(number))
            self._line.addWidget(button)
        self._line.addStretch(1)
        self.line.setVisible(bool(ancestors))

    def _take_tags(self) -> None:
        tags = [tag.strip() for tag in self.tags.text().split(",") if tag.strip()]
        if self._entry and tuple(tags) != self._entry.tags:
            self.tagged.emit(self._entry.id, tags)
