"""The canvas: which gesture a press begins, what the pointer is over, and what keys do."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent
from PySide6.QtWidgets import QToolTip

from app.aligning import Box
from app.canvas.board_items import FrameItem, NoteItem
from app.canvas.cutting import put_dot
from app.canvas.edge_pan import EdgePan
from app.canvas.finder import Finder
from app.canvas.geometry import HEADER, WIDTH
from app.canvas.gestures import Gesture
from app.canvas.graph_view import GraphView
from app.canvas.guides import GRID
from app.canvas.node_item import NodeItem
from app.canvas.node_painting import OVERVIEW
from app.canvas.port_walk import PortWalk
from app.canvas.presses import begun, row_to_edit
from app.canvas.tips import tip_at
from app.canvas.value_editor import ValueEditor
from app.canvas.wire_item import WireItem
from app.canvas.word_editor import WordEditor
from app.linking import Gap, LooseEnd
from app.session import Session
from app.theme.tokens import Theme
from graph_engine.declaration import Integer, Number
from graph_engine.graph import Link
from graph_engine.workflow import Workflow


class Canvas(GraphView):
    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.gesture: Gesture | None = None
        self._lit: WireItem | None = None
        self._hovered: NodeItem | None = None
        self._held: Qt.Key | None = None
        self._over_number = False
        self.pointer = QPoint()
        self.edge = EdgePan(self)
        self.words = WordEditor(self)
        self.values = ValueEditor(self, session)
        self.finder = Finder(self, session, theme)
        self.ports = PortWalk(self)
        self._listen()

    def _listen(self) -> None:
        session = self.session
        session.document_changed.connect(self.show_document)
        session.catalogue_changed.connect(self.show_document)
        session.workflow_changed.connect(self.show_change)
        session.selection_changed.connect(self.graph_scene.show_selection)
        session.pieces_changed.connect(self.graph_scene.show_selection)
        self.words.written.connect(session.board.write)
        session.problems_changed.connect(self.graph_scene.show_problems)
        session.step_changed.connect(self.graph_scene.show_step)
        self.start_page.node_requested.connect(lambda: self.ask_for_node(self.viewport().rect().center(), None))
        self._show_start()

    # what is shown

    def show_document(self) -> None:
        self._break_off()
        self.ports.end()
        self.values.give_up()
        self.chosen_wire = self._lit = self._hovered = None
        self.drop_kept_wire()
        self.graph_scene.show_all()
        self._show_start()

    def show_theme(self) -> None:
        """The theme has other colors now."""
        self.inks.renew(self.inks.theme)
        self.show_document()
        self.resetCachedContent()

    def show_change(self, before: Workflow, after: Workflow) -> None:
        self.ports.end()
        self._hovered = self._lit = None
        self.drop_kept_wire()
        if self.gesture and self.gesture.hangs_on(before.graph.nodes.keys() - after.graph.nodes.keys()):
            self._break_off()
        self.graph_scene.show_change(before, after)
        if self.chosen_wire not in self.graph_scene.wires:
            self.chosen_wire = None
        self._show_start()

    def _show_start(self) -> None:
        """Ways to begin, where there is nothing yet; the map, where there is much."""
        workflow = self.session.workflow
        self.start_page.setVisible(not workflow.graph.nodes and not workflow.board.pieces)
        self.minimap.refresh()

    # links and nodes on the way

    def select_under(self, at: QPoint) -> bool:
        """Whether a node or a piece of the board lies under a point of the view; if it is not selected, it is selected alone."""
        point = self.mapToScene(at)
        item = self.graph_scene.node_at(point) or self.graph_scene.piece_at(point)
        if item and item.identity not in self.session.chosen:
            self.session.select({item.identity})
        return item is not None

    def new_place(self, at: QPointF, loose: LooseEnd | Gap | None) -> tuple[float, float]:
        """Where a new node goes: on the grid, with its near edge at the point where a wire was let go."""
        left_of_it = WIDTH / 2 if isinstance(loose, Gap) else 0.0 if loose is None or loose.gives else WIDTH
        x = at.x() - left_of_it
        return round(x / GRID) * GRID, round((at.y() - HEADER) / GRID) * GRID

    @property
    def here(self) -> QPoint:
        """Where the pointer is, or the middle when it is elsewhere."""
        here = self.viewport().mapFromGlobal(self.cursor().pos())
        return here if self.viewport().rect().contains(here) else self.viewport().rect().center()

    def ask_for_node_here(self) -> None:
        """At the pointer; with a wire chosen or under it, for a node to put on that wire."""
        wire = self._lit.link if self._lit else self.chosen_wire
        self.ask_for_node(self.here, self.session.rewires.gap(wire) if wire else None)

    def write(self, piece: str) -> None:
        """Put the keyboard on the title of a frame or into a note."""
        item = self.graph_scene.board.get(piece)
        if isinstance(item, FrameItem | NoteItem):
            self.words.open_on(item)

    def add_frame(self) -> None:
        """A frame around what is selected, and the keyboard on its title."""
        board, chosen = self.graph_scene.board, self.session.chosen
        areas = [item.body for key in chosen if (item := self.graph_scene.nodes.get(key) or board.get(key))]
        if areas:
            boxes = [Box(area.x(), area.y(), area.width(), area.height()) for area in areas]
            self.write(self.session.board.add_frame(boxes))

    def add_note(self) -> None:
        """A note at the pointer, and the keyboard in it."""
        at = self.mapToScene(self.here)
        self.write(self.session.board.add_note((round(at.x() / GRID) * GRID, round(at.y() / GRID) * GRID)))

    def add_dot(self) -> None:
        """A dot on the wire under the pointer, or else in the middle of the chosen one."""
        if self._lit:
            put_dot(self, {self._lit.link: self.mapToScene(self.pointer)})
        elif self.chosen_wire and (wire := self.graph_scene.wires.get(self.chosen_wire)):
            put_dot(self, {wire.link: wire.path().pointAtPercent(0.5)})

    @property
    def view_kept(self) -> tuple[float, float, float]:
        """Middle and zoom of what is seen."""
        middle = self.mapToScene(self.viewport().rect().center())
        return round(middle.x(), 1), round(middle.y(), 1), round(self.zoom, 4)

    def show_view(self, name: str) -> None:
        """Go back to a view that was kept."""
        if found := self.session.board.here.views.get(name):
            self._set_zoom(found[2])
            self.centerOn(found[0], found[1])

    def boxes(self, nodes: Iterable[str] = ()) -> dict[str, Box]:
        """Where nodes lie and how large they are: some, or all."""
        items = self.graph_scene.nodes
        bodies = {node: items[node].body for node in nodes or items}
        return {node: Box(body.x(), body.y(), body.width(), body.height()) for node, body in bodies.items()}

    def offsets(self) -> dict[Link, tuple[float, float]]:
        """How far below the top of its node each wire begins and ends."""
        items, wires = self.graph_scene.nodes, self.graph_scene.wires
        return {link: (wire.chord.y1() - items[link.source].y(), wire.chord.y2() - items[link.target].y()) for link, wire in wires.items()}

    def delete_chosen(self) -> None:
        if self.chosen_wire:
            self.session.unlink(self.chosen_wire)
        else:
            self.session.delete(self.session.chosen)

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.ports.end()
        if self.gesture is None:
            self._begin(begun(self, event, self._held))
        elif self.gesture.waits:
            self.gesture.move(event)
            if event.button() == Qt.MouseButton.LeftButton:
                self.mouseReleaseEvent(event)
            else:
                self._break_off()

    def _begin(self, gesture: Gesture | None) -> None:
        self.gesture = gesture
        if gesture and gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position().toPoint()
        if self.gesture:
            self.gesture.move(event)
            self.edge.watch(event if self.gesture.pans_at_edge else None)
        else:
            self._hover(self.pointer)

    def go_on_at_edge(self, event: QMouseEvent) -> None:
        """The view went along with a drag that is at its edge."""
        if self.gesture:
            self.gesture.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.edge.watch(None)
        gesture, self.gesture = self.gesture, None
        if gesture:
            gesture.release(event)
        if gesture and gesture.waits:
            self.gesture = gesture
        else:
            self._rest_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        point = self.mapToScene(at)
        item = self.graph_scene.node_at(point)
        piece = self.graph_scene.piece_at(point)
        if item is None and piece and not isinstance(piece, FrameItem):
            self.write(piece.identity)
        elif item is None and (wire := self.graph_scene.wire_at(point)):
            put_dot(self, {wire.link: point})
        elif item is None and piece:
            self.write(piece.identity)
        elif item is None:
            self.ask_for_node(at, None)
        elif item and (row := item.geometry.row_at(point - item.pos())):
            if row_to_edit(self, at, item) is None or not self.values.edits(item, row):
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
        under = None if found else self.graph_scene.node_at(point)
        self._show_hand(under, at)
        wire = None if found or under else self.graph_scene.wire_at(point)
        if wire is not self._lit:
            if self._lit and self._lit.link != self.chosen_wire:
                self._lit.show_lit(False)
            self._lit = wire
            if wire:
                wire.show_lit(True)

    def _show_hand(self, item: NodeItem | None, at: QPoint) -> None:
        """Over a number that can be dragged the pointer says so."""
        row = row_to_edit(self, at, item) if item and not self._held else None
        drags = row is not None and isinstance(row.parameter.kind, Number | Integer)
        if drags != self._over_number:
            self._over_number = drags
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor) if drags else self._rest_cursor()

    def _rest_cursor(self) -> None:
        self._over_number = False
        if self._held in HELD:
            self.viewport().setCursor(HELD[self._held])
        else:
            self.viewport().unsetCursor()

    def _break_off(self) -> bool:
        gesture, self.gesture = self.gesture, None
        if gesture:
            self.edge.watch(None)
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

    def walk_ports(self) -> None:
        """The ring on the ends of the selected node, to link them by keys."""
        self.setFocus()
        self.ports.begin(self.session.selected_node)

    def event(self, event: QEvent) -> bool:
        """While ends are walked over, their keys mean that and no action."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.ports.takes(event.key()):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.ports.takes(event.key()):
            self.ports.take_key(Qt.Key(event.key()))  # here, since Tab would not come to keyPressEvent
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in HELD and not event.isAutoRepeat():
            self._held = key
            self._rest_cursor()
        elif key == Qt.Key.Key_Escape:
            if not self._break_off():
                self.choose_wire(None)
                self.session.select(())
        elif key in ARROWS:
            self._take_arrow(QPoint(*ARROWS[key]), event.modifiers())
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == self._held and not event.isAutoRepeat():
            self._held = None
            if not self.gesture:
                self._rest_cursor()
        else:
            event.ignore()

    def _take_arrow(self, way: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Alt looks about for the next node there. Arrows nudge what is selected, with Ctrl they walk along links; else they pan."""
        times = 5 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
        if modifiers & Qt.KeyboardModifier.AltModifier:
            self.session.walking.look_about((way.x(), way.y()))
            self.show_selected()
            return
        if not self.session.chosen:
            self.scroll_by(way * -PAN_STEP * times)
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self.session.walking.walk(way.x()) if way.x() else self.session.walking.extend(way.y())
            self.show_selected()
        else:
            self._nudge(way, times)

    def _nudge(self, way: QPoint, times: int) -> None:
        step = GRID * times
        items = {key: self.graph_scene.item(key) for key in self.session.chosen}
        placed = ((key, (item.x(), item.y())) for key, item in items.items())
        self.session.move_nodes({node: (x + way.x() * step, y + way.y() * step) for node, (x, y) in placed}, merge="nudge")


PAN_STEP = 64
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
HELD = {Qt.Key.Key_Space: Qt.CursorShape.OpenHandCursor, Qt.Key.Key_Y: Qt.CursorShape.CrossCursor}
"""Keys that change what the left button does while they are held."""
