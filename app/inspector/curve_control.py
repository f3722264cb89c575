"""A curve: its points are dragged on a small sheet, and moved by keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.inspector.control import Control
from app.language import tr
from app.theme.tokens import Theme
from app.wording import number_text
from graph_engine.curve import MOST_POINTS, heights_at
from graph_engine.declaration import Curve
from graph_engine.parameters import broken_rule

HEIGHT = 168
EDGE = 8.0
REACH = 12.0
DOT = 4.0
PARTS = 4
LEAST_GAP = 0.002
STEP, FINE = 0.02, 0.1
OUT = 28.0
"""How far beside the sheet a point is dragged to take it away."""
Points = list[list[float]]


class CurveSheet(QWidget):
    changed = Signal(object)
    settled = Signal()
    chosen = Signal()

    def __init__(self, kind: Curve, theme: Theme) -> None:
        super().__init__()
        self.kind, self._theme = kind, theme
        self.points: Points = [[0.0, kind.soft[0]], [1.0, kind.soft[1]]]
        self.at = -1
        """The chosen point, -1 for none."""
        self._drags = False
        self._before: Points = []
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def show_points(self, points: Points) -> None:
        self.points = [[float(x), float(y)] for x, y in points]
        self.at = min(self.at, len(self.points) - 1)
        self.update()

    # where things are

    @property
    def _sheet(self) -> QRectF:
        return QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)

    @property
    def _range(self) -> tuple[float, float]:
        """The usual heights, and those that a point has beyond them."""
        heights = [y for _, y in self.points]
        return min(self.kind.soft[0], *heights), max(self.kind.soft[1], *heights)

    def place(self, x: float, y: float) -> QPointF:
        low, high = self._range
        sheet = self._sheet
        return QPointF(sheet.x() + x * sheet.width(), sheet.bottom() - (y - low) / ((high - low) or 1) * sheet.height())

    def _point_at(self, at: QPointF) -> tuple[float, float]:
        low, high = self._range
        sheet = self._sheet
        x, y = (at.x() - sheet.x()) / sheet.width(), (sheet.bottom() - at.y()) / sheet.height()
        return min(1.0, max(0.0, x)), low + min(1.0, max(0.0, y)) * (high - low)

    def _near(self, at: QPointF) -> int:
        ways = [((self.place(*point) - at).manhattanLength(), number) for number, point in enumerate(self.points)]
        way, number = min(ways)
        return number if way <= REACH else -1

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.line), 1))
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        self._paint_grid(painter)
        path = self._path()
        under = QPainterPath(path)
        under.lineTo(self._sheet.bottomRight())
        under.lineTo(self._sheet.bottomLeft())
        fill = QColor(theme.accent_dim)
        fill.setAlphaF(0.45)
        painter.fillPath(under, fill)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawPath(path)
        for number, point in enumerate(self.points):
            painter.setPen(QPen(QColor(theme.field), 1.5))
            painter.setBrush(QColor(theme.text if number == self.at else theme.accent))
            painter.drawEllipse(self.place(*point), *((DOT + 1.5,) * 2 if number == self.at else (DOT,) * 2))

    def _paint_grid(self, painter: QPainter) -> None:
        sheet, theme = self._sheet, self._theme
        painter.setPen(QPen(QColor(theme.line), 1))
        for part in range(PARTS + 1):
            x, y = round(sheet.x() + sheet.width() * part / PARTS) + 0.5, round(sheet.y() + sheet.height() * part / PARTS) + 0.5
            painter.drawLine(QPointF(x, sheet.top()), QPointF(x, sheet.bottom()))
            painter.drawLine(QPointF(sheet.left(), y), QPointF(sheet.right(), y))
        painter.setPen(QColor(theme.muted))
        painter.drawText(sheet.adjusted(4, 2, -4, -2), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, tr(self.kind.up))
        painter.drawText(sheet.adjusted(4, 2, -4, -2), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, tr(self.kind.across))

    def _path(self) -> QPainterPath:
        count = max(2, int(self._sheet.width() // 2))
        xs = [part / count for part in range(count + 1)]
        path = QPainterPath()
        for number, (x, y) in enumerate(zip(xs, heights_at(self.points, xs), strict=True)):
            (path.lineTo if number else path.moveTo)(self.place(x, y))
        return path

    # hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        near = self._near(at)
        if event.button() == Qt.MouseButton.RightButton:
            self._choose(near)
            self.take_away()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._drags, self._before = True, self.points
            self._choose(near if near >= 0 else self._add(*self._point_at(at)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._drags or self.at < 0:
            return
        if self._is_out(event.position()) and len(self.points) > 2:
            self.take_away(ends=False)
            self._drags = False
            return
        self._move_to(*self._point_at(event.position()))

    def _is_out(self, at: QPointF) -> bool:
        return not QRectF(self.rect()).adjusted(-OUT, -OUT, OUT, OUT).contains(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drags:
            self._drags = False
        self.settled.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (near := self._near(event.position())) >= 0:
            self._choose(near)
            self.take_away()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fine = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        low, high = self.kind.soft
        ways = {
            Qt.Key.Key_Left: (-STEP, 0.0),
            Qt.Key.Key_Right: (STEP, 0.0),
            Qt.Key.Key_Up: (0.0, STEP * (high - low)),
            Qt.Key.Key_Down: (0.0, -STEP * (high - low)),
        }
        key = Qt.Key(event.key())
        if key in ways and self.at >= 0:
            x, y = self.points[self.at]
            self._move_to(x + ways[key][0] * fine, y + ways[key][1] * fine)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._choose((self.at + (1 if key == Qt.Key.Key_PageDown else -1)) % len(self.points))
        elif key == Qt.Key.Key_Insert:
            self._add_behind()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.take_away()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.at < 0 and event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._choose(0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.settled.emit()
        self.update()

    # edits

    def _choose(self, number: int) -> None:
        self.at = number
        self.update()
        self.chosen.emit()

    def _offer(self, points: Points) -> bool:
        if broken_rule(self.kind, points):
            return False
        self.points = points
        self.update()
        self.changed.emit(points)
        return True

    def _add(self, x: float, y: float) -> int:
        """A new point; its number, or that of the neighbor where there is no room for one."""
        at = sum(point[0] <= x for point in self.points)
        made = [*self.points[:at], [round(x, 4), round(y, 4)], *self.points[at:]]
        return at if len(made) <= MOST_POINTS and self._offer(made) else max(0, at - 1)

    def _add_behind(self) -> None:
        """A point in the middle between the chosen one and the next."""
        left = min(max(0, self.at), len(self.points) - 2)
        x = (self.points[left][0] + self.points[left + 1][0]) / 2
        self._choose(self._add(x, heights_at(self.points, (x,))[0]))
        self.settled.emit()

    def _move_to(self, x: float, y: float) -> None:
        """Move the chosen point, between its neighbors and within what is accepted."""
        low, high = self.kind.hard
        before = self.points[self.at - 1][0] + LEAST_GAP if self.at else 0.0
        behind = self.points[self.at + 1][0] - LEAST_GAP if self.at < len(self.points) - 1 else 1.0
        y = max(y if low is None else low, y) if high is None else min(high, max(y if low is None else low, y))
        point = [round(min(behind, max(before, x)), 4), round(y, 4)]
        self._offer([*self.points[: self.at], point, *self.points[self.at + 1 :]])
        self.chosen.emit()

    def take_away(self, ends: bool = True) -> None:
        """Take the chosen point away; two always stay."""
        if self.at >= 0 and len(self.points) > 2:
            self._offer([*self.points[: self.at], *self.points[self.at + 1 :]])
            self._choose(-1)
            if ends:
                self.settled.emit()


class CurveControl(Control):
    whole_width = True

    def __init__(self, kind: Curve, theme: Theme) -> None:
        super().__init__()
        self.field = CurveSheet(kind, theme)
        self.field.changed.connect(self.changed)
        self.field.settled.connect(self.settled)
        self.field.chosen.connect(self._tell)
        self.setFocusProxy(self.field)
        self.told = QLabel()
        self.told.setProperty("quiet", True)
        hint = QLabel(tr("Click to add · drag out to remove"))
        hint.setProperty("quiet", True)
        below = QHBoxLayout()
        below.addWidget(hint)
        below.addStretch()
        below.addWidget(self.told)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.field)
        column.addLayout(below)

    def _tell(self) -> None:
        point = self.field.points[self.field.at] if self.field.at >= 0 else None
        self.told.setText(tr("{x}, {y}", x=number_text(point[0], 0.001), y=number_text(point[1], 0.001)) if point else "")

    def show_value(self, value: Any) -> None:
        if not broken_rule(self.field.kind, value):
            self.field.show_points(value)
            self._tell()
