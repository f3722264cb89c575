"""Links by keys: walk over the ends of the selected node, take a wire up, walk over the ends that fit, and join them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QPen
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsPathItem, QToolTip

from app.canvas.geometry import Port
from app.canvas.graph_view import GraphView
from app.canvas.node_item import NodeItem
from app.canvas.tips import tip_of_port
from app.canvas.wire_item import wire_path
from app.canvas.wiring import Wiring
from app.language import tr
from app.linking import LooseEnd
from app.wording import title_of

Key = Qt.Key
RING = 9.0
STEPS = {Key.Key_Up: -1, Key.Key_Down: 1}
SIDES = {Key.Key_Left: False, Key.Key_Right: True}  # outputs stand on the right
TAKEN = {Key.Key_Return, Key.Key_Enter, Key.Key_Escape, Key.Key_Tab, Key.Key_Delete, *STEPS, *SIDES}
Place = tuple[NodeItem, Port]


class PortWalk:
    """Begun on a node; each key moves the ring, and Enter takes a wire up or joins it."""

    def __init__(self, canvas: GraphView) -> None:
        self._canvas = canvas
        self._ring: QGraphicsEllipseItem | None = None
        self._wire: QGraphicsPathItem | None = None
        self._wiring: Wiring | None = None
        self._places: list[Place] = []
        self._at = 0

    @property
    def on(self) -> bool:
        return bool(self._places)

    @property
    def place(self) -> Place | None:
        return self._places[self._at] if self._places else None

    def begin(self, node: str) -> None:
        """The ring on the first end of a node: its outputs come after what goes in."""
        self.end()
        item = self._canvas.graph_scene.nodes.get(node)
        if item and item.geometry.ports:
            ports = sorted(item.geometry.ports, key=lambda port: (port.gives, port.y))
            self._show([(item, port) for port in ports])

    def takes(self, key: int) -> bool:
        return self.on and key in TAKEN

    def take_key(self, key: Qt.Key) -> None:
        if key == Key.Key_Escape:
            self.end()
        elif key in STEPS:
            self._turn_to((self._at + STEPS[key]) % len(self._places))
        elif key in SIDES:
            self._turn_side(SIDES[key])
        elif key == Key.Key_Delete:
            self._unlink()
        elif key == Key.Key_Tab:
            self._ask_for_node()
        elif self._wiring:
            self._join()
        else:
            self._take_up()

    def end(self) -> None:
        """Nothing is held and nothing marked any more."""
        if not self.on:
            return
        scene = self._canvas.graph_scene
        for item in (self._ring, self._wire):
            if item:
                scene.remove_passing(item)
        self._ring = self._wire = self._wiring = None
        self._places, self._at = [], 0
        scene.stage.wiring = None
        QToolTip.hideText()
        self._canvas.viewport().update()

    # the ring

    def _show(self, places: list[Place]) -> None:
        self._places = places
        if self._ring is None:
            self._ring = QGraphicsEllipseItem(QRectF(-RING, -RING, 2 * RING, 2 * RING))
            self._ring.setPen(QPen(QColor(self._canvas.inks.theme.accent), 3))
            self._ring.setZValue(6)
            self._canvas.graph_scene.add_passing(self._ring)
        self._turn_to(0)

    def _turn_to(self, at: int) -> None:
        self._at = at
        item, port = self._places[at]
        point = item.pos() + port.point
        if self._ring:
            self._ring.setPos(point)
        if self._wire and self._wiring:
            self._lead_to(point)
        canvas = self._canvas
        canvas.ensureVisible(QRectF(point - QPointF(RING, RING), point + QPointF(RING, RING)))
        below = canvas.mapFromScene(point) + QPoint(14, 10)
        QToolTip.showText(canvas.viewport().mapToGlobal(below), tip_of_port(port), canvas)
        words = tr("{port} of {node}", port=port.label or port.name, node=title_of(item.face.node, item.face.node_type))
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(canvas, words))

    def _turn_side(self, gives: bool) -> None:
        """To the nearest end on the other side of the node."""
        here = self._places[self._at][1]
        others = [(abs(port.y - here.y), at) for at, (_, port) in enumerate(self._places) if port.gives == gives and not self._wiring]
        if others and here.gives != gives:
            self._turn_to(min(others)[1])

    # the wire

    def _take_up(self) -> None:
        """A wire from here, and the ring on the nearest end that fits."""
        item, port = self._places[self._at]
        canvas, scene = self._canvas, self._canvas.graph_scene
        loose = LooseEnd(item.identity, port.name, port.gives, port.types)
        wiring = Wiring(canvas.session, loose)
        start = item.pos() + port.point
        fitting = [
            (other, end)
            for other in scene.nodes.values()
            for end in other.geometry.ports
            if other is not item and end.gives != port.gives and wiring.fits(other.identity, end)
        ]
        if not fitting:
            QToolTip.showText(canvas.viewport().mapToGlobal(canvas.mapFromScene(start)), tr("Nothing here fits: Tab adds a node."), canvas)
            return
        self._wiring = scene.stage.wiring = wiring
        self._wire = QGraphicsPathItem()
        self._wire.setPen(canvas.inks.live_wire(loose.types[0]))
        self._wire.setZValue(5)
        scene.add_passing(self._wire)
        canvas.viewport().update()
        self._show(sorted(fitting, key=lambda place: (place[0].pos() + place[1].point - start).manhattanLength()))

    def _lead_to(self, point: QPointF) -> None:
        if self._wire and self._wiring:
            loose = self._wiring.loose
            anchor = self._canvas.graph_scene.nodes[loose.node].port_point(loose.name, loose.gives)
            self._wire.setPath(wire_path(anchor, point) if loose.gives else wire_path(point, anchor))

    def _join(self) -> None:
        if self._wiring:
            item, port = self._places[self._at]
            link, node = self._wiring.loose.link_to(item.identity, port.name), self._wiring.loose.node
            self.end()
            self._canvas.session.link(link)
            self.begin(node)

    def _unlink(self) -> None:
        """Take away the links of the end that the ring is on."""
        item, port = self._places[self._at]
        graph, node = self._canvas.session.workflow.graph, item.identity
        links = graph.out_of(node) if port.gives else graph.into(node)
        for link in [link for link in links if (link.output if port.gives else link.input) == port.name and not self._wiring]:
            self._canvas.session.unlink(link)
        self.begin(node)

    def _ask_for_node(self) -> None:
        """The palette with what fits the end that is held, or the one that the ring is on."""
        item, port = self._places[self._at]
        loose = self._wiring.loose if self._wiring else LooseEnd(item.identity, port.name, port.gives, port.types)
        anchor = self._canvas.graph_scene.nodes[loose.node].port_point(loose.name, loose.gives)
        end = anchor + QPointF(80 if loose.gives else -80, 0)
        self.end()
        self._canvas.keep_wire(loose, end)
        self._canvas.ask_for_node(self._canvas.mapFromScene(end), loose)
