"""An open document: the workflow as it is now, how it came to be, and its file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from psygnal import Signal

from app.arrange import with_places
from graph_engine.workflow import Workflow, save


class Edit(NamedTuple):
    """Undo is the workflow before; redo the one after. Edits with the same ``merge`` in a row become one."""

    label: str
    before: Workflow
    after: Workflow
    merge: str


class Document:
    changed = Signal(object, object)
    """The workflow before and after."""
    modified_changed = Signal()

    def __init__(self, workflow: Workflow | None = None, path: Path | None = None, saved: bool = True) -> None:
        """``saved`` is False for a workflow that no file holds in this form, as one that was imported."""
        self.workflow = with_places(workflow or Workflow())
        self.path = path
        self._saved = self.workflow if saved else None
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._settled = True
        self._highest = max((int(name) for name in self.workflow.graph.nodes if name.isdecimal()), default=0)

    @property
    def name(self) -> str:
        return self.path.stem if self.path else self.workflow.name or "Untitled"

    @property
    def modified(self) -> bool:
        return self.workflow is not self._saved

    @property
    def undo_label(self) -> str:
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        return self._undone[-1].label if self._undone else ""

    def fresh_ids(self, count: int) -> list[str]:
        """Ids that no node of this document ever had, so that a result is never shown on another node."""
        first = self._highest + 1
        self._highest += count
        return [str(number) for number in range(first, first + count)]

    def apply(self, label: str, after: Workflow, merge: str = "") -> None:
        """Make an edit. With ``merge``, it joins the edit before it if that has the same mark and was not settled."""
        before = self.workflow
        if after is before or after == before:
            return
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if merge and last and last.merge == merge and not self._settled:
            self._done[-1] = last._replace(after=after)
        else:
            self._done.append(Edit(label, before, after, merge))
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
            self._show(edit.before)

    def redo(self) -> None:
        if self._undone:
            edit = self._undone.pop()
            self._done.append(edit)
            self._settled = True
            self._show(edit.after)

    def save(self, path: Path) -> None:
        """Write the file, wholly or not at all.

        Raises:
            OSError: the file cannot be written; the document stays modified.
        """
        save(self.workflow, path)
        self.path, self._saved = path, self.workflow
        self.modified_changed.emit()

    def _show(self, workflow: Workflow) -> None:
        before, self.workflow = self.workflow, workflow
        self.changed.emit(before, workflow)
        self.modified_changed.emit()
