"""What a session opens: files of workflows, pictures that carry one, files of ComfyUI, and work that another process left unsaved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.comfyui.files import imported_file, is_comfyui
from app.contents import contents
from app.document import Document
from app.headless import opened
from app.journal import Lost
from app.language import retold, tr
from app.versions import digest_of_file
from graph_engine.errors import BadWorkflow

Session = Any  # the session owns what is here; naming its class would close a circle
SUFFIX = ".json"


class Opening:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting_import: Path | None = None

    def open(self, path: Path) -> None:
        """Show the workflow of a file, or the one that a picture carries; the latter is saved elsewhere. One of ComfyUI is imported.

        Raises:
            BadWorkflow: it cannot be read or is no workflow; the document on the screen stays.
        """
        if is_comfyui(contents(path), str(path)):
            self._import(path)
            return
        workflow = opened(path)
        self._session.show_document(Document(workflow, path if path.suffix == SUFFIX else None, types=self._session.installed))

    def recover(self, lost: Lost) -> None:
        """Show unsaved work that another process left behind, as an edit of what it stood on."""
        session, saved = self._session, lost.saved
        if saved.path and digest_of_file(saved.path) != saved.digest:
            session.show_document(Document(lost.workflow, saved.path, saved=False))
            told = tr(
                "{name} has been changed since: saving replaces it, and keeps what it holds now among its earlier versions.",
                name=saved.path.name,
            )
        else:
            session.show_document(Document(saved.workflow, saved.path))
            session.document.apply_whole(tr("Recover"), lost.workflow)
            told = tr("Recovered. Undo leads back to what was saved.")
        journal = session.document.journal
        if journal is None or journal.flush():
            lost.forget()
        session.said.emit(told, "note")

    def forget_waiting(self) -> None:
        """Another document is shown: what waited is not opened any more."""
        self._waiting_import = None

    def take_catalogue(self) -> None:
        """The node types are known: what waited for them opens, unless something else was begun meanwhile."""
        path, session = self._waiting_import, self._session
        if path is None or not session.installed:
            return
        self._waiting_import = None
        if session.document.modified:
            session.said.emit(
                tr("{name} can be opened now; it was not, since this document was changed meanwhile.", name=path.name), "note"
            )
            return
        try:
            self._import(path)
        except BadWorkflow as error:
            session.said.emit(tr("Not opened. {error}.", error=retold(str(error))), "error")

    def _import(self, path: Path) -> None:
        """Show a workflow of ComfyUI. What its nodes become is only known with the node types: at the first start it waits for them."""
        session = self._session
        if not session.installed:
            self._waiting_import = path
            session.said.emit(tr("{name} opens once the worker has told which nodes there are.", name=path.name), "note")
            return
        made = imported_file(path, session.installed)
        session.show_document(Document(made.workflow, saved=False, types=session.installed))
        session.report = made.report
        session.report_changed.emit()
