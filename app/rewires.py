"""What a session does with links at large: put nodes on them, take nodes out, cut many, move all of an end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from app import edits, rewiring
from app.language import tr
from app.linking import Gap
from graph_engine.graph import Link
from graph_engine.open_types import output_type

Session = Any  # the session owns what is here; naming its class would close a circle

STRIDE = 272.0
"""From a node to the one behind it."""


class Rewires:
    def __init__(self, session: Session) -> None:
        self._session = session

    def can_stand_on(self, link: Link, node: str) -> bool:
        session = self._session
        return rewiring.ends_on(session.workflow, session.catalogue, link, node) is not None

    def gap(self, link: Link) -> Gap | None:
        """What a node would have to take and give that stands on a link."""
        session = self._session
        target = session.type_of(link.target)
        came = output_type(session.workflow.graph, session.catalogue, link.source, link.output)
        return Gap(link, came, target.accepted(link.input)) if target and came else None

    def put_on(self, link: Link, node: str, at: tuple[float, float] | None = None) -> None:
        """The link leads through the node from now on; what lies behind makes room."""
        session = self._session
        workflow = edits.moved(session.workflow, {node: at}) if at else session.workflow
        if ends := rewiring.ends_on(workflow, session.catalogue, link, node):
            made = rewiring.on_link(workflow, link, node, ends)
            session.document.apply(tr("Insert on link"), rewiring.with_room(made, link, node, STRIDE))

    def add_on(self, type_id: str, at: tuple[float, float], link: Link) -> str:
        """Add a node on a link; where its type does not fit there, beside it."""
        session = self._session
        node_type = session.catalogue[type_id]
        (identity,) = session.document.fresh_ids(1)
        workflow = edits.with_node(session.workflow, identity, node_type, at)
        if ends := rewiring.ends_on(workflow, session.catalogue, link, identity):
            workflow = rewiring.with_room(rewiring.on_link(workflow, link, identity, ends), link, identity, STRIDE)
        else:
            session.said.emit(
                tr("{title} was added beside the link: it does not take and give what flows there.", title=node_type.title), "note"
            )
        session.document.apply(tr("Add {title}", title=node_type.title), workflow)
        session.select({identity})
        return identity

    def delete_and_heal(self) -> None:
        """Delete the selected nodes; links that went through them lead past them."""
        session = self._session
        if nodes := session.selection - session.document.border:
            session.document.apply(tr("Delete and heal"), rewiring.healed(session.workflow, session.catalogue, nodes))

    def pull_out(self, nodes: Collection[str], places: dict[str, tuple[float, float]] | None = None) -> None:
        """Take nodes out of the way of their links, and perhaps put them elsewhere."""
        session = self._session
        made = rewiring.pulled_out(session.workflow, session.catalogue, set(nodes) - session.document.border)
        session.document.apply(tr("Pull out"), edits.moved(made, places or {}))

    def cut(self, links: Iterable[Link]) -> None:
        gone = list(links)
        if gone:
            label = tr("Cut link") if len(gone) == 1 else tr("Cut {count} links", count=len(gone))
            self._session.document.apply(label, rewiring.without_links(self._session.workflow, gone))

    def move_links(self, links: Iterable[Link], node: str, name: str, gives: bool) -> None:
        """All these links lead to another end: from another output if it gives, else into another input."""
        self._session.document.apply(tr("Move links"), rewiring.with_links_moved(self._session.workflow, links, node, name, gives))
