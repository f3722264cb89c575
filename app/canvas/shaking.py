"""Whether a hand shakes what it drags: to and fro, several times within a moment."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPoint

TURNS = 4
WITHIN = 900
"""Milliseconds."""
SWING = 24
"""Pixels of the screen: what is smaller is a hand that trembles."""


class Shaking:
    def __init__(self) -> None:
        self._last: int | None = None
        self._heading = 0
        self._turned_at: deque[int] = deque(maxlen=TURNS)

    def take(self, at: QPoint, when: int) -> bool:
        """The pointer is here now; whether it has been shaken."""
        if self._last is None:
            self._last = at.x()
        way = at.x() - self._last
        if abs(way) < SWING:
            return False
        heading = 1 if way > 0 else -1
        self._last = at.x()
        if self._heading and heading != self._heading:
            self._turned_at.append(when)
        self._heading = heading
        return len(self._turned_at) == TURNS and when - self._turned_at[0] <= WITHIN
