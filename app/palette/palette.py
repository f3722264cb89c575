"""The palette on the screen: a field and a list over the canvas, driven by keys alone if one likes."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from app.language import tr
from app.linking import Gap, LooseEnd
from app.palette.row_painting import ROW_HEIGHT, RowPainter
from app.palette.search import found
from app.session import Session
from app.theme.icons import SIZE, pixmap
from app.theme.tokens import Theme
from graph_engine.declaration import NodeType
from graph_engine.open_types import said

WIDTH = 400
MOST_ROWS = 8


class FoundTypes(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.types: list[NodeType] = []

    def show(self, types: list[NodeType]) -> None:
        self.beginResetModel()
        self.types = types
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.types)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.UserRole:
            return self.types[index.row()]
        return self.types[index.row()].title if role == Qt.ItemDataRole.DisplayRole else None


class Palette(QFrame):
    chosen = Signal(str, object, object)  # node type, place in the canvas, loose end or gap
    closed = Signal()

    def __init__(self, parent: QWidget, session: Session, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self._session, self._theme = session, theme
        self._place: object = None
        self._loose: LooseEnd | Gap | None = None
        self.field = QLineEdit(placeholderText=tr("Search nodes"))
        self.field.setObjectName("palette_field")
        self.field.setAccessibleName(tr("Search nodes"))
        self.model = FoundTypes(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(RowPainter(theme, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.caption = QLabel()
        self.caption.setProperty("quiet", True)
        self._lay_out()
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.list.entered.connect(self.list.setCurrentIndex)
        self.hide()

    def _lay_out(self) -> None:
        glass = QLabel()
        glass.setPixmap(pixmap("search", self._theme.muted, SIZE, self.devicePixelRatioF()))
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 12, 8)
        top.setSpacing(4)
        top.addWidget(glass)
        top.addWidget(self.field)
        top.addWidget(self.caption)
        rule = QFrame()
        rule.setObjectName("rule")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 5)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(rule)
        column.addWidget(self.list)

    def open_at(self, corner: QPoint, place: object, loose: LooseEnd | Gap | None) -> None:
        """Open with the corner near a point of the parent. The place is handed back with what is chosen."""
        self._place, self._loose = place, loose
        self.caption.setText(_caption(loose))
        self.field.clear()
        self._search("")
        room = self.parentWidget().rect().adjusted(8, 8, -8, -8)
        x = min(corner.x(), room.right() - WIDTH)
        y = min(corner.y(), room.bottom() - self.height())
        self.move(max(room.left(), x), max(room.top(), y))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def close_palette(self) -> None:
        if self.isVisible():
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            self.hide()
            self.closed.emit()

    def _search(self, query: str) -> None:
        self.model.show(found(self._session.groups.addable(), query, self._loose))
        if self.model.types:
            self.list.setCurrentIndex(self.model.index(0))
        rows = min(MOST_ROWS, max(1, len(self.model.types)))
        self.resize(QSize(WIDTH, self._height(rows)))

    def _height(self, rows: int) -> int:
        return self.field.sizeHint().height() + 16 + 1 + rows * ROW_HEIGHT + 8

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.model.types):
            chosen, place, loose = self.model.types[row].id, self._place, self._loose
            self.close_palette()
            self.chosen.emit(chosen, place, loose)

    def _step(self, by: int) -> None:
        count = len(self.model.types)
        if count:
            self.list.setCurrentIndex(self.model.index((self.list.currentIndex().row() + by) % count))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_key(event.key())
        pressed = isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress and self.isVisible()
        if pressed and not self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint())):
            self.close_palette()
        return False

    def _take_key(self, key: int) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Tab: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Backtab: -1}
        if key in steps:
            self._step(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex().row())
        elif key == Qt.Key.Key_Escape:
            self.close_palette()
        else:
            return False
        return True


def _caption(waiting: LooseEnd | Gap | None) -> str:
    """What the palette looks for, beside the words that are typed."""
    if isinstance(waiting, Gap):
        return tr("to go on a link of {type}", type=tr(said(waiting.came)))
    return tr("that takes {type}" if waiting.gives else "that gives {type}", type=tr(said(waiting.types[0]))) if waiting else ""
