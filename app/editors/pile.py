"""A list of things drawn one over the other, with earlier states kept: one more stroke, or an undo, draws little."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

LATEST = 4
EVERY = 24
"""Besides the latest states each such number of things is kept."""
MOST = 16


class State(NamedTuple):
    things: list[Any]
    image: QImage


class Pile:
    def __init__(self, draw: Callable[[QImage, Any], None]) -> None:
        self._draw = draw
        self._states: list[State] = []
        self._on: Hashable = None

    def image(self, things: Sequence[Any], size: QSize, on: Hashable = None) -> QImage:
        """All of them drawn on a clear picture; ``on`` is what else the drawing depends on."""
        if self._on != (size.width(), size.height(), on):
            self._on, self._states = (size.width(), size.height(), on), []
        wanted = list(things)
        below = max((state for state in self._states if wanted[: len(state.things)] == state.things), key=_height, default=None)
        if below and len(below.things) == len(wanted):
            return below.image
        image = below.image.copy() if below else _clear(size)
        for count in range(len(below.things) if below else 0, len(wanted)):
            self._draw(image, wanted[count])
            if count % EVERY == EVERY - 1:
                self._keep(State(wanted[: count + 1], image.copy()))
        self._keep(State(wanted, image))
        return image

    def _keep(self, state: State) -> None:
        self._states.append(state)
        if len(self._states) > MOST:
            old = self._states[:-LATEST]
            spare = next((one for one in old if len(one.things) % EVERY), old[0])
            self._states = [one for one in self._states if one is not spare]


def _height(state: State) -> int:
    return len(state.things)


def _clear(size: QSize) -> QImage:
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image
