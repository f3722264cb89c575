"""An open document: the workflow as it is now, how it came to be, its file, and the place in it that is on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from app.arrange import with_places
from app.inside import BORDER, Way, open_way, put_back, seen
from app.journal import Journal, Saved
from app.language import tr
from app.signals import Signal
from app.versions import digest_of_file, save_and_keep
from graph_engine.declaration import NodeType
from graph_engine.definition import Definition
from graph_engine.workflow import Workflow, write


class Edit(NamedTuple):
    """Undo is the workflow before; redo the one after. Edits with the same ``merge`` in a row become one."""

    label: str
    before: Workflow
    after: Workflow
    merge: str
    way: Way = ()


class Document:
    """``workflow`` is the whole file; ``view`` is what is on the screen, the file itself or the inside of a group (`app.inside`)."""

    changed = Signal(object, object)
    """The view before and after."""
    place_changed = Signal()
    """Another place in the document is shown."""
    modified_changed = Signal()

    def __init__(
        self, workflow: Workflow | None = None, path: Path | None = None, saved: bool = True, types: Mapping[str, NodeType] | None = None
    ) -> None:
        """``saved`` is False for a workflow that no file holds in this form, as one that was imported. ``types`` tell the room that nodes
        without a place need."""
        self.workflow = with_places(workflow or Workflow(), types)
        self.path = path
        self.way: Way = ()
        self.view = self.workflow
        self._saved = self.workflow if saved else None
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._settled = True
        self.folder: Path | None = None
        self.journal: Journal | None = None
        self._highest = max((int(name) for name in _ids(self.workflow) if name.isdecimal()), default=0)

    @property
    def name(self) -> str:
        return self.path.stem if self.path else self.workflow.name or tr("Untitled")

    @property
    def modified(self) -> bool:
        return self.workflow is not self._saved

    @property
    def undo_label(self) -> str:
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        return self._undone[-1].label if self._undone else ""

    @property
    def prefix(self) -> str:
        """The way to what is on the screen, as in the ids of the flat graph."""
        return "".join(f"{step}/" for step in self.way)

    @property
    def border(self) -> frozenset[str]:
        """The nodes on the screen that stand for a group's border: they cannot be taken away or copied."""
        return frozenset(BORDER) if self.way else frozenset()

    def fresh_ids(self, count: int) -> list[str]:
        """Ids that no node of this document ever had, so that a result is never shown on another node."""
        first = self._highest + 1
        self._highest += count
        return [str(number) for number in range(first, first + count)]

    def apply(self, label: str, after: Workflow, merge: str = "") -> None:
        """Make an edit of the view. With ``merge``, it joins the edit before it if that has the same mark and was not settled."""
        if after is not self.view and after != self.view:
            self.apply_whole(label, put_back(self.workflow, self.way, after), merge)

    def apply_whole(self, label: str, after: Workflow, merge: str = "") -> None:
        """Make an edit of the whole file, wherever in it one is."""
        before = self.workflow
        after = tidy_board(before, after)
        if after is before or after == before:
            return
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if merge and last and last.merge == merge and not self._settled:
            self._done[-1] = last._replace(after=after)
        else:
            self._done.append(Edit(label, before, after, merge, self.way))
        self._settled = False
        self._show(after)

    def settle(self) -> None:
        """End of a drag or of typing: the next edit stands by itself."""
        self._settled = True

    def undo(self) -> None:
        if self._done:
            edit = self._done.pop()
            self._undone.append(edit)
            self._settled = True
            self._show(edit.before, edit.way)

    def redo(self) -> None:
        if self._undone:
            edit = self._undone.pop()
            self._done.append(edit)
            self._settled = True
            self._show(edit.after, edit.way)

    def keep_in(self, folder: Path) -> None:
        """From now on unsaved edits are written down in a folder, and earlier versions of the file are kept there."""
        self.folder = folder
        digest = digest_of_file(self.path) if self.path and self._saved else ""
        self.journal = Journal(folder / "journals", Saved(self._saved or Workflow(), self.path, digest))
        self.journal.take(self.workflow)

    def close(self) -> None:
        """The document is left on purpose, with what was not saved."""
        if self.journal:
            self.journal.close()

    def save(self, path: Path) -> str:
        """Write the file, wholly or not at all; why no earlier version could be kept, or nothing.

        Raises:
            OSError: the file cannot be written; the document stays modified.
        """
        trouble = save_and_keep(path, write(self.workflow), self.folder)
        self.path, self._saved = path, self.workflow
        if self.journal:
            self.journal.begin_again(Saved(self.workflow, path, digest_of_file(path)))
        self.modified_changed.emit()
        return trouble

    def go(self, way: Way) -> None:
        """Show the inside of a group, or with no way the file's own graph."""
        if (found := open_way(self.workflow, way)) != self.way:
            self._settled = True
            self._look(found)

    def _show(self, workflow: Workflow, way: Way | None = None) -> None:
        """Undo and redo show the place where the edit was made."""
        before, self.workflow = self.view, workflow
        if self.journal:
            self.journal.take(workflow)
        if (found := open_way(workflow, self.way if way is None else way)) != self.way:
            self._look(found)
        else:
            self.view = seen(workflow, found)
            self.changed.emit(before, self.view)
        self.modified_changed.emit()

    def _look(self, way: Way) -> None:
        self.way, self.view = way, seen(self.workflow, way)
        self.place_changed.emit()


def tidy_board(before: Workflow, after: Workflow) -> Workflow:
    """The workflow without what its boards say of links and nodes that went with the edit."""
    definitions = {
        key: replace(found, board=found.board.fitting(found.graph))
        for key, found in after.definitions.items()
        if isinstance(found, Definition) and found is not before.definitions.get(key)
    }
    changed = {key: found for key, found in definitions.items() if found != after.definitions[key]}
    if changed:
        after = replace(after, definitions={**after.definitions, **changed})
    board = after.board.fitting(after.graph)
    return after if board == after.board else replace(after, board=board)


def _ids(workflow: Workflow) -> Iterator[str]:
    """Ids of all nodes, those in definitions too: an id that was ever used in the document is not given again."""
    yield from workflow.graph.nodes
    yield from workflow.board.pieces
    for definition in workflow.definitions.values():
        if isinstance(definition, Definition):
            yield from definition.graph.nodes
            yield from definition.board.pieces
