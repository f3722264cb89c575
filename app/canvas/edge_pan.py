"""While something is dragged at the edge of the view, the view goes along: faster farther out."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

MARGIN = 28
FASTEST = 40.0
"""Pixels a tick."""
TICK = 16


class EdgePan:
    """Its timer runs only while a drag is at the edge."""

    def __init__(self, view: QWidget) -> None:
        self._view = view
        self._event: QMouseEvent | None = None
        self._timer = QTimer(view, interval=TICK)
        self._timer.timeout.connect(self._go_on)

    @property
    def active(self) -> bool:
        return self._timer.isActive()

    def watch(self, event: QMouseEvent | None) -> None:
        """The latest movement of a drag that may pan; None = there is none."""
        self._event = QMouseEvent(event) if event else None
        if self._way() is None:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _way(self) -> QPoint | None:
        """How far to scroll at each tick."""
        if self._event is None:
            return None
        size, at = self._view.viewport().rect(), self._event.position()  # type: ignore[attr-defined]
        way = QPoint(round(_beyond(at.x(), size.width())), round(_beyond(at.y(), size.height())))
        return None if way.isNull() else way

    def _go_on(self) -> None:
        if (way := self._way()) and self._event:
            self._view.scroll_by(way)  # type: ignore[attr-defined]
            self._view.go_on_at_edge(self._event)  # type: ignore[attr-defined]


def _beyond(at: float, size: int) -> float:
    """How much to scroll for a pointer at a place along a side; nothing inside the margins."""
    if at < MARGIN:
        return min(FASTEST, (MARGIN - at) * 0.5)
    return -min(FASTEST, (at - size + MARGIN) * 0.5) if at > size - MARGIN else 0.0
