"""Dragging nodes: they snap, go onto a wire, come out of their links when they are shaken, or leave a copy where they were."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainterPath
from PySide6.QtWidgets import QGraphicsLineItem, QGraphicsPathItem

from app.board_edits import lying_in
from app.canvas.board_items import Piece
from app.canvas.gestures import Gesture
from app.canvas.graph_view import GraphView
from app.canvas.guides import Guides, Snapped
from app.canvas.node_item import NodeItem
from app.canvas.shaking import Shaking
from app.canvas.wire_item import WireItem

ALT, SHIFT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
Places = dict[str, tuple[float, float]]


class Move(Gesture):
    """Drag what is selected. One edit when it ends, none when it is broken off."""

    pans_at_edge = True

    def __init__(self, canvas: GraphView, start: QPoint, pressed: NodeItem | Piece, narrow: bool, pulled: bool = False) -> None:
        """``narrow``: a press without a drag selects the pressed node alone. ``pulled``: out of its links from the start."""
        super().__init__(canvas, start)
        self._pressed, self._narrow, self._pulled = pressed, narrow, False
        scene = canvas.graph_scene
        self._origin: Places = {key: (scene.item(key).x(), scene.item(key).y()) for key in self._going_along()}
        self._moved = False
        self._guides: Guides | None = None
        self._lines = [QGraphicsLineItem(), QGraphicsLineItem()]
        self._wire: WireItem | None = None
        self._shaking = Shaking()
        self._pull_at_once = pulled

    def move(self, event: QMouseEvent) -> None:
        if not self._moved and self._origin and self.far(event):
            self._begin()
        if not self._moved:
            return
        here = event.position().toPoint()
        snapped = self._snapped(here, free=bool(event.modifiers() & CONTROL))
        self._show_lines(snapped)
        self.canvas.graph_scene.place(self._positions(snapped))
        if not self._pulled and self._shaking.take(here, event.timestamp()):
            self._pull()
        self._show_wire(None if event.modifiers() & ALT or self._pulled else self._wire_below())

    def _begin(self) -> None:
        self._moved = True
        scene = self.canvas.graph_scene
        others = [item for item in self._seen() if item.identity not in self._origin]
        lead = self._lead
        self._guides = Guides(lead.body, [item.body for item in others], self._straight_ways())
        for line in self._lines:
            line.setPen(self.canvas.inks.guide)
            line.setZValue(9)
            line.hide()
            scene.add_passing(line)
        if self._pull_at_once:
            self._pull()

    @property
    def _lead(self) -> NodeItem | Piece:
        """What snaps; the others go along."""
        pressed = self._pressed.identity
        return self._pressed if pressed in self._origin else self.canvas.graph_scene.item(next(iter(self._origin)))

    def _going_along(self) -> set[str]:
        """What is selected, and what lies in the frames among it."""
        session = self.canvas.session
        frames = [key for key in session.pieces if key in session.board.here.frames]
        boxes = self.canvas.boxes() if frames else {}
        inside = (lying_in(session.board.here, frame, boxes) for frame in frames)
        return set(session.chosen).union(*inside)

    def _seen(self) -> list[NodeItem]:
        view = self.canvas
        area = view.mapToScene(view.viewport().rect()).boundingRect()
        return [item for item in view.graph_scene.items(area) if isinstance(item, NodeItem)]

    def _straight_ways(self) -> Iterable[tuple[float, float]]:
        """How far down each wire between what is dragged and what stays becomes straight, and where it lies then."""
        scene = self.canvas.graph_scene
        for link in scene.touching(self._origin):
            if (
                (link.source in self._origin) != (link.target in self._origin)
                and link in scene.wires
                and len(scene.wires[link].points) == 2
            ):
                chord = scene.wires[link].chord
                drop = chord.dy() if link.source in self._origin else -chord.dy()
                yield drop, chord.y2() if link.source in self._origin else chord.y1()

    def _snapped(self, here: QPoint, free: bool) -> Snapped:
        delta = self.canvas.mapToScene(here) - self.begun_at
        if free or self._guides is None:
            return Snapped(round(delta.x()), round(delta.y()))
        return self._guides.snapped(delta.x(), delta.y(), self.canvas.zoom)

    def _positions(self, way: Snapped) -> Places:
        return {node: (x + way.dx, y + way.dy) for node, (x, y) in self._origin.items()}

    def _show_lines(self, way: Snapped) -> None:
        seen = self.canvas.mapToScene(self.canvas.viewport().rect()).boundingRect()
        for line, at in zip(self._lines, (way.x, way.y), strict=True):
            line.setVisible(at is not None)
        if way.x is not None:
            self._lines[0].setLine(way.x, seen.top(), way.x, seen.bottom())
        if way.y is not None:
            self._lines[1].setLine(seen.left(), way.y, seen.right(), way.y)

    # onto a wire, out of wires

    def _wire_below(self) -> WireItem | None:
        """The wire that the one dragged node may be put on, if it lies on one."""
        if len(self._origin) != 1 or self._pressed.identity not in self.canvas.graph_scene.nodes:
            return None
        scene, node = self.canvas.graph_scene, self._pressed.identity
        core = self._pressed.body.adjusted(40, 4, -40, -4)
        wires = [item for item in scene.items(core) if isinstance(item, WireItem) and node not in (item.link.source, item.link.target)]
        return next((wire for wire in wires if self.canvas.session.rewires.can_stand_on(wire.link, node)), None)

    def _show_wire(self, wire: WireItem | None) -> None:
        if wire is not self._wire:
            if self._wire:
                self._wire.show_lit(False)
            self._wire = wire
            if wire:
                wire.show_lit(True)

    def _pull(self) -> None:
        """Out of the links: they are gone from the screen, and from the graph when the button is let go."""
        self._pulled = True
        scene = self.canvas.graph_scene
        for link in scene.touching(self._origin):
            if (link.source in self._origin) != (link.target in self._origin) and link in scene.wires:
                scene.wires[link].show_there(False)

    # the end

    def release(self, event: QMouseEvent) -> None:
        scene, session = self.canvas.graph_scene, self.canvas.session
        places = {key: (scene.item(key).x(), scene.item(key).y()) for key in self._origin}
        wire = self._wire
        self._clear_up()
        if not self._moved:
            if self._narrow:
                session.select({self._pressed.identity})
        elif self._pulled:
            session.rewires.pull_out(self._origin, places)
        elif wire:
            node = self._pressed.identity
            session.rewires.put_on(wire.link, node, places[node])
        else:
            session.move_nodes(places)

    def cancel(self) -> None:
        self._clear_up()
        self.canvas.graph_scene.place(self._origin)

    def _clear_up(self) -> None:
        self._show_wire(None)
        scene = self.canvas.graph_scene
        for line in self._lines:
            if line.scene():
                scene.remove_passing(line)
        if self._pulled:
            for link in scene.touching(self._origin):
                if link in scene.wires:
                    scene.wires[link].show_there(True)


class DragCopy(Gesture):
    """Drag a copy away: what is selected stays, a copy with the same incoming links lands where the button is let go."""

    cursor = Qt.CursorShape.DragCopyCursor
    pans_at_edge = True

    def __init__(self, canvas: GraphView, start: QPoint) -> None:
        super().__init__(canvas, start)
        self._item = QGraphicsPathItem()
        path = QPainterPath()
        for key in canvas.session.chosen:
            path.addRoundedRect(canvas.graph_scene.item(key).body, 7, 7)
        self._item.setPath(path)
        self._item.setPen(canvas.inks.band_edge)
        self._item.setBrush(canvas.inks.band)
        self._item.setZValue(9)
        canvas.graph_scene.add_passing(self._item)

    def move(self, event: QMouseEvent) -> None:
        self._item.setPos(self._way(event))

    def _way(self, event: QMouseEvent) -> QPointF:
        delta = self.canvas.mapToScene(event.position().toPoint()) - self.begun_at
        way = Guides(QRectF(), []).snapped(delta.x(), delta.y(), self.canvas.zoom)
        return QPointF(way.dx, way.dy)

    def release(self, event: QMouseEvent) -> None:
        self.cancel()
        if self.far(event):
            way = self._way(event)
            self.canvas.session.duplicate((way.x(), way.y()), keep_inputs=True)

    def cancel(self) -> None:
        self.canvas.graph_scene.remove_passing(self._item)
