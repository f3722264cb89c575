"""What a pressed button means until it is let go. Each gesture can be broken off, and then leaves no trace."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem

from app.canvas.geometry import Port
from app.canvas.graph_view import GraphView
from app.canvas.node_item import NodeItem
from app.canvas.wire_item import wire_path
from app.canvas.wiring import Wiring
from app.linking import LooseEnd
from graph_engine.graph import Link

GRID = 4.0
SNAP = 24.0
REFUSAL_REACH = 16.0
ON_PORT = 8.0


class Gesture:
    cursor: Qt.CursorShape | None = None

    def __init__(self, canvas: GraphView, start: QPoint) -> None:
        self.canvas, self.start = canvas, start

    def move(self, event: QMouseEvent) -> None: ...

    def release(self, event: QMouseEvent) -> None: ...

    def cancel(self) -> None: ...

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

    def __init__(self, canvas: GraphView, start: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(canvas, start)
        self._before = canvas.session.selection
        self._modifiers = modifiers
        self._item = QGraphicsRectItem()
        self._item.setPen(canvas.inks.band_edge)
        self._item.setBrush(canvas.inks.band)
        self._item.setZValue(10)
        canvas.graph_scene.addItem(self._item)
        canvas.band = self._item
        self._select(frozenset())

    def move(self, event: QMouseEvent) -> None:
        corner = self.canvas.mapToScene(self.start)
        area = QRectF(corner, self.canvas.mapToScene(event.position().toPoint())).normalized()
        self._item.setRect(area)
        self._select(self.canvas.graph_scene.nodes_in(area))

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
        self.canvas.graph_scene.removeItem(self._item)
        self.canvas.band = None


class Move(Gesture):
    """Drag what is selected. One edit when it ends, none when it is broken off."""

    def __init__(self, canvas: GraphView, start: QPoint, pressed: NodeItem, narrow: bool) -> None:
        super().__init__(canvas, start)
        self._pressed, self._narrow = pressed, narrow
        scene = canvas.graph_scene
        self._origin = {node: (scene.nodes[node].x(), scene.nodes[node].y()) for node in canvas.session.selection}
        self._moved = False

    def move(self, event: QMouseEvent) -> None:
        self._moved = self._moved or self.far(event)
        if self._moved and self._origin:
            free = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.canvas.graph_scene.place(self._positions(event.position().toPoint(), free))

    def _positions(self, here: QPoint, free: bool) -> dict[str, tuple[float, float]]:
        delta = self.canvas.mapToScene(here) - self.canvas.mapToScene(self.start)
        lead_x, lead_y = self._origin.get(self._pressed.identity) or next(iter(self._origin.values()))
        step = 1.0 if free else GRID
        dx = round((lead_x + delta.x()) / step) * step - lead_x
        dy = round((lead_y + delta.y()) / step) * step - lead_y
        return {node: (x + dx, y + dy) for node, (x, y) in self._origin.items()}

    def release(self, event: QMouseEvent) -> None:
        scene = self.canvas.graph_scene
        if self._moved:
            self.canvas.session.move_nodes({node: (scene.nodes[node].x(), scene.nodes[node].y()) for node in self._origin})
        elif self._narrow:
            self.canvas.session.select({self._pressed.identity})

    def cancel(self) -> None:
        self.canvas.graph_scene.place(self._origin)


class Connect(Gesture):
    """Drag a link from one end to another, either way round; or pull a link off its input."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: GraphView, start: QPoint, loose: LooseEnd, detached: Link | None) -> None:
        super().__init__(canvas, start)
        scene = canvas.graph_scene
        self.wiring = Wiring(canvas.session, loose, detached)
        self.target: tuple[NodeItem, Port] | None = None
        scene.stage.wiring = self.wiring
        self._item = QGraphicsPathItem()
        self._item.setPen(canvas.inks.live_wire(loose.types[0]))
        self._item.setZValue(5)
        scene.addItem(self._item)
        if detached:
            scene.wires[detached].hide()
        canvas.viewport().update()
        self._follow(canvas.mapToScene(start))

    def move(self, event: QMouseEvent) -> None:
        point = self.canvas.mapToScene(event.position().toPoint())
        # Right on an end that does not fit, the reason counts more than an end nearby that does.
        reason = self._refusal(point, ON_PORT)
        self.target = None if reason else self._nearest(point)
        reason = reason if reason or self.target else self._refusal(point, REFUSAL_REACH)
        self.canvas.cursor_hint.show_refusal(reason, event.position().toPoint())
        self._follow(self.target[0].pos() + self.target[1].point if self.target else point)

    def _nearest(self, point: QPointF) -> tuple[NodeItem, Port] | None:
        """The end within snapping distance that fits, the nearest one."""
        reach = SNAP / self.canvas.zoom
        area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        best: tuple[float, NodeItem, Port] | None = None
        for item in self.canvas.graph_scene.items(area):
            if not isinstance(item, NodeItem):
                continue
            for port in item.geometry.ports:
                away = (item.pos() + port.point - point).manhattanLength()
                if away <= reach and (best is None or away < best[0]) and self.wiring.fits(item.identity, port):
                    best = away, item, port
        return best[1:] if best else None

    def _refusal(self, point: QPointF, reach: float) -> str | None:
        found = self.canvas.graph_scene.port_at(point, reach / self.canvas.zoom)
        return self.wiring.refusal(found[0].identity, found[1]) if found else None

    def _follow(self, end: QPointF) -> None:
        loose = self.wiring.loose
        anchor = self.canvas.graph_scene.nodes[loose.node].port_point(loose.name, loose.gives)
        self._item.setPath(wire_path(anchor, end) if loose.gives else wire_path(end, anchor))

    def release(self, event: QMouseEvent) -> None:
        loose, detached = self.wiring.loose, self.wiring.detached
        here = event.position().toPoint()
        point = self.canvas.mapToScene(here)
        refused = self.target is None and self._refusal(point, REFUSAL_REACH) is not None
        over_node = self.canvas.graph_scene.node_at(point) is not None
        self._remove()
        session = self.canvas.session
        if self.target:
            self._join(*self.target)
        elif detached:
            session.unlink(detached)
        elif not refused and not over_node and self.far(event):
            self.canvas.keep_wire(loose, point)
            self.canvas.ask_for_node(here, loose)

    def _join(self, item: NodeItem, port: Port) -> None:
        loose, detached = self.wiring.loose, self.wiring.detached
        if (item.identity, port.name, port.gives) == (loose.node, loose.name, loose.gives):
            return
        link = loose.link_to(item.identity, port.name)
        if link != detached:
            self.canvas.session.link(link, instead_of=detached)

    def cancel(self) -> None:
        self._remove()

    def _remove(self) -> None:
        scene = self.canvas.graph_scene
        scene.stage.wiring = None
        scene.removeItem(self._item)
        if self.wiring.detached in scene.wires:
            scene.wires[self.wiring.detached].show()
        self.canvas.cursor_hint.hide()
        self.canvas.viewport().update()
