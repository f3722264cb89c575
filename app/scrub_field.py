"""A number that is dragged or typed: the filled part shows where it stands in the usual range."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from app.number_input import COARSE, FINE
from app.theme.tokens import Theme
from app.wording import number_text

HEIGHT = 26
RADIUS = 5.0
DRAG_DISTANCE = 3


class ScrubField(QWidget):
    """Drag to change (Shift fine, Ctrl in steps of ten), click or type to enter a number, arrows to step."""

    changed = Signal(float)
    settled = Signal()

    def __init__(
        self,
        theme: Theme,
        soft: tuple[float, float],
        step: float,
        shown: Callable[[float], str],
        read: Callable[[str], float | str],
    ) -> None:
        """``read`` makes a number of what is typed, or names the rule that it breaks."""
        super().__init__()
        self._theme, self._soft, self._step = theme, soft, step
        self._shown, self._read = shown, read
        self.value = soft[0]
        self._press: QPointF | None = None
        self._from = self._drag_value = 0.0
        self._dragged = False
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.edit = QLineEdit(self)
        self.edit.hide()
        self.edit.installEventFilter(self)
        self.edit.editingFinished.connect(self._take_typed)

    def sizeHint(self) -> QSize:
        return QSize(140, HEIGHT)

    def show_value(self, value: float) -> None:
        self.value = value
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(frame, RADIUS, RADIUS)
        painter.fillPath(path, QColor(theme.field))
        if self.isEnabled():
            painter.save()
            painter.setClipRect(QRectF(0, 0, self.width() * self._share(), self.height()))
            painter.fillPath(path, QColor(theme.accent_dim))
            painter.restore()
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.line), 1))
        painter.drawPath(path)
        painter.setPen(QColor(theme.text if self.isEnabled() else theme.faint))
        painter.drawText(frame.adjusted(9, 0, -9, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._shown(self.value))

    def _share(self) -> float:
        low, high = self._soft
        return min(1.0, max(0.0, (self.value - low) / (high - low))) if high > low else 0.0

    # dragging

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._dragged = event.position(), False
            self._from = self._drag_value = self.value

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        moved = event.position().x() - self._press.x()
        if not self._dragged and abs(moved) < DRAG_DISTANCE:
            return
        self._dragged = True
        self._press = event.position()
        fine = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        low, high = self._soft
        self._drag_value += moved / max(1, self.width()) * (high - low) * fine
        coarse = COARSE if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1.0
        self._offer(self._within(round(self._drag_value / (self._step * coarse)) * self._step * coarse))

    def _within(self, value: float) -> float:
        """A drag stays in the usual range, or in what the value was when it began outside of it."""
        low, high = min(self._soft[0], self._from), max(self._soft[1], self._from)
        return min(high, max(low, value))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        self._press = None
        if self._dragged:
            self.settled.emit()
        else:
            self.begin_typing()

    def _offer(self, value: float) -> None:
        accepted = self._read(repr(value))
        if isinstance(accepted, str) or accepted == self.value:
            return
        self.value = accepted
        self.update()
        self.changed.emit(accepted)

    # typing

    def begin_typing(self, text: str = "") -> None:
        self.edit.setGeometry(self.rect())
        self.edit.setText(text or number_text(self.value, self._step))
        self._mark_wrong("")
        self.edit.show()
        self.edit.setFocus()
        if not text:
            self.edit.selectAll()

    def _take_typed(self) -> None:
        if not self.edit.isVisible():
            return
        found = self._read(self.edit.text())
        if isinstance(found, str) and self.edit.hasFocus():
            self._mark_wrong(found)
            return
        self._end_typing()
        if not isinstance(found, str) and found != self.value:
            self.value = found
            self.changed.emit(found)
            self.settled.emit()

    def _end_typing(self) -> None:
        had_focus = self.edit.hasFocus()
        self.edit.hide()
        if had_focus:
            self.setFocus()
        self.update()

    def _mark_wrong(self, rule: str) -> None:
        self.edit.setProperty("wrong", bool(rule))
        self.edit.setToolTip(rule)
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Escape end typing here: passed on, they would begin it again."""
        if watched is not self.edit or not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.edit.setText(repr(self.value))
            self._end_typing()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take_typed()
        else:
            return False
        return True

    # keys and wheel

    def keyPressEvent(self, event: QKeyEvent) -> None:
        times = COARSE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Right):
            self._offer(self.value + self._step * times)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Left):
            self._offer(self.value - self._step * times)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.begin_typing()
        elif event.text() and (event.text().isdigit() or event.text() in "-.,("):
            self.begin_typing(event.text())
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Without the keyboard the wheel belongs to the list around: scrolling must not change values.
        if not self.hasFocus():
            event.ignore()
            return
        self._offer(self.value + self._step * (1 if event.angleDelta().y() > 0 else -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.settled.emit()
        self.update()
