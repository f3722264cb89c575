"""Walking along links with the keyboard."""

from __future__ import annotations

from typing import Any

Session = Any  # the session owns what is here; naming its class would close a circle


class Walking:
    def __init__(self, session: Session) -> None:
        self._session = session

    def walk(self, way: int) -> None:
        """Select the next node along the links, the topmost of several: before where ``way`` is negative, else behind."""
        session = self._session
        found = self._next(way)
        if found:
            session.select({min(found, key=lambda node: session.workflow.layout.get(node, (0.0, 0.0))[1])})

    def extend(self, way: int) -> None:
        """Select all before (negative) or behind too, as far as the links lead."""
        session, graph = self._session, self._session.workflow.graph
        session.select(graph.upstream(session.selection) if way < 0 else graph.downstream(session.selection))

    def _next(self, way: int) -> set[str]:
        session, graph = self._session, self._session.workflow.graph
        links = (link for node in session.selection for link in (graph.into(node) if way < 0 else graph.out_of(node)))
        return {link.source if way < 0 else link.target for link in links} & graph.nodes.keys() - session.selection
