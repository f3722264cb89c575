"""Walking along links with the keyboard."""

from __future__ import annotations

from typing import Any

from app.aligning import Place

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

    def look_about(self, way: Place) -> None:
        """Select the nearest node on the screen in a direction, links or not; without a selection, the first one."""
        session = self._session
        layout = {node: session.workflow.layout.get(node, (0.0, 0.0)) for node in session.workflow.graph.nodes}
        here = layout.get(session.selected_node)
        ranked = {node: _away(here, place, way) for node, place in layout.items()} if here else {node: sum(layout[node]) for node in layout}
        ahead = {node: away for node, away in ranked.items() if away is not None}
        if ahead:
            session.select({min(ahead, key=lambda node: ahead[node])})

    def _next(self, way: int) -> set[str]:
        session, graph = self._session, self._session.workflow.graph
        links = (link for node in session.selection for link in (graph.into(node) if way < 0 else graph.out_of(node)))
        return {link.source if way < 0 else link.target for link in links} & graph.nodes.keys() - session.selection


def _away(here: Place, there: Place, way: Place) -> float | None:
    """How far a place is in a direction, what lies aside counting double; None where it lies elsewhere."""
    across, down = there[0] - here[0], there[1] - here[1]
    ahead = across * way[0] + down * way[1]
    aside = abs(across * way[1]) + abs(down * way[0])
    return ahead + 2 * aside if ahead > 0 and ahead >= aside / 2 else None
