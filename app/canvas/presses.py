"""Which gesture a press begins: by the button, the keys that are held, and what lies under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice

from app.canvas.board_items import FrameItem, Piece
from app.canvas.connecting import Connect, MoveLinks
from app.canvas.cutting import DotStroke, Knife
from app.canvas.geometry import ParameterRow, Port
from app.canvas.gestures import Band, Gesture, Pan, PanOrMenu, ZoomDrag
from app.canvas.graph_view import GraphView
from app.canvas.moving import ALT, CONTROL, SHIFT, DragCopy, Move
from app.canvas.node_item import NodeItem
from app.canvas.node_painting import FULL, OVERVIEW
from app.canvas.resizing import Resize
from app.canvas.scrubbing import Scrub
from app.canvas.value_editor import SWITCH, flip
from app.linking import LooseEnd
from graph_engine.declaration import Integer, Number, Toggle

PORT_REACH = 12.0


def begun(canvas: GraphView, event: QMouseEvent, held: Qt.Key | None) -> Gesture | None:
    """The gesture of a press; what is done at once is none. ``held`` is a key that changes what the left button does."""
    start, button, modifiers = event.position().toPoint(), event.button(), event.modifiers()
    if button == Qt.MouseButton.MiddleButton:
        return ZoomDrag(canvas, start) if modifiers & CONTROL else Pan(canvas, start)
    if button == Qt.MouseButton.RightButton:
        if modifiers & CONTROL:
            return Knife(canvas, start)
        return DotStroke(canvas, start) if modifiers & SHIFT else PanOrMenu(canvas, start)
    if button != Qt.MouseButton.LeftButton:
        return None
    if held == Qt.Key.Key_Space:
        return Pan(canvas, start)
    if held == Qt.Key.Key_Y or event.pointerType() == QPointingDevice.PointerType.Eraser:
        return Knife(canvas, start)
    return _of_left(canvas, start, modifiers)


def _of_left(canvas: GraphView, start: QPoint, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    point, scene, session = canvas.mapToScene(start), canvas.graph_scene, canvas.session
    if canvas.zoom >= OVERVIEW and (found := scene.port_at(point, PORT_REACH / min(1.0, canvas.zoom))):
        return _of_port(canvas, start, *found, all_links=bool(modifiers & CONTROL))
    canvas.choose_wire(None)
    if item := scene.node_at(point):
        return _of_node(canvas, start, item, modifiers)
    piece = scene.piece_at(point)
    if piece and not isinstance(piece, FrameItem):
        return _of_piece(canvas, start, piece, modifiers)
    if wire := scene.wire_at(point):
        if modifiers & ALT:
            session.unlink(wire.link)
        else:
            session.select(())
            canvas.choose_wire(wire)
        return None
    return _of_piece(canvas, start, piece, modifiers) if piece else Band(canvas, start, modifiers)


def _of_port(canvas: GraphView, start: QPoint, item: NodeItem, port: Port, all_links: bool) -> Gesture:
    """Begin a link at an end; at an input that has one, pull it off instead."""
    graph = canvas.session.workflow.graph
    if port.gives:
        held = [link for link in graph.out_of(item.identity) if link.output == port.name]
    else:
        held = [link for link in graph.into(item.identity) if link.input == port.name]
    held = [link for link in held if link in canvas.graph_scene.wires]
    if held and all_links:
        return MoveLinks(canvas, start, held, port.gives)
    if port.gives or not held:
        return Connect(canvas, start, LooseEnd(item.identity, port.name, port.gives, port.types), None)
    link = held[-1]
    source = canvas.graph_scene.nodes[link.source].geometry.port(link.output, gives=True)
    return Connect(canvas, start, LooseEnd(link.source, link.output, True, source.types if source else ("",)), link)


def _of_piece(canvas: GraphView, start: QPoint, piece: Piece, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    sides = piece.grip_at(canvas.mapToScene(start))
    if sides and not modifiers:
        canvas.session.select({piece.identity})
        return Resize(canvas, start, piece, sides)
    return _chosen_then_moved(canvas, start, piece, modifiers)


def _of_node(canvas: GraphView, start: QPoint, item: NodeItem, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    session, name = canvas.session, item.identity
    if item.face.remedy_area.contains(canvas.mapToScene(start) - item.pos()):
        canvas.take_remedy(name)
        return None
    if modifiers & CONTROL and modifiers & SHIFT:
        session.select({name})
        session.watch(name)
        return None
    if modifiers & ALT:
        if name not in session.selection:
            session.select({name})
        return DragCopy(canvas, start) if modifiers & SHIFT else Move(canvas, start, item, narrow=False, pulled=True)
    if not modifiers and (row := row_to_edit(canvas, start, item)):
        return _of_row(canvas, start, item, row)
    return _chosen_then_moved(canvas, start, item, modifiers)


def row_to_edit(canvas: GraphView, at: QPoint, item: NodeItem) -> ParameterRow | None:
    """The row under a point of the view whose value can be changed where it stands: one large enough to read, and not driven."""
    point = canvas.mapToScene(at) - item.pos()
    row = item.geometry.row_at(point) if canvas.zoom >= FULL else None
    return row if row and (row.parameter.name, False) not in item.face.linked else None


def _of_row(canvas: GraphView, start: QPoint, item: NodeItem, row: ParameterRow) -> Gesture | None:
    """A number is dragged, a switch is thrown; any other row moves its node."""
    kind, x = row.parameter.kind, canvas.mapToScene(start).x() - item.x()
    if isinstance(kind, Number | Integer):
        canvas.session.select({item.identity})
        return Scrub(canvas, start, item, row)
    if isinstance(kind, Toggle) and x > row.field.right() - SWITCH:
        canvas.session.select({item.identity})
        flip(canvas.session, item, row)
        return None
    return _chosen_then_moved(canvas, start, item, Qt.KeyboardModifier.NoModifier)


def _chosen_then_moved(canvas: GraphView, start: QPoint, item: NodeItem | Piece, modifiers: Qt.KeyboardModifier) -> Gesture:
    """A press selects; with Shift it adds, with Ctrl it toggles; a drag then moves what is selected."""
    session, name, narrow = canvas.session, item.identity, False
    if modifiers & CONTROL:
        session.select(session.chosen ^ {name})
    elif modifiers & SHIFT:
        session.select(session.chosen | {name})
    elif name in session.chosen:
        session.select(session.chosen)  # the viewer comes back from wherever it looked
        narrow = len(session.chosen) > 1
    else:
        session.select({name})
    return Move(canvas, start, item, narrow)
