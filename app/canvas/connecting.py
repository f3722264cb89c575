"""Dragging links: from one end to another, or all the links of an end at once."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem

from app.canvas.geometry import Port
from app.canvas.gestures import Gesture
from app.canvas.graph_view import GraphView
from app.canvas.node_item import NodeItem
from app.canvas.wire_item import wire_path
from app.canvas.wiring import Wiring
from app.linking import LooseEnd
from graph_engine.graph import Link

SNAP = 24.0
REFUSAL_REACH = 16.0
ON_PORT = 8.0


class Connect(Gesture):
    """Drag a link from one end to another, either way round; or pull a link off its input."""

    cursor = Qt.CursorShape.CrossCursor
    pans_at_edge = True

    def __init__(self, canvas: GraphView, start: QPoint, loose: LooseEnd, detached: Link | None) -> None:
        super().__init__(canvas, start)
        scene = canvas.graph_scene
        self.wiring = Wiring(canvas.session, loose, detached)
        self.target: tuple[NodeItem, Port] | None = None
        scene.stage.wiring = self.wiring
        self._item = QGraphicsPathItem()
        self._item.setPen(canvas.inks.live_wire(loose.types[0]))
        self._item.setZValue(5)
        scene.add_passing(self._item)
        if detached:
            scene.wires[detached].show_there(False)
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
        """A click instead of a drag leaves the wire at the pointer: the next press ends it."""
        self.waits = not self.waits and not self.far(event)
        if not self.waits:
            self.end(event)

    def end(self, event: QMouseEvent) -> None:
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
        elif not refused and not over_node:
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

    def hangs_on(self, nodes: Collection[str]) -> bool:
        return self.wiring.loose.node in nodes or bool(self.target and self.target[0].identity in nodes)

    def _remove(self) -> None:
        scene = self.canvas.graph_scene
        scene.stage.wiring = None
        scene.remove_passing(self._item)
        if self.wiring.detached in scene.wires:
            scene.wires[self.wiring.detached].show_there(True)
        self.canvas.cursor_hint.hide()
        self.canvas.viewport().update()


class MoveLinks(Gesture):
    """Drag all the links of an end to another end that fits every one of them."""

    cursor = Qt.CursorShape.CrossCursor
    pans_at_edge = True

    def __init__(self, canvas: GraphView, start: QPoint, links: list[Link], gives: bool) -> None:
        """``gives``: the end that is held is the output that the links come from."""
        super().__init__(canvas, start)
        self._links, self._gives = links, gives
        scene = canvas.graph_scene
        self._anchors = [_far_end(canvas, link, gives) for link in links]
        self._wirings = [Wiring(canvas.session, anchor, link) for anchor, link in zip(self._anchors, links, strict=True)]
        self.target: tuple[NodeItem, Port] | None = None
        self._item = QGraphicsPathItem()
        self._item.setPen(canvas.inks.live_wire(self._anchors[0].types[0]))
        self._item.setZValue(5)
        scene.add_passing(self._item)
        for link in links:
            scene.wires[link].show_there(False)
        scene.stage.wiring = self._wirings[0]
        canvas.viewport().update()

    def move(self, event: QMouseEvent) -> None:
        scene = self.canvas.graph_scene
        point = self.canvas.mapToScene(event.position().toPoint())
        found = scene.port_at(point, SNAP / self.canvas.zoom)
        reasons = [wiring.refusal(found[0].identity, found[1]) for wiring in self._wirings] if found else []
        reason = next((reason for reason in reasons if reason), None)
        self.target = found if found and not reason else None
        self.canvas.cursor_hint.show_refusal(reason, event.position().toPoint())
        end = found[0].pos() + found[1].point if found and self.target else point
        path = QPainterPath()
        for anchor in self._anchors:
            start = scene.nodes[anchor.node].port_point(anchor.name, anchor.gives)
            path.addPath(wire_path(start, end) if anchor.gives else wire_path(end, start))
        self._item.setPath(path)

    def release(self, event: QMouseEvent) -> None:
        self.cancel()
        if self.target:
            item, port = self.target
            self.canvas.session.rewires.move_links(self._links, item.identity, port.name, self._gives)

    def hangs_on(self, nodes: Collection[str]) -> bool:
        return any(anchor.node in nodes for anchor in self._anchors)

    def cancel(self) -> None:
        scene = self.canvas.graph_scene
        scene.stage.wiring = None
        scene.remove_passing(self._item)
        for link in self._links:
            if link in scene.wires:
                scene.wires[link].show_there(True)
        self.canvas.cursor_hint.hide()
        self.canvas.viewport().update()


def _far_end(canvas: GraphView, link: Link, gives: bool) -> LooseEnd:
    """The end of a link that stays while its other end is dragged."""
    node, name = (link.target, link.input) if gives else (link.source, link.output)
    port = canvas.graph_scene.nodes[node].geometry.port(name, gives=not gives)
    return LooseEnd(node, name, not gives, port.types if port else ("",))
