"""One sentence beside the pointer, such as why a link is refused."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

OFFSET = QPoint(16, 20)
WIDEST = 320


class CursorHint(QLabel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cursor_hint")
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_refusal(self, reason: str | None, at: QPoint) -> None:
        if not reason:
            self.hide()
            return
        reason = reason[:1].upper() + reason[1:]
        if reason != self.text():
            self.setText(reason)
            self.setFixedWidth(min(WIDEST, self.fontMetrics().horizontalAdvance(reason) + 24))
            self.adjustSize()
        room = self.parentWidget().rect().adjusted(4, 4, -4 - self.width(), -4 - self.height())
        corner = at + OFFSET
        self.move(min(corner.x(), room.right()), min(corner.y(), room.bottom()))
        self.show()
