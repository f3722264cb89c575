"""What a session does with frames, notes, dots, folds, colors and kept views. Each is one edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app import board_edits
from app.aligning import Box
from app.board_edits import Place
from app.language import tr
from graph_engine.board import TITLE, Board
from graph_engine.graph import Link

Session = Any  # the session owns what is here; naming its class would close a circle


class Boards:
    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def here(self) -> Board:
        """The board of the place that is on the screen."""
        return self._session.workflow.board  # type: ignore[no-any-return]

    def add_frame(self, boxes: Iterable[Box]) -> str:
        """A frame around some boxes, selected."""
        return self._add(tr("Add frame"), lambda identity: board_edits.with_frame(self._session.workflow, identity, boxes))

    def add_note(self, at: Place, text: str = "") -> str:
        return self._add(tr("Add note"), lambda identity: board_edits.with_note(self._session.workflow, identity, at, text))

    def add_dot(self, at: Place, where: Mapping[Link, int]) -> str:
        return self._add(tr("Add dot"), lambda identity: board_edits.with_dot(self._session.workflow, identity, at, where))

    def _add(self, label: str, made: Any) -> str:
        document = self._session.document
        (identity,) = document.fresh_ids(1)
        document.apply(label, made(identity))
        self._session.select({identity})
        return identity

    def write(self, piece: str, words: str) -> None:
        """The title of a frame or the text of a note."""
        if piece in self.here.pieces:
            self._session.document.apply(tr("Write"), board_edits.with_words(self._session.workflow, piece, words))

    def resize(self, piece: str, at: Place, size: Place) -> None:
        self._session.document.apply(tr("Resize"), board_edits.with_area(self._session.workflow, piece, at, size))

    def color(self, color: str) -> None:
        """Color what is selected; no color gives back its own."""
        chosen = self._session.chosen - self._session.document.border
        self._session.document.apply(tr("Color"), board_edits.with_color(self._session.workflow, chosen, color))

    def fold(self, fold: str = TITLE) -> None:
        """Fold the selected nodes to their titles, or to what is linked or set; or unfold them."""
        nodes = self._session.selection - self._session.document.border
        label = tr("Collapse") if fold == TITLE else tr("Hide unused")
        self._session.document.apply(label, board_edits.with_folds(self._session.workflow, nodes, fold))

    def keep_view(self, name: str, view: tuple[float, float, float]) -> None:
        self._session.document.apply(tr("Keep view"), board_edits.with_view(self._session.workflow, name, view))
        self._session.said.emit(tr("This view is kept: Shift+{name} comes back to it.", name=name), "note")
