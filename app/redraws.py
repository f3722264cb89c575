"""What a session does with tokens: those behind the picture on the screen, as a mask or made new."""

from __future__ import annotations

from typing import Any

from app.language import tr
from app.redrawing import NEEDED, Picked, Redrawn, with_mask, with_redrawing
from app.token_results import TokenResult, token_result, tokens_behind
from graph_engine.events import Result

Session = Any  # the session owns what is here; naming its class would close a circle


class Redraws:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: tuple[str, Result, TokenResult | None] | None = None

    @property
    def tokens(self) -> TokenResult | None:
        """The tokens of the picture that is viewed; none while it is still being made, or where something else is looked at."""
        session = self._session
        node = session.viewed_node
        if not node or session.look or session.steps[node].preview is not None:
            return None
        return tokens_behind(session.workflow.graph, session.steps.__getitem__, node, self._told_by)

    def _told_by(self, node: str, result: Result) -> TokenResult | None:
        """What a result tells of tokens; the last one is remembered, since every event of a run asks."""
        if not result.cells and not result.items:
            return None
        if self._read is None or self._read[0] != node or self._read[1] is not result:
            self._read = node, result, token_result(node, result)
        return self._read[2]

    def mask(self, picked: Picked) -> None:
        """Add a mask of the picked tokens over the picture."""
        if self._can():
            session = self._session
            self._take(tr("Mask tokens"), with_mask(session.workflow, session.catalogue, picked, session.document.fresh_ids))

    def redraw(self, picked: Picked) -> None:
        """Have the picked tokens made new, and run what shows them."""
        if self._can():
            session = self._session
            made = with_redrawing(session.workflow, session.catalogue, picked, session.document.fresh_ids)
            self._take(tr("Redraw tokens"), made)
            session.running.run({made.target})

    def _can(self) -> bool:
        missing = [type_id for type_id in NEEDED if type_id not in self._session.catalogue]
        if missing:
            self._session.said.emit(tr("The node type {kind} is not installed.", kind=missing[0]), "warning")
        return not missing

    def _take(self, label: str, made: Redrawn) -> None:
        self._session.document.apply(label, made.workflow)
        self._session.select({made.target})
