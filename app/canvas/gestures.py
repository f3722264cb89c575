"""What a pressed button means until it is let go. Each gesture can be broken off, and then leaves no trace."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGraphicsRectItem

from app.canvas.graph_view import GraphView


class Gesture:
    cursor: Qt.CursorShape | None = None
    pans_at_edge = False
    """Whether the view goes along when the pointer comes to its edge."""
    waits = False
    """Whether it goes on although the button was let go: the next press ends it."""

    def __init__(self, canvas: GraphView, start: QPoint) -> None:
        self.canvas, self.start = canvas, start
        self.begun_at = canvas.mapToScene(start)

    def move(self, event: QMouseEvent) -> None: ...

    def release(self, event: QMouseEvent) -> None: ...

    def cancel(self) -> None: ...

    def hangs_on(self, nodes: Collection[str]) -> bool:
        """Whether it cannot go on without some nodes."""
        return False

    def far(self, event: QMouseEvent) -> bool:
        """Whether the pointer went far enough from the press to mean a drag."""
        return (event.position().toPoint() - self.start).manhattanLength() >= 4


class Pan(Gesture):
    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: GraphView, start: QPoint) -> None:
        super().__init__(canvas, start)
        self._last = start

    def move(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        self.canvas.scroll_by(here - self._last)
        self._last = here


class PanOrMenu(Pan):
    """The right button: a drag pans, a click opens the menu."""

    cursor = None

    def __init__(self, canvas: GraphView, start: QPoint) -> None:
        super().__init__(canvas, start)
        self._panned = False

    def move(self, event: QMouseEvent) -> None:
        self._panned = self._panned or self.far(event)
        if self._panned:
            self.canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            super().move(event)

    def release(self, event: QMouseEvent) -> None:
        if not self._panned:
            self.canvas.menu_requested.emit(event.position().toPoint())


class ZoomDrag(Gesture):
    cursor = Qt.CursorShape.SizeVerCursor

    def __init__(self, canvas: GraphView, start: QPoint) -> None:
        super().__init__(canvas, start)
        self._last = start

    def move(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        self.canvas.zoom_by(1.01 ** (self._last.y() - here.y()), QPointF(self.start))
        self._last = here


class Band(Gesture):
    """Box selection. Shift adds to what is selected, Ctrl toggles."""

    pans_at_edge = True

    def __init__(self, canvas: GraphView, start: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(canvas, start)
        self._before = canvas.session.chosen
        self._modifiers = modifiers
        self._item = QGraphicsRectItem()
        self._item.setPen(canvas.inks.band_edge)
        self._item.setBrush(canvas.inks.band)
        self._item.setZValue(10)
        canvas.graph_scene.add_passing(self._item)
        self._select(frozenset())

    def move(self, event: QMouseEvent) -> None:
        area = QRectF(self.begun_at, self.canvas.mapToScene(event.position().toPoint())).normalized()
        self._item.setRect(area)
        self._select(self.canvas.graph_scene.found_in(area))

    def _select(self, inside: frozenset[str]) -> None:
        if self._modifiers & Qt.KeyboardModifier.ControlModifier:
            inside = self._before ^ inside
        elif self._modifiers & Qt.KeyboardModifier.ShiftModifier:
            inside = self._before | inside
        self.canvas.session.select(inside)

    def release(self, event: QMouseEvent) -> None:
        self._remove()

    def cancel(self) -> None:
        self._remove()
        self.canvas.session.select(self._before)

    def _remove(self) -> None:
        self.canvas.graph_scene.remove_passing(self._item)
