"""The graph for who hears it: the canvas holds nodes, a node its ends and values, each with a name, as screen readers ask for them.

Qt knows a graphics view as one thing without parts. It asks for these only while a screen reader listens.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleInterface

from app.canvas.geometry import ParameterRow, Port
from app.canvas.graph_view import GraphView
from app.canvas.node_item import NodeItem
from app.language import retold, tr
from app.wording import label, title_of, value_of, value_text

Role, Text = QAccessible.Role, QAccessible.Text
PORT_SIDE = 16.0


class Heard(QAccessibleInterface):
    """A part of the graph. What is asked of it while its canvas goes is answered with nothing."""

    def __init__(self, canvas: GraphView, whole: QAccessibleInterface | None) -> None:
        super().__init__()
        self.canvas, self._whole = canvas, whole

    def isValid(self) -> bool:
        return True

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> Any:
        return self.canvas.window().windowHandle()

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        return self._whole

    def parts(self) -> list[QAccessibleInterface]:
        return []

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        parts = self.parts()
        return parts[index] if 0 <= index < len(parts) else None

    def childCount(self) -> int:
        return len(self.parts())

    def indexOfChild(self, part: QAccessibleInterface) -> int:
        return self.parts().index(part) if part in self.parts() else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return next((part for part in self.parts() if part.rect().contains(x, y)), None)

    def area(self) -> QRectF:
        """Where it lies in the scene."""
        return QRectF()

    def rect(self) -> QRect:
        seen = self.canvas.mapFromScene(self.area()).boundingRect()
        return QRect(self.canvas.viewport().mapToGlobal(seen.topLeft()), seen.size())

    def role(self) -> QAccessible.Role:
        return Role.StaticText

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def words(self, kind: QAccessible.Text) -> str:
        return ""

    def text(self, kind: QAccessible.Text) -> str:
        return self.words(kind)

    def setText(self, kind: QAccessible.Text, words: str) -> None:
        """The graph is edited by keys, not through a screen reader."""


class HeardCanvas(Heard):
    def __init__(self, canvas: GraphView) -> None:
        super().__init__(canvas, None)
        self._nodes: dict[NodeItem, HeardNode] = {}

    def object(self) -> QObject:
        return self.canvas

    def parent(self) -> QAccessibleInterface | None:
        outer = self.canvas.parentWidget()
        return QAccessible.queryAccessibleInterface(outer) if outer else None

    def parts(self) -> list[QAccessibleInterface]:
        """From left to right, as the graph runs."""
        items = sorted(self.canvas.graph_scene.nodes.values(), key=lambda item: (item.x(), item.y()))
        self._nodes = {item: self._nodes.get(item) or HeardNode(self.canvas, self, item) for item in items}
        return list(self._nodes.values())

    def rect(self) -> QRect:
        return QRect(self.canvas.mapToGlobal(self.canvas.rect().topLeft()), self.canvas.size())

    def role(self) -> QAccessible.Role:
        return Role.Canvas

    def words(self, kind: QAccessible.Text) -> str:
        return self.canvas.accessibleName() if kind == Text.Name else ""


class HeardNode(Heard):
    def __init__(self, canvas: GraphView, whole: QAccessibleInterface, item: NodeItem) -> None:
        super().__init__(canvas, whole)
        self.item = item
        self._parts: dict[tuple[str, str], HeardPart] = {}

    def parts(self) -> list[QAccessibleInterface]:
        geometry = self.item.geometry
        ports = {(port.side, port.name): port for port in geometry.ports if port.side != "parameter"}
        shown = ports | {("value", row.parameter.name): row for row in geometry.rows}
        self._parts = {key: self._parts.get(key) or HeardPart(self.canvas, self, part) for key, part in shown.items()}
        for key, part in shown.items():
            self._parts[key].part = part  # it may lie elsewhere since
        return list(self._parts.values())

    def area(self) -> QRectF:
        return self.item.body

    def role(self) -> QAccessible.Role:
        return Role.Grouping

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.selected = self.item.face.selected
        state.selectable = True
        return state

    def words(self, kind: QAccessible.Text) -> str:
        face = self.item.face
        if kind == Text.Name:
            return title_of(face.node, face.node_type)
        said = (face.node_type.summary, retold(face.step.message), retold(face.step.remedy))
        return " ".join(part for part in said if part) if kind == Text.Description else ""


class HeardPart(Heard):
    """An input, an output or a value of a node."""

    def __init__(self, canvas: GraphView, whole: HeardNode, part: Port | ParameterRow) -> None:
        super().__init__(canvas, whole)
        self._item, self.part = whole.item, part

    def area(self) -> QRectF:
        if isinstance(self.part, ParameterRow):
            return self.part.field.translated(self._item.pos())
        point = self._item.pos() + self.part.point
        return QRectF(point.x() - PORT_SIDE / 2, point.y() - PORT_SIDE / 2, PORT_SIDE, PORT_SIDE)

    def words(self, kind: QAccessible.Text) -> str:
        part = self.part
        if isinstance(part, ParameterRow):
            return self._value(part, kind)
        if kind == Text.Description:
            return part.help
        side = tr("Output {name}", name=part.label) if part.gives else tr("Input {name}", name=part.label)
        return f"{side}, {self._links(part)}" if kind == Text.Name else ""

    def _value(self, row: ParameterRow, kind: QAccessible.Text) -> str:
        parameter = row.parameter
        texts = {
            Text.Name: label(parameter),
            Text.Value: value_text(parameter.kind, value_of(self._item.face.node, parameter)),
            Text.Description: parameter.help,
        }
        return texts.get(kind, "")

    def _links(self, port: Port) -> str:
        """What an end is linked with, by the titles of the nodes."""
        session, node = self.canvas.session, self._item.identity
        graph = session.workflow.graph
        if port.gives:
            others = [link.target for link in graph.out_of(node) if link.output == port.name]
        else:
            others = [link.source for link in graph.into(node) if link.input == port.name]
        return tr("linked with {names}", names=", ".join(map(session.title, others))) if others else tr("not connected")


def let_be_heard() -> None:
    """From now on screen readers find the nodes of every canvas."""
    QAccessible.installFactory(_made)


def _made(kind: str, found: QObject | None) -> QAccessibleInterface | None:
    if isinstance(found, GraphView):
        found.heard = HeardCanvas(found)  # Qt holds it, but not the Python half of it
        return found.heard
    return None
