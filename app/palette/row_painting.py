"""A row of the palette: title and section above, summary below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.language import tr
from app.theme.fonts import BODY, SMALL, font
from app.theme.tokens import Theme
from app.wording import plain
from graph_engine.declaration import NodeType

ROW_HEIGHT = 44


class RowPainter(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title, self._small = font(BODY, QFont.Weight.DemiBold), font(SMALL)
        self._measure = QFontMetrics(self._small)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        node_type: NodeType = index.data(Qt.ItemDataRole.UserRole)
        area: QRect = option.rect.adjusted(5, 1, -5, -1)  # type: ignore[attr-defined]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setBrush(QColor(self._theme.hover))
            painter.drawRoundedRect(area, 5, 5)
        painter.setBrush(QColor(self._theme.section_color(node_type.section)))
        painter.drawRoundedRect(area.x() + 8, area.y() + 8, 3, area.height() - 16, 1.5, 1.5)
        self._write(painter, node_type, area.adjusted(20, 5, -8, -5))

    def _write(self, painter: QPainter, node_type: NodeType, area: QRect) -> None:
        flags = Qt.AlignmentFlag
        painter.setFont(self._small)
        painter.setPen(QColor(self._theme.faint))
        painter.drawText(area, flags.AlignRight | flags.AlignTop, tr(plain(node_type.section)))
        painter.setPen(QColor(self._theme.muted))
        summary = self._measure.elidedText(node_type.summary, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, flags.AlignLeft | flags.AlignBottom, summary)
        painter.setFont(self._title)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(area, flags.AlignLeft | flags.AlignTop, node_type.title)
