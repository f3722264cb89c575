"""The items of a graph: kept equal to the session's workflow by comparing it with the one shown before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from app.canvas.board_items import FrameItem, Piece
from app.canvas.board_layer import BoardLayer
from app.canvas.geometry import NodeGeometry, Port, folded, geometry_of, placeholder
from app.canvas.inks import Inks
from app.canvas.node_face import NodeFace
from app.canvas.node_item import NodeItem
from app.canvas.overview import Overview
from app.canvas.stage import Stage
from app.canvas.wire_item import WireItem
from app.language import tr
from app.remedies import RUN_AGAIN, Remedy, remedies
from app.session import Session
from graph_engine.board import EMPTY, Board
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link, Node
from graph_engine.workflow import Workflow

FAR = 50_000.0


class GraphScene(QGraphicsScene):
    def __init__(self, session: Session, inks: Inks) -> None:
        super().__init__()
        # Large and fixed: to pan is to scroll, and Qt then moves pixels instead of painting them again.
        self.setSceneRect(QRectF(-FAR, -FAR, 2 * FAR, 2 * FAR))
        self.session, self.inks = session, inks
        self.stage = Stage(inks)
        self.passing: list[QGraphicsItem] = []
        """What lies on the scene for the length of a gesture."""
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Link, WireItem] = {}
        self.board = BoardLayer(self, inks)
        self.overview = Overview(self.stage, self.nodes, self.wires, self.board)
        self.stage.changed = self.overview.moved
        self._wires_of: dict[str, set[Link]] = {}
        self._geometries: dict[tuple[str, frozenset[str]], NodeGeometry] = {}
        self._shown = EMPTY
        self._remedies: dict[str, Remedy] = {}
        self.show_all()

    def add_passing(self, item: QGraphicsItem) -> None:
        """Show something for the length of a gesture."""
        self.passing.append(item)
        self.addItem(item)

    def remove_passing(self, item: QGraphicsItem) -> None:
        self.passing.remove(item)
        self.removeItem(item)

    def show_all(self) -> None:
        """Another document, or another catalogue: everything anew."""
        self.clear()
        self.nodes.clear()
        self.wires.clear()
        self.board.forget()
        self._wires_of.clear()
        self._geometries.clear()
        self.stage.forget()
        self.overview.forget()
        self.passing.clear()
        self.show_change(None, self.session.workflow)
        for node in self.nodes:
            self.show_step(node)
        self.show_selection(frozenset(), self.session.chosen)
        self.show_problems()

    def show_change(self, before: Workflow | None, after: Workflow) -> None:
        was = before.graph if before else Graph()
        graph = after.graph
        for identity in was.nodes.keys() - graph.nodes.keys():
            item = self.nodes.pop(identity)
            self.stage.standing_out.discard(item)
            self.overview.gone(item)
            self.removeItem(item)
        self._shown, board = after.board, self._shown if before else EMPTY
        relinked = self._show_links(was, graph) | (_looking_otherwise(board, after.board) & graph.nodes.keys())
        for identity, node in graph.nodes.items():
            if was.nodes.get(identity) is not node or identity in relinked:
                self._show_node(identity, graph)
        layout = before.layout if before else {}
        moved = [identity for identity in graph.nodes if layout.get(identity) != after.layout.get(identity)]
        for identity in moved:
            self.nodes[identity].setPos(*after.layout.get(identity, (0.0, 0.0)))
        self.overview.moved([self.nodes[identity] for identity in moved])
        rerouted = {link for link in self.board.show(after.board) if link in self._wires_of.get(link.target, ())}
        for link in self.touching([*moved, *relinked]) | rerouted:
            self._route(link)

    def _show_links(self, was: Graph, graph: Graph) -> set[str]:
        """Remove and add wires; returns the nodes whose links changed."""
        if was.links == graph.links:
            return set()
        old, new = set(was.links), set(graph.links)
        for link in old - new:
            if wire := self.wires.pop(link, None):
                self.stage.lit.discard(wire)
                self.overview.gone(wire)
                self.removeItem(wire)
            self._wires_of[link.source].discard(link)
            self._wires_of[link.target].discard(link)
        for link in new - old:
            self._wires_of.setdefault(link.source, set()).add(link)
            self._wires_of.setdefault(link.target, set()).add(link)
        touched = {end for link in old ^ new for end in (link.source, link.target)}
        return {identity for identity in touched if identity in graph.nodes}

    def _show_node(self, identity: str, graph: Graph) -> None:
        looks = self._looks(identity, graph)
        item = self.nodes.get(identity)
        if item:
            item.show_node(*looks)
        else:
            item = self.nodes[identity] = NodeItem(identity, self.stage, NodeFace(self.inks, *looks))
            self.addItem(item)
        ends = {(link.input, False) for link in graph.into(identity)} | {(link.output, True) for link in graph.out_of(identity)}
        item.show_linked(frozenset(ends))

    def _looks(self, identity: str, graph: Graph) -> tuple[Node, NodeType, NodeGeometry, bool, str, str]:
        node = graph.nodes[identity]
        known = self.session.catalogue.get(node.type)
        if known is None:
            node_type = placeholder(node.type, graph.into(identity), graph.out_of(identity))
            return node, node_type, geometry_of(node_type), False, "", self._shown.colors.get(identity, "")
        names = {parameter.name for parameter in known.parameters}
        driven = frozenset(link.input for link in graph.into(identity) if link.input in names)
        fold, color = self._shown.folds.get(identity, ""), self._shown.colors.get(identity, "")
        if fold:
            used = {link.input for link in graph.into(identity)} | {link.output for link in graph.out_of(identity)} | node.parameters.keys()
            return node, known, folded(known, driven, fold, used), True, fold, color
        key = node.type, driven
        if key not in self._geometries:
            self._geometries[key] = geometry_of(known, driven)
        return node, known, self._geometries[key], True, "", color

    def touching(self, identities: Iterable[str]) -> set[Link]:
        listed = list(identities)
        return {link for identity in listed for link in self._wires_of.get(identity, ())} | self.board.through(listed)

    def _route(self, link: Link) -> None:
        source, target = self.nodes.get(link.source), self.nodes.get(link.target)
        if source is None or target is None:
            return  # a link of a file that names a node which is not there: listed as a problem, drawn nowhere
        wire = self.wires.get(link)
        if wire is None:
            port = source.geometry.port(link.output, gives=True)
            name = port.types[0] if port else ""
            wire = self.wires[link] = WireItem(link, self.stage, name)
            self.addItem(wire)
        way = self.board.way_of(link)
        wire.show_way([source.port_point(link.output, gives=True), *way, target.port_point(link.input, gives=False)])
        if way:
            self.board.color_dots(link, wire.type_name)

    def place(self, positions: Mapping[str, tuple[float, float]]) -> None:
        """Move items without an edit, while they are dragged."""
        for identity, (x, y) in positions.items():
            self.item(identity).setPos(x, y)
        self.overview.moved([self.nodes[identity] for identity in positions if identity in self.nodes])
        for link in self.touching(positions):
            self._route(link)

    def show_step(self, node: str) -> None:
        if item := self.nodes.get(node):
            item.show_step(self.session.steps[node])
            self._show_remedy(node)

    def show_selection(self, before: frozenset[str], after: frozenset[str]) -> None:
        for identity in before ^ after:
            if item := self.nodes.get(identity) or self.board.get(identity):
                item.show_selected(identity in after)
            self._show_remedy(identity)

    def show_problems(self) -> None:
        worst: dict[str, str] = {}
        for problem in self.session.problems:
            node = self.session.here(problem.node)
            if worst.get(node) != "error":
                worst[node] = problem.severity
        for identity, item in self.nodes.items():
            item.show_trouble(worst.get(identity, ""))
        before, self._remedies = self._remedies, remedies(self.session)
        for identity in before.keys() | self._remedies.keys():
            self._show_remedy(identity)

    def remedy(self, identity: str) -> Remedy | None:
        """What the button of a node does: a failed one runs again; one that lacks something gets it, once it is selected."""
        face = self.nodes[identity].face
        if face.step.state == "failed":
            return RUN_AGAIN
        return self._remedies.get(identity) if face.selected else None

    def _show_remedy(self, identity: str) -> None:
        if item := self.nodes.get(identity):
            remedy = self.remedy(identity)
            text = tr(remedy.text) if remedy else ""
            if text or item.face.remedy:
                item.show_remedy(text)

    def node_at(self, point: QPointF) -> NodeItem | None:
        found = [item for item in self.items(point) if isinstance(item, NodeItem)]
        inside = [item for item in found if item.body.contains(point)]
        return inside[0] if inside else None

    def port_at(self, point: QPointF, reach: float) -> tuple[NodeItem, Port] | None:
        for item in self.items(point):
            if isinstance(item, NodeItem) and (port := item.port_at(point, reach)):
                return item, port
        return None

    def wire_at(self, point: QPointF) -> WireItem | None:
        return next((item for item in self.items(point) if isinstance(item, WireItem)), None)

    def item(self, identity: str) -> NodeItem | Piece:
        """What stands for a node or a piece of the board."""
        found = self.nodes.get(identity) or self.board.get(identity)
        assert found is not None, identity
        return found

    def piece_at(self, point: QPointF) -> Piece | None:
        """The note, dot or frame that a press at a point means; a frame only where no note or dot is."""
        return next((item for item in self.items(point) if isinstance(item, Piece) and item.holds(point)), None)

    def found_in(self, area: QRectF) -> frozenset[str]:
        """Nodes, notes and dots that an area touches, and frames that it holds wholly."""
        found = (item for item in self.items(area) if isinstance(item, NodeItem | Piece))
        return frozenset(item.identity for item in found if (area.contains if isinstance(item, FrameItem) else area.intersects)(item.body))

    def bounds(self, identities: Iterable[str] = ()) -> QRectF:
        """The smallest rectangle around some nodes, or around all."""
        area = QRectF()
        for identity in list(identities) or [*self.nodes, *self.board.board.pieces]:
            area |= self.item(identity).body
        return area


def _looking_otherwise(before: Board, after: Board) -> set[str]:
    """The nodes that are folded or colored otherwise."""
    if before is after:
        return set()
    folds = {node for node in before.folds.keys() | after.folds.keys() if before.folds.get(node) != after.folds.get(node)}
    return folds | {node for node in before.colors.keys() | after.colors.keys() if before.colors.get(node) != after.colors.get(node)}
