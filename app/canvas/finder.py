"""Finding in the graph: a field over the canvas; each hit is shown while one walks through them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.finding import Found, found_in
from app.language import tr
from app.session import Session
from app.theme.icons import SIZE, pixmap
from app.theme.tokens import Theme

WIDTH, MOST_ROWS, ROW_HEIGHT = 420, 7, 27
TOP = 12


class Finder(QFrame):
    def __init__(self, view: QWidget, session: Session, theme: Theme) -> None:
        super().__init__(view)
        self.setObjectName("palette")
        self._session, self._theme = session, theme
        self.hits: list[Found] = []
        self.field = QLineEdit(placeholderText=tr("Find in the graph"))
        self.field.setAccessibleName(tr("Find in the graph"))
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.count = QLabel()
        self.count.setProperty("quiet", True)
        self._lay_out()
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.currentRowChanged.connect(self._show_hit)
        self.list.itemClicked.connect(lambda item: self.close_finder())
        self.hide()

    def _lay_out(self) -> None:
        glass = QLabel()
        glass.setPixmap(pixmap("search", self._theme.muted, SIZE, self.devicePixelRatioF()))
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 12, 8)
        for widget in (glass, self.field, self.count):
            top.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.list)

    def open_finder(self) -> None:
        self._search(self.field.text())
        self.show()
        self.raise_()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_finder(self) -> None:
        if self.isVisible():
            self.hide()
            self.parentWidget().setFocus()

    def _search(self, words: str) -> None:
        self.hits = found_in(self._session.document.workflow, self._session.catalogue, words)
        self.list.clear()
        for hit in self.hits:
            item = QListWidgetItem(f"{hit.title}   ·   {hit.hint}", self.list)
            item.setToolTip(hit.hint)
        self.count.setText(f"{len(self.hits)}" if words.strip() else "")
        rows = min(MOST_ROWS, len(self.hits))
        self.list.setVisible(rows > 0)
        height = self.field.sizeHint().height() + 18 + rows * ROW_HEIGHT
        self.setGeometry((self.parentWidget().width() - WIDTH) // 2, TOP, WIDTH, height)
        if self.hits and self.isVisible():
            self.list.setCurrentRow(0)

    def _show_hit(self, row: int) -> None:
        """Go where the hit lies and bring it into sight."""
        if 0 <= row < len(self.hits):
            hit = self.hits[row]
            self._session.document.go(hit.way)
            self._session.select({hit.identity})
            self.parentWidget().bring_into_sight()  # type: ignore[attr-defined]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self.hits:
            self.list.setCurrentRow((self.list.currentRow() + steps[Qt.Key(event.key())]) % len(self.hits))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.close_finder()
        else:
            return False
        return True
