"""What an editor works on: one painted parameter of one node, and the picture that leads into the node. It knows no widget."""

from __future__ import annotations

from typing import Any

from app.session import Session
from app.wording import title_of, value_of
from graph_engine.declaration import NodeType, Painted, Parameter
from graph_engine.graph import Link, Node
from graph_engine.values import Pixels

PLAIN_SIDE = 512


def painted_parameter(session: Session, node: str) -> Parameter | None:
    """The parameter of a node that is made by hand, if it has one."""
    known = session.workflow.graph.nodes.get(node)
    node_type = session.catalogue.get(known.type) if known else None
    return next((found for found in node_type.parameters if isinstance(found.kind, Painted)), None) if node_type else None


class Subject:
    def __init__(self, session: Session, node: str, parameter: Parameter) -> None:
        self.session, self.id, self.parameter = session, node, parameter

    @property
    def editor(self) -> str:
        return self.parameter.kind.editor if isinstance(self.parameter.kind, Painted) else ""

    @property
    def alive(self) -> bool:
        return painted_parameter(self.session, self.id) == self.parameter

    @property
    def node(self) -> Node:
        return self.session.workflow.graph.nodes[self.id]

    @property
    def node_type(self) -> NodeType | None:
        return self.session.type_of(self.id)

    @property
    def title(self) -> str:
        return title_of(self.node, self.node_type)

    @property
    def value(self) -> dict[str, Any]:
        """The painted document."""
        found = value_of(self.node, self.parameter)
        return dict(found) if isinstance(found, dict) else {}

    def set(self, value: dict[str, Any], label: str) -> None:
        """One undo step."""
        self.session.settle()
        self.session.set_parameter(self.id, self.parameter, value, label)
        self.session.settle()

    def other(self, name: str) -> Any:
        """The value of another parameter of the node, None where it has no such."""
        parameter = self.node_type.parameter(name) if self.node_type else None
        return value_of(self.node, parameter) if parameter else None

    def set_other(self, name: str, value: Any) -> None:
        """A drag is one undo step until the session settles."""
        parameter = self.node_type.parameter(name) if self.node_type else None
        if parameter:
            self.session.set_parameter(self.id, parameter, value)

    @property
    def inputs(self) -> list[str]:
        """The inputs of pictures that something leads into, in the order of the node; one of many links has a number behind its name."""
        linked = [link.input for link in self.session.workflow.graph.into(self.id)]
        wanted = [found for found in (self.node_type.inputs if self.node_type else ()) if found.type == "Image"]
        return [
            f"{found.name} {number}" if found.many else found.name
            for found in wanted
            for number in range(1, 1 + (linked.count(found.name) if found.many else found.name in linked))
        ]

    def _link(self, name: str) -> Link | None:
        """What leads into an input."""
        plain, _, number = name.partition(" ")
        found = [link for link in self.session.workflow.graph.into(self.id) if link.input == plain]
        at = int(number) - 1 if number.isdigit() else 0
        return found[at] if 0 <= at < len(found) else None

    def source(self, name: str) -> str:
        """The node that leads into an input, or nothing."""
        link = self._link(name)
        return link.source if link else ""

    def missing(self) -> list[str]:
        """The nodes whose pictures are to be painted on and were not made yet."""
        return [self.source(name) for name in self.inputs if self.picture(name) is None]

    def source_title(self, name: str) -> str:
        return self.session.title(self.source(name))

    def picture(self, name: str = "image") -> Pixels | None:
        """What the last run made of what leads into an input."""
        link = self._link(name)
        if link is None:
            return None
        step = self.session.steps[link.source]
        result = next((result for result in step.results if result.output == link.output), None)
        if result is None:
            return step.preview
        return result.pixels or next((item.pixels for item in result.items if item.pixels), None)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is painted: the picture's, else what the node says."""
        if found := self.picture():
            return found.width, found.height
        width, height = self.other("width"), self.other("height")
        return int(width or PLAIN_SIDE), int(height or PLAIN_SIDE)
