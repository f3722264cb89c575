"""Colors at hand: the one that draws, the one to swap with, and a row of others."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.color_picker import COLORS, ColorPicker
from app.language import tr
from app.theme.tokens import Theme

CELL, GAP, HEIGHT = 18, 3, 44


class Swatches(QWidget):
    """Click a color to draw with it, right-click to keep it as the other; the large one opens all others."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.color, self.other = COLORS[0], COLORS[3]
        self.setFixedSize(52 + 8 * (CELL + GAP), HEIGHT)
        self.setToolTip(tr("Click to draw with a color, right-click for the other one (X swaps); the large one opens all colors"))
        self.setAccessibleName(tr("Colors"))

    def choose(self, color: str) -> None:
        self.color = color
        self.changed.emit()
        self.update()

    def swap(self) -> None:
        self.color, self.other = self.other, self.color
        self.changed.emit()
        self.update()

    def _cell(self, number: int) -> QRectF:
        row, column = divmod(number, 8)
        return QRectF(52 + column * (CELL + GAP), 2 + row * (CELL + GAP), CELL, CELL)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.outline), 1))
        cells = [(QRectF(18, 16, 24, 24), self.other), (QRectF(4, 3, 26, 26), self.color)]
        for box, color in [*cells, *((self._cell(number), color) for number, color in enumerate(COLORS))]:
            painter.setBrush(QColor(color))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = next((color for number, color in enumerate(COLORS) if self._cell(number).contains(event.position())), "")
        if found and event.button() == Qt.MouseButton.RightButton:
            self.other = found
            self.update()
        elif found:
            self.choose(found)
        elif event.position().x() < 46:
            self._open_picker()

    def _open_picker(self) -> None:
        self.picker = ColorPicker(self._theme, self, self.color, alpha=False)
        self.picker.changed.connect(self.choose)
        self.picker.open_below(self)
