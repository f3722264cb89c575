"""Where everything on a node lies, on a grid of four pixels: one geometry a node type and set of driven parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF

from app.language import tr
from app.wording import label, type_title
from graph_engine.board import LINKED
from graph_engine.declaration import Input, NodeType, Output, Parameter, Text
from graph_engine.graph import Link

WIDTH = 208.0
HEADER = 28.0
ROW = 24.0
FIELD = 20.0
BLOCK = 60.0
INSET = 10.0
GAP = 6.0
PORT = 5.0
REACH = 14.0
"""How far around a port a press still means the port."""


@dataclass(frozen=True, slots=True)
class Port:
    """A place where a link may end. ``types`` is what flows out of it, or what it takes."""

    name: str
    side: str  # "output", "input" or "parameter"
    types: tuple[str, ...]
    x: float
    y: float
    required: bool = False
    many: bool = False
    help: str = ""
    label: str = ""
    listed: bool = False  # a list as one

    @property
    def point(self) -> QPointF:
        return QPointF(self.x, self.y)

    @property
    def gives(self) -> bool:
        return self.side == "output"


@dataclass(frozen=True, slots=True)
class ParameterRow:
    parameter: Parameter
    field: QRectF

    @property
    def block(self) -> bool:
        return self.field.height() > FIELD


@dataclass(frozen=True, slots=True)
class NodeGeometry:
    """Positions are in the node's own pixels, from its left top corner."""

    ports: tuple[Port, ...]
    rows: tuple[ParameterRow, ...]
    height: float

    def port(self, name: str, gives: bool) -> Port | None:
        return next((port for port in self.ports if port.name == name and port.gives == gives), None)

    def row_at(self, point: QPointF) -> ParameterRow | None:
        return next((row for row in self.rows if row.field.contains(point)), None)


def geometry_of(node_type: NodeType, driven: frozenset[str] = frozenset()) -> NodeGeometry:
    """``driven`` names parameters that take their value from a link: they show no value and need no room for one."""
    ports: list[Port] = []
    top = HEADER + 6
    for index, output in enumerate(node_type.outputs):
        y = top + ROW * index + ROW / 2
        ports.append(Port(output.name, "output", (output.type,), WIDTH, y, help=output.help, label=label(output), listed=output.listed))
    for index, entry in enumerate(node_type.inputs):
        y = top + ROW * index + ROW / 2
        ports.append(Port(entry.name, "input", (entry.type,), 0, y, entry.required, entry.many, entry.help, label(entry), entry.whole))
    top += ROW * max(len(node_type.inputs), len(node_type.outputs))
    rows = []
    for parameter in node_type.parameters:
        block = isinstance(parameter.kind, Text) and parameter.kind.multiline and parameter.name not in driven
        height = BLOCK if block else FIELD
        rows.append(ParameterRow(parameter, QRectF(INSET, top + 2, WIDTH - 2 * INSET, height)))
        if types := node_type.accepted(parameter.name):  # what no link may drive has no place for one
            ports.append(Port(parameter.name, "parameter", types, 0, top + 2 + FIELD / 2, help=parameter.help, label=label(parameter)))
        top += height + 4
    return NodeGeometry(tuple(ports), tuple(rows), top + GAP)


def folded(node_type: NodeType, driven: frozenset[str], fold: str, used: Collection[str]) -> NodeGeometry:
    """A node folded to its title, all its ends on it; or to what is linked or set, named in ``used``."""
    if fold == LINKED:
        kept = {name: [entry for entry in getattr(node_type, name) if entry.name in used] for name in ("inputs", "outputs", "parameters")}
        return geometry_of(replace(node_type, **{name: tuple(found) for name, found in kept.items()}), driven)
    ports = tuple(dataclasses.replace(port, y=HEADER / 2, label="") for port in geometry_of(node_type, driven).ports)
    return NodeGeometry(ports, (), HEADER)


def placeholder(type_id: str, into: Iterable[Link], out_of: Iterable[Link]) -> NodeType:
    """A node type that nobody knows here, with the inputs and outputs that its links speak of."""
    section = type_id.rpartition("/")[0]
    return NodeType(
        id=type_id,
        version=0,
        title=type_title(type_id),
        section=section,
        summary=tr("This node type is not installed. The node keeps everything it holds and is saved unchanged."),
        help="",
        inputs=tuple(Input(link, "", required=False) for link in dict.fromkeys(link.input for link in into)),
        parameters=(),
        outputs=tuple(Output(link, "") for link in dict.fromkeys(link.output for link in out_of)),
    )
