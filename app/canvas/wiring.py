"""A link being made: which ends fit, why another does not, and the wire that follows the pointer."""

from __future__ import annotations

from app.canvas.geometry import Port
from app.language import retold, tr
from app.linking import LooseEnd
from app.session import Session
from graph_engine.check import link_refusal
from graph_engine.graph import Graph, Link
from graph_engine.interface import NEW
from graph_engine.open_types import fits


class Wiring:
    """Made when a drag starts, so that asking about an end is quick: cycles are found once, not for every end."""

    def __init__(self, session: Session, loose: LooseEnd, detached: Link | None = None) -> None:
        self.loose, self.detached = loose, detached
        self._catalogue = session.catalogue
        self._graph: Graph = session.workflow.graph.without_link(detached) if detached else session.workflow.graph
        around = self._graph.upstream if loose.gives else self._graph.downstream
        self._circle = around([loose.node])

    def fits(self, node: str, port: Port) -> bool:
        if (node, port.name, port.gives) == (self.loose.node, self.loose.name, self.loose.gives):
            return True
        if port.gives == self.loose.gives or node in self._circle:
            return False
        if NEW in (port.name, self.loose.name):
            return bool(port.types and self.loose.types) and port.types != self.loose.types
        given, taken = (self.loose.types, port.types) if self.loose.gives else (port.types, self.loose.types)
        return fits(given[0], taken)

    def refusal(self, node: str, port: Port) -> str | None:
        """Why a link to this end is refused, in one sentence."""
        if (node, port.name, port.gives) == (self.loose.node, self.loose.name, self.loose.gives):
            return None
        if port.gives == self.loose.gives:
            return tr("An output goes into an input.") if port.gives else tr("An input takes an output.")
        if NEW in (port.name, self.loose.name):
            return None if self.fits(node, port) else tr("A new input or output of a group needs a node inside.")
        reason = link_refusal(self._graph, self._catalogue, self.loose.link_to(node, port.name))
        return retold(reason) if reason else None
