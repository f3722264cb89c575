"""The editor of outpaint frames: the edges of the canvas dragged over the picture."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.editors.editor import Editor, Tool, Touch
from app.editors.fields import NumberField, bar, icon_button
from app.editors.handles import Grip, cursor_for, dragged, grip_at, paint_box
from app.editors.readable import is_number
from app.editors.subject import Subject
from app.editors.units import UNIT
from app.language import large, marked, tr
from app.theme.tokens import Theme

EDGES = (marked("left"), marked("top"), marked("right"), marked("bottom"))
RATIOS = {"1:1": 1.0, "4:3": 4 / 3, "3:4": 3 / 4, "16:9": 16 / 9, "9:16": 9 / 16}
ROOM = 0.25
"""Share of the frame that is left free around it, to drag into."""
SMALLEST = 8.0
LIMIT = 4 * UNIT
NUDGE = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class FrameEditor(Editor):
    tools = (Tool("frame", "frame", marked("Frame: drag its edges and corners. Alt drags the opposite edge too"), Qt.Key.Key_F),)

    def __init__(self, subject: Subject, theme: Theme) -> None:
        super().__init__(subject, theme)
        self._grip: Grip | None = None
        self._from = QPointF()
        self._begun = QRectF()
        self._dragged: QRectF | None = None
        self.fields = {
            name: NumberField(
                theme,
                large(tr(name)),
                (0, 256),
                (-8192, 8192),
                " px",
                tr("How far the canvas goes beyond the {name} edge", name=tr(name)),
            )
            for name in EDGES
        }
        for name, field in self.fields.items():
            field.changed.connect(lambda value, name=name: self._set_edge(name, value))
            field.settled.connect(subject.session.settle)

    def options(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addWidget(
            bar(*self.fields.values(), None, icon_button(self.theme, "reset", tr("The frame of the picture again"), self.reset))
        )
        column.addWidget(bar(*(self._ratio_button(name) for name in RATIOS), None))
        return made

    def _ratio_button(self, name: str) -> QPushButton:
        button = QPushButton(name, toolTip=tr("Extend the canvas to {name}, evenly on both sides", name=name))
        button.setProperty("flat", True)
        button.clicked.connect(lambda: self.extend_to(RATIOS[name]))
        return button

    # the document

    @property
    def frame(self) -> QRectF:
        """The canvas in pixels of the picture, as it is dragged or as the document has it."""
        if self._dragged is not None:
            return self._dragged
        width, height = self.paper.width(), self.paper.height()
        said = (self.value.get(name, 0) for name in EDGES)
        left, top, right, bottom = (max(-LIMIT, min(LIMIT, share)) / UNIT if is_number(share) else 0.0 for share in said)
        return QRectF(
            -round(left * width), -round(top * height), width + round((left + right) * width), height + round((top + bottom) * height)
        )

    def _commit(self, frame: QRectF, label: str) -> None:
        width, height = self.paper.width(), self.paper.height()
        shares = (-frame.left() / width, -frame.top() / height, frame.right() / width - 1, frame.bottom() / height - 1)
        said = {name: max(-LIMIT, min(LIMIT, round(share * UNIT))) for name, share in zip(EDGES, shares, strict=True)}
        self.commit(label, **{name: share or None for name, share in said.items()})

    def _set_edge(self, name: str, pixels: float) -> None:
        """An edge by its number; a drag over the field is one undo step."""
        side = self.paper.width() if name in ("left", "right") else self.paper.height()
        value = {**self.value, name: round(pixels * UNIT / side)}
        self.subject.session.set_parameter(self.subject.id, self.subject.parameter, value, tr("Change frame"))

    def reset(self) -> None:
        self._commit(QRectF(0, 0, self.paper.width(), self.paper.height()), tr("Reset frame"))

    def extend_to(self, ratio: float) -> None:
        """The smallest canvas of a ratio around the one that is there."""
        frame = self.frame
        width, height = max(frame.width(), frame.height() * ratio), max(frame.height(), frame.width() / ratio)
        made = QRectF(0, 0, math.ceil(width), math.ceil(height))
        made.moveCenter(frame.center())
        self._commit(QRectF(made.toRect()), tr("Change ratio of frame"))

    def show_value(self) -> None:
        frame = self.frame
        shown = (-frame.left(), -frame.top(), frame.right() - self.paper.width(), frame.bottom() - self.paper.height())
        for field, pixels in zip(self.fields.values(), shown, strict=True):
            field.show_value(pixels + 0.0)  # never minus nothing
        self.repaint_wanted.emit()

    @property
    def note(self) -> str:
        """The size of the canvas."""
        frame = self.frame
        return tr("canvas {width:.0f} × {height:.0f}", width=frame.width(), height=frame.height())

    @property
    def extent(self) -> QRectF:
        frame = self.frame.united(QRectF(0, 0, self.paper.width(), self.paper.height()))
        room = max(frame.width(), frame.height()) * ROOM / 2
        return frame.adjusted(-room, -room, room, room)

    # the hand

    def press(self, touch: Touch) -> None:
        self._grip = grip_at(self.frame, touch.at, touch.zoom, middle=False)
        self._from, self._begun = touch.at, self.frame

    def move(self, touch: Touch) -> None:
        if self._grip is None:
            return
        by = touch.at - self._from
        frame = dragged(self._begun, self._grip, by, bool(touch.keys & Qt.KeyboardModifier.ShiftModifier))
        if touch.keys & Qt.KeyboardModifier.AltModifier:
            frame = dragged(frame, (-self._grip[0], -self._grip[1]), -by)
        if frame.width() >= SMALLEST and frame.height() >= SMALLEST:
            self._dragged = QRectF(frame.toRect())
            self.show_value()

    def release(self, touch: Touch) -> None:
        frame, self._dragged, self._grip = self._dragged, None, None
        if frame is not None:
            self._commit(frame, tr("Drag frame"))
        self.show_value()

    def cancel(self) -> bool:
        drawing = self._dragged is not None
        self._dragged = self._grip = None
        self.show_value()
        return drawing

    def cursor(self, touch: Touch) -> Qt.CursorShape:
        return cursor_for(grip_at(self.frame, touch.at, touch.zoom, middle=False))

    def take_key(self, event: QKeyEvent) -> bool:
        """Arrows move the frame over the picture, Shift by ten pixels."""
        if event.key() not in NUDGE:
            return super().take_key(event)
        step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        x, y = NUDGE[Qt.Key(event.key())]
        self._commit(self.frame.translated(x * step, y * step), tr("Move frame"))
        return True

    # painting

    def paint(self, painter: QPainter, zoom: float) -> None:
        frame, picture = self.frame, QRectF(0, 0, self.paper.width(), self.paper.height())
        new, cut = QPainterPath(), QPainterPath()
        new.addRect(frame)
        cut.addRect(picture)
        painter.fillPath(cut - new, QColor(0, 0, 0, 170))
        ground = QColor(self.theme.accent)
        ground.setAlpha(38)
        painter.fillPath(new - cut, ground)
        self._hatch(painter, new - cut, zoom)
        paint_box(painter, frame, zoom, QColor(self.theme.accent))

    def _hatch(self, painter: QPainter, new: QPainterPath, zoom: float) -> None:
        """Lines over what is to be made, as wide apart on the screen at any zoom."""
        ink = QColor(self.theme.accent)
        ink.setAlpha(90)
        brush = QBrush(ink, Qt.BrushStyle.BDiagPattern)
        painter.save()
        brush.setTransform(painter.transform().inverted()[0])
        painter.fillPath(new, brush)
        painter.restore()
