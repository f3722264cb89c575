"""A color picked by eye: how strong and how light on a square, the hue and the transparency on strips, with the color live meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.language import tr
from app.theme.colors import checker, from_hex, to_hex
from app.theme.icons import swatch
from app.theme.tokens import Theme

COLORS = (
    "#16171a", "#6b7280", "#d1d5db", "#ffffff", "#8b5a2b", "#d9482b", "#f28c28", "#f7c948",
    "#7fb83a", "#2f8f4e", "#35b5b0", "#3f8fe0", "#3b4fc4", "#8a4fc4", "#e06aa8", "#f3c9a5",
)  # fmt: skip
"""Colors at hand."""
SQUARE = QSize(224, 144)
STRIP = 14
RADIUS = 5.0
STEP, FINE = 0.05, 0.01
WAYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class Plane(QWidget):
    """A field in which two shares are chosen by a drag or by arrow keys; a strip has one."""

    moved = Signal(float, float)

    def __init__(self, theme: Theme, name: str, size: QSize) -> None:
        super().__init__()
        self._theme = theme
        self.x = self.y = 0.0
        self.is_strip = size.height() <= STRIP
        self.setFixedSize(size)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def show_shares(self, x: float, y: float = 0.0) -> None:
        self.x, self.y = x, y
        self.update()

    def paint_ground(self, painter: QPainter) -> None:
        """What lies below the mark."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setClipPath(path)
        self.paint_ground(painter)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(self._theme.accent if self.hasFocus() else self._theme.line), 1.5 if self.hasFocus() else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        for color, reach in (("#000000", 6.5), ("#ffffff", 5.0)):
            painter.setPen(QPen(QColor(color), 1.5))
            painter.drawEllipse(self._mark(), reach, reach)

    def _mark(self) -> QPointF:
        wide, high = self.width() - 1, self.height() - 1
        return QPointF(min(wide - 6.0, max(6.0, self.x * wide)), high / 2 if self.is_strip else (1 - self.y) * high)

    def _take(self, at: QPointF) -> None:
        x, y = at.x() / max(1, self.width() - 1), 1 - at.y() / max(1, self.height() - 1)
        self.move_to(x, self.y if self.is_strip else y)

    def move_to(self, x: float, y: float) -> None:
        self.show_shares(min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))
        self.moved.emit(self.x, self.y)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._take(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = WAYS.get(Qt.Key(event.key()))
        if way is None:
            event.ignore()
            return
        step = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        self.move_to(self.x + way[0] * step, self.y + way[1] * step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()


class Square(Plane):
    """How strong a color is, from left to right, and how light, from below."""

    hue = 0.0

    def paint_ground(self, painter: QPainter) -> None:
        strong = QLinearGradient(0, 0, self.width(), 0)
        strong.setColorAt(0, QColor("#ffffff"))
        strong.setColorAt(1, QColor.fromHsvF(self.hue, 1, 1))
        painter.fillRect(self.rect(), strong)
        dark = QLinearGradient(0, 0, 0, self.height())
        dark.setColorAt(0, QColor(0, 0, 0, 0))
        dark.setColorAt(1, QColor(0, 0, 0))
        painter.fillRect(self.rect(), dark)


class Hues(Plane):
    def paint_ground(self, painter: QPainter) -> None:
        colors = QLinearGradient(0, 0, self.width(), 0)
        for part in range(7):
            colors.setColorAt(part / 6, QColor.fromHsvF(part / 6 % 1, 1, 1))
        painter.fillRect(self.rect(), colors)


class Transparency(Plane):
    color = QColor()

    def paint_ground(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), checker(self._theme, 4))
        colors, clear = QLinearGradient(0, 0, self.width(), 0), QColor(self.color)
        clear.setAlpha(0)
        colors.setColorAt(0, clear)
        colors.setColorAt(1, QColor(self.color.rgb()))
        painter.fillRect(self.rect(), colors)


class ColorPicker(QFrame):
    """Lies over the window until something else is pressed; Escape brings the first color back."""

    changed = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget, color: str, alpha: bool = True) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("color_picker")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(tr("Color"))
        self._first, self._has_alpha = color, alpha
        self.square = Square(theme, tr("Strength and lightness"), SQUARE)
        self.hues = Hues(theme, tr("Hue"), QSize(SQUARE.width(), STRIP))
        self.transparency = Transparency(theme, tr("Opacity"), QSize(SQUARE.width(), STRIP))
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Color as #rrggbb"))
        self._lay_out()
        self.square.moved.connect(lambda x, y: self._say())
        self.hues.moved.connect(lambda x, y: self._turn(x))
        self.transparency.moved.connect(lambda x, y: self._say())
        self.field.editingFinished.connect(self._take_typed)
        self.show_color(color)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        for widget in (self.square, self.hues, self.transparency):
            column.addWidget(widget)
        self.transparency.setVisible(self._has_alpha)
        for first in (0, 8):
            row = QHBoxLayout()
            row.setSpacing(2)
            for color in COLORS[first : first + 8]:
                row.addWidget(self._at_hand(color))
            column.addLayout(row)
        column.addWidget(self.field)

    def _at_hand(self, color: str) -> QToolButton:
        button = QToolButton(toolTip=color)
        button.setIcon(swatch(color))
        button.setFixedSize(26, 22)
        button.setAccessibleName(color)
        button.clicked.connect(lambda: self._take(color))
        return button

    @property
    def color(self) -> QColor:
        made = QColor.fromHsvF(min(self.hues.x, 0.9999), self.square.x, self.square.y)
        made.setAlphaF(self.transparency.x if self._has_alpha else 1.0)
        return made

    def show_color(self, color: str) -> None:
        found = from_hex(color)
        if found.hsvHueF() >= 0:  # grays keep the hue that was looked at
            self.hues.show_shares(found.hsvHueF())
        self.square.show_shares(found.hsvSaturationF(), found.valueF())
        self.transparency.show_shares(found.alphaF())
        self._follow()

    def _follow(self) -> None:
        """What hangs on the color: the grounds, and the text."""
        self.square.hue = min(self.hues.x, 0.9999)
        self.transparency.color = self.color
        self.square.update()
        self.transparency.update()
        self.field.setText(to_hex(self.color))

    def _turn(self, hue: float) -> None:
        self.square.hue = hue
        self._say()

    def _say(self) -> None:
        self._follow()
        self.changed.emit(to_hex(self.color))

    def _take(self, color: str) -> None:
        """Another color, as opaque as before."""
        self.show_color(f"{color}{round(self.transparency.x * 255):02x}" if self._has_alpha else color)
        self._say()

    def _take_typed(self) -> None:
        text = self.field.text().strip()
        if len(text.removeprefix("#")) in (6, 8) and QColor.isValidColorName(f"#{text.removeprefix('#')[:6]}"):
            self.show_color(f"#{text.removeprefix('#')}")
            self._say()
        else:
            self._follow()

    def open_below(self, widget: QWidget) -> None:
        """Show below a widget, or above where the screen ends."""
        self.adjustSize()
        room = widget.screen().availableGeometry()
        at = widget.mapToGlobal(QPoint(0, widget.height() + 4))
        if at.y() + self.height() > room.bottom():
            at.setY(widget.mapToGlobal(QPoint(0, -4)).y() - self.height())
        at.setX(max(room.left(), min(at.x(), room.right() - self.width())))
        self.move(at)
        self.show()
        self.square.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.changed.emit(self._first)
            self.close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.closed.emit()
