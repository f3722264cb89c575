"""New, open, save: the dialogs around documents, the question before unsaved work is left, and what was left without being asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.arrange import with_places
from app.document import Document
from app.earlier_versions import EarlierVersions
from app.examples import FOLDER
from app.headless import opened
from app.journal import Lost, lost_work
from app.language import marked, retold, tr
from app.lost_work import LostWork
from app.opening import SUFFIX
from app.recent import Recent
from app.script.names import slug
from app.session import Session
from app.versions import Version, moment, versions
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import Workflow

PATTERN = marked("Tessera workflows (*.json)")
SCRIPTS = marked("Python scripts (*.py)")
SUFFIXES = (".json", ".png", ".webp", ".jpg", ".jpeg")
OPENED = marked("Workflows, and pictures that carry one ({suffixes})")
FIRST_PICTURE = FOLDER / "first_picture.json"


class Files:
    def __init__(self, window: QWidget, session: Session) -> None:
        self._window, self._session = window, session
        self.recent = Recent(session.folder)
        self.scripting: Callable[[Workflow, str, Path], None] | None = None
        """Writes the script of a workflow of some name to a file."""
        self.lost: list[Lost] = []
        """Unsaved work of windows that ended without being asked, the latest first."""

    def new(self) -> None:
        if self.may_leave():
            self._session.new()

    def open(self) -> None:
        if self.may_leave():
            chosen, _ = QFileDialog.getOpenFileName(
                self._window, tr("Open workflow"), self._folder(), tr(OPENED, suffixes=" ".join(f"*{suffix}" for suffix in SUFFIXES))
            )
            if chosen:
                self.open_path(Path(chosen))

    def open_first_picture(self) -> None:
        self.open_example(FIRST_PICTURE)

    def open_example(self, path: Path) -> bool:
        """Open an example as a new document: what becomes of it is saved elsewhere."""
        if not self.may_leave():
            return False
        try:
            self._session.show_document(Document(opened(path)))
        except BadWorkflow as error:
            self._session.said.emit(tr("Not opened. {error}.", error=retold(str(error))), "error")
            return False
        return True

    def begin_with_example(self, path: Path) -> None:
        """Open an example and run it: who begins wants to see a picture."""
        if self.open_example(path):
            self._session.running.run()

    def open_recent(self, path: Path) -> None:
        if self.may_leave():
            self.open_path(path)

    def open_path(self, path: Path) -> bool:
        """Open a file; what is wrong with it is said, and the document on the screen stays."""
        try:
            self._session.opening.open(path)
        except BadWorkflow as error:
            self._session.said.emit(tr("Not opened. {error}.", error=retold(str(error))), "error")
        else:
            if self._session.document.path:
                self.recent.add(self._session.document.path)
            return True
        return False

    def save(self) -> bool:
        path = self._session.document.path
        return self._write(path) if path else self.save_as()

    def save_as(self) -> bool:
        suggested = Path(self._folder()) / f"{self._session.document.name.lower().replace(' ', '_')}{SUFFIX}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, tr("Save workflow"), str(suggested), tr(PATTERN))
        if not chosen:
            return False
        path = Path(chosen)
        return self._write(path if path.suffix else path.with_suffix(SUFFIX))

    def _write(self, path: Path) -> bool:
        try:
            trouble = self._session.document.save(path)
        except OSError as error:
            self._session.said.emit(
                tr("{path}: was not saved: {strerror}. The work is still here: save it elsewhere.", path=path, strerror=error.strerror),
                "error",
            )
            return False
        self.recent.add(path)
        if trouble:
            self._session.said.emit(tr("Saved, but {trouble}.", trouble=retold(trouble)), "warning")
        return True

    def close_document(self) -> None:
        """Leave the shown document, once what is not saved has been asked for."""
        if self.may_leave():
            self._session.close_document()

    def may_leave_all(self) -> bool:
        """Ask for each open document in turn; False = stay."""
        for document in list(self._session.documents):
            if document.modified:
                self._session.turn_to(document)
                if not self.may_leave():
                    return False
        return True

    def export_python(self) -> None:
        """Write the workflow, as it is on the screen, as a Python script."""
        suggested = Path(self._folder()) / f"{slug(self._session.document.name) or 'workflow'}.py"
        chosen, _ = QFileDialog.getSaveFileName(self._window, tr("Export as Python"), str(suggested), tr(SCRIPTS))
        if chosen and self.scripting:
            path = Path(chosen)
            self._session.said.emit(tr("Writing the script…"), "note")
            self.scripting(self._session.document.workflow, self._session.document.name, path if path.suffix else path.with_suffix(".py"))

    def look_for_lost_work(self) -> None:
        if self._session.folder:
            self.lost = lost_work(self._session.folder / "journals")

    def recover(self, lost: Lost) -> None:
        """Show unsaved work that was left behind."""
        if self.may_leave():
            self.lost.remove(lost)
            self._session.opening.recover(lost)

    def forget(self, lost: Lost) -> None:
        self.lost.remove(lost)
        lost.forget()

    def show_lost(self) -> None:
        """Let it be said of each unsaved work whether it is wanted."""
        dialog = LostWork(self.lost, self._window)
        dialog.forgotten.connect(self.forget)
        if dialog.exec() and (chosen := dialog.chosen):
            self.recover(chosen)

    def show_earlier(self) -> None:
        """Let one of the contents that the document's file had be chosen; it comes as an edit, so undo leads back."""
        document = self._session.document
        if document.path and document.folder:
            dialog = EarlierVersions(document.path, versions(document.path, document.folder), self._window)
            if dialog.exec() and (chosen := dialog.chosen):
                self.go_back_to(chosen)

    def go_back_to(self, version: Version) -> None:
        try:
            self._session.document.apply_whole(tr("Go back to {moment}", moment=moment(version.when)), with_places(version.workflow))
        except BadWorkflow as error:
            self._session.said.emit(tr("Not opened. {error}.", error=retold(str(error))), "error")

    def may_leave(self) -> bool:
        """Ask when there is unsaved work; False = stay."""
        document = self._session.document
        if not document.modified:
            return True
        buttons = QMessageBox.StandardButton
        box = QMessageBox(self._window)
        box.setObjectName("unsaved_question")
        box.setWindowTitle("Tessera")
        box.setText(tr("Save the changes to “{name}”?", name=document.name))
        box.setInformativeText(tr("They are lost otherwise."))
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        return answer == buttons.Discard or (answer == buttons.Save and self.save())

    def _folder(self) -> str:
        path = self._session.document.path
        return str(path.parent if path else Path.home())
