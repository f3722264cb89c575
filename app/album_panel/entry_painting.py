"""An entry of the album: its picture, a star where it has one, a frame where it is chosen."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.album.entry import Entry
from app.album_panel.entry_model import ENTRY, THUMBNAIL, Index
from app.theme.colors import checker
from app.theme.icons import SIZE, pixmap
from app.theme.tokens import Theme

CELL = 80
FRAME = 3


class EntryPainter(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(CELL, CELL)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(ENTRY)
        area: QRect = option.rect.adjusted(FRAME, FRAME, -FRAME, -FRAME)  # type: ignore[attr-defined]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.field))
        painter.drawRoundedRect(area, 4, 4)
        self._paint_picture(painter, index.data(THUMBNAIL), area)
        if entry.starred:
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(area.right() - SIZE - 2, area.top() + 4, pixmap("star_full", self._theme.warning, SIZE, ratio))
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(area).adjusted(-1, -1, 1, 1), 5, 5)

    def _paint_picture(self, painter: QPainter, picture: QPixmap, area: QRect) -> None:
        if picture.isNull():
            return
        size = picture.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRect(area.topLeft(), size)
        box.moveCenter(area.center())
        if picture.hasAlphaChannel():
            painter.fillRect(box, checker(self._theme, 4))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(box, picture)
