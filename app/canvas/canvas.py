"""The canvas: which gesture a press begins, what the pointer is over, and what keys do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent
from PySide6.QtWidgets import QToolTip

from app.canvas.geometry import HEADER, WIDTH, Port
from app.canvas.gestures import GRID, Band, Connect, Gesture, Move, Pan, PanOrMenu, ZoomDrag
from app.canvas.graph_view import GraphView
from app.canvas.node_item import NodeItem
from app.canvas.node_painting import OVERVIEW
from app.canvas.tips import tip_at
from app.canvas.wire_item import WireItem
from app.linking import LooseEnd
from app.session import Session
from app.theme.tokens import Theme
from graph_engine.graph import Link
from graph_engine.workflow import Workflow


class Canvas(GraphView):
    first_picture_requested = Signal()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.gesture: Gesture | None = None
        self.chosen_wire: Link | None = None
        self._lit: WireItem | None = None
        self._hovered: NodeItem | None = None
        self._space = False
        self._listen()

    def _listen(self) -> None:
        session = self.session
        session.document_changed.connect(self.show_document)
        session.catalogue_changed.connect(self.show_document)
        session.workflow_changed.connect(self.show_change)
        session.selection_changed.connect(self.graph_scene.show_selection)
        session.problems_changed.connect(self.graph_scene.show_problems)
        session.step_changed.connect(self.graph_scene.show_step)
        self.empty_hint.first_picture_requested.connect(self.first_picture_requested)
        self.empty_hint.node_requested.connect(lambda: self.ask_for_node(self.viewport().rect().center(), None))
        self.empty_hint.setVisible(not session.workflow.graph.nodes)

    # what is shown

    def show_document(self) -> None:
        self._break_off()
        self.chosen_wire = self._lit = self._hovered = None
        self.drop_kept_wire()
        self.graph_scene.show_all()
        self.empty_hint.setVisible(not self.session.workflow.graph.nodes)

    def show_change(self, before: Workflow, after: Workflow) -> None:
        self._hovered = self._lit = None
        self.drop_kept_wire()
        self.graph_scene.show_change(before, after)
        if self.chosen_wire not in self.graph_scene.wires:
            self.chosen_wire = None
        self.empty_hint.setVisible(not after.graph.nodes)

    # links and nodes on the way

    def select_under(self, at: QPoint) -> bool:
        """Whether a node lies under a point of the view; if it is not selected, it is selected alone."""
        item = self.graph_scene.node_at(self.mapToScene(at))
        if item and item.identity not in self.session.selection:
            self.session.select({item.identity})
        return item is not None

    def new_place(self, at: QPointF, loose: LooseEnd | None) -> tuple[float, float]:
        """Where a new node goes: on the grid, with its near edge at the point where a wire was let go."""
        x = at.x() if loose is None or loose.gives else at.x() - WIDTH
        return round(x / GRID) * GRID, round((at.y() - HEADER) / GRID) * GRID

    def ask_for_node_here(self) -> None:
        """At the pointer, or in the middle when the pointer is elsewhere."""
        here = self.viewport().mapFromGlobal(self.cursor().pos())
        inside = self.viewport().rect().contains(here)
        self.ask_for_node(here if inside else self.viewport().rect().center(), None)

    def delete_chosen(self) -> None:
        if self.chosen_wire:
            self.session.unlink(self.chosen_wire)
        else:
            self.session.delete(self.session.selection)

    def choose_wire(self, wire: WireItem | None) -> None:
        if self.chosen_wire and (old := self.graph_scene.wires.get(self.chosen_wire)):
            old.show_lit(False)
        self.chosen_wire = wire.link if wire else None
        if wire:
            wire.show_lit(True)

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.gesture:
            return
        start = event.position().toPoint()
        button, modifiers = event.button(), event.modifiers()
        if button == Qt.MouseButton.MiddleButton:
            control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
            self._begin(ZoomDrag(self, start) if control else Pan(self, start))
        elif button == Qt.MouseButton.RightButton:
            self._begin(PanOrMenu(self, start))
        elif button == Qt.MouseButton.LeftButton:
            self._begin(Pan(self, start) if self._space else self._left_press(start, modifiers))

    def _left_press(self, start: QPoint, modifiers: Qt.KeyboardModifier) -> Gesture | None:
        point = self.mapToScene(start)
        found = self.graph_scene.port_at(point, 12.0 / min(1.0, self.zoom)) if self.zoom >= OVERVIEW else None
        if found:
            return self._grab(start, *found)
        self.choose_wire(None)
        if item := self.graph_scene.node_at(point):
            return self._press_node(start, item, modifiers)
        if wire := self.graph_scene.wire_at(point):
            if modifiers & Qt.KeyboardModifier.AltModifier:
                self.session.unlink(wire.link)
            else:
                self.session.select(())
                self.choose_wire(wire)
            return None
        return Band(self, start, modifiers)

    def _grab(self, start: QPoint, item: NodeItem, port: Port) -> Gesture:
        """Begin a link at an end; at an input that has one, pull it off instead."""
        held = [link for link in self.session.workflow.graph.into(item.identity) if link.input == port.name]
        if port.gives or not held:
            loose = LooseEnd(item.identity, port.name, port.gives, port.types)
            return Connect(self, start, loose, None)
        link = held[-1]
        source = self.graph_scene.nodes[link.source].geometry.port(link.output, gives=True)
        types = source.types if source else ("",)
        return Connect(self, start, LooseEnd(link.source, link.output, True, types), link)

    def _press_node(self, start: QPoint, item: NodeItem, modifiers: Qt.KeyboardModifier) -> Gesture | None:
        selection, name = self.session.selection, item.identity
        narrow = False
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.session.select(selection ^ {name})
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.session.select(selection | {name})
        elif name in selection:
            narrow = len(selection) > 1
        else:
            self.session.select({name})
        return Move(self, start, item, narrow)

    def _begin(self, gesture: Gesture | None) -> None:
        self.gesture = gesture
        if gesture and gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.gesture:
            self.gesture.move(event)
        else:
            self._hover(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self.gesture = self.gesture, None
        if gesture:
            gesture.release(event)
        self._rest_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        point = self.mapToScene(at)
        item = self.graph_scene.node_at(point)
        if item is None and self.graph_scene.wire_at(point) is None:
            self.ask_for_node(at, None)
        elif item and (row := item.geometry.row_at(point - item.pos())):
            self.session.parameter_requested.emit(item.identity, row.parameter.name)
        elif item:
            self.session.groups.step_in(item.identity)

    def _hover(self, at: QPoint) -> None:
        point = self.mapToScene(at)
        found = self.graph_scene.port_at(point, 12.0) if self.zoom >= OVERVIEW else None
        item, port = found if found else (None, None)
        if self._hovered and self._hovered is not item:
            self._hovered.show_hovered(None)
        self._hovered = item
        if item:
            item.show_hovered(port)
        wire = None if found or self.graph_scene.node_at(point) else self.graph_scene.wire_at(point)
        if wire is not self._lit:
            if self._lit and self._lit.link != self.chosen_wire:
                self._lit.show_lit(False)
            self._lit = wire
            if wire:
                wire.show_lit(True)

    def _rest_cursor(self) -> None:
        if self._space:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()

    def _break_off(self) -> bool:
        gesture, self.gesture = self.gesture, None
        if gesture:
            gesture.cancel()
            self._rest_cursor()
        return gesture is not None

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        if event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip_at(self.graph_scene, self.mapToScene(event.pos())), self)  # type: ignore[attr-defined]
            return True
        return super().viewportEvent(event)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._rest_cursor()
        elif key == Qt.Key.Key_Escape:
            if not self._break_off():
                self.choose_wire(None)
                self.session.select(())
        elif key in NUDGES and self.session.selection:
            self._nudge(*NUDGES[key], 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            if not self.gesture:
                self._rest_cursor()
        else:
            event.ignore()

    def _nudge(self, dx: int, dy: int, times: int) -> None:
        layout = self.session.workflow.layout
        step = 8 * times
        placed = ((node, layout.get(node, (0.0, 0.0))) for node in self.session.selection)
        self.session.move_nodes({node: (x + dx * step, y + dy * step) for node, (x, y) in placed}, merge="nudge")


NUDGES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
