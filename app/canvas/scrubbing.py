"""A number on a node, dragged where it stands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent

from app.canvas.geometry import ParameterRow
from app.canvas.gestures import Gesture
from app.canvas.graph_view import GraphView
from app.canvas.node_item import NodeItem
from app.number_input import FINE, dragged, typed
from app.wording import value_of
from graph_engine.declaration import Integer, Number


class Scrub(Gesture):
    """One edit from the press to the release, none when it is broken off. Shift is fine, Ctrl goes in steps of ten."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, canvas: GraphView, start: QPoint, item: NodeItem, row: ParameterRow) -> None:
        super().__init__(canvas, start)
        self._node, self._row = item.identity, row
        value = value_of(item.face.node, row.parameter)
        self._begun = float(value) if isinstance(value, int | float) else row.parameter.kind.soft[0]  # type: ignore[union-attr]
        self._before = value
        self._last = start.x()
        self._way = 0.0
        self._drags = False

    def move(self, event: QMouseEvent) -> None:
        self._drags = self._drags or self.far(event)
        if not self._drags:
            return
        here, keys, kind = event.position().toPoint().x(), event.modifiers(), self._row.parameter.kind
        fine = FINE if keys & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._way += (here - self._last) / (self._row.field.width() * self.canvas.zoom) * fine
        self._last = here
        assert isinstance(kind, Number | Integer)
        value = dragged(kind, self._begun, self._way, coarse=bool(keys & Qt.KeyboardModifier.ControlModifier))
        self._set(typed(kind, float(f"{value:.10g}")))

    def _set(self, value: object) -> None:
        self.canvas.session.set_parameter(self._node, self._row.parameter, value)

    def release(self, event: QMouseEvent) -> None:
        self.canvas.session.settle()

    def cancel(self) -> None:
        if self._drags:
            self._set(self._before)
            self.canvas.session.settle()

    def hangs_on(self, nodes: object) -> bool:
        return self._node in nodes  # type: ignore[operator]
