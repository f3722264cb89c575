"""New, open, save: the dialogs around documents, and the question before unsaved work is left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.session import SUFFIX, Session
from graph_engine.errors import BadWorkflow

PATTERN = "Tessera workflows (*.json)"
SUFFIXES = (".json", ".png", ".webp", ".jpg", ".jpeg")
OPENED = f"Workflows, and pictures that carry one ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"
FIRST_PICTURE = Path(__file__).resolve().parents[1] / "workflows" / "first_picture.json"


class Files:
    def __init__(self, window: QWidget, session: Session) -> None:
        self._window, self._session = window, session

    def new(self) -> None:
        if self.may_leave():
            self._session.new()

    def open(self) -> None:
        if self.may_leave():
            chosen, _ = QFileDialog.getOpenFileName(self._window, "Open workflow", self._folder(), OPENED)
            if chosen:
                self.open_path(Path(chosen))

    def open_first_picture(self) -> None:
        if self.may_leave():
            self.open_path(FIRST_PICTURE)

    def open_path(self, path: Path) -> bool:
        """Open a file; what is wrong with it is said, and the document on the screen stays."""
        try:
            self._session.open(path)
        except BadWorkflow as error:
            self._session.said.emit(f"Not opened. {error}.", "error")
        else:
            return True
        return False

    def save(self) -> bool:
        path = self._session.document.path
        return self._write(path) if path else self.save_as()

    def save_as(self) -> bool:
        suggested = Path(self._folder()) / f"{self._session.document.name.lower().replace(' ', '_')}{SUFFIX}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save workflow", str(suggested), PATTERN)
        if not chosen:
            return False
        path = Path(chosen)
        return self._write(path if path.suffix else path.with_suffix(SUFFIX))

    def _write(self, path: Path) -> bool:
        try:
            self._session.document.save(path)
        except OSError as error:
            self._session.said.emit(f"{path}: was not saved: {error.strerror}. The work is still here: save it elsewhere.", "error")
            return False
        return True

    def may_leave(self) -> bool:
        """Ask when there is unsaved work; False = stay."""
        document = self._session.document
        if not document.modified:
            return True
        buttons = QMessageBox.StandardButton
        box = QMessageBox(self._window)
        box.setObjectName("unsaved_question")
        box.setWindowTitle("Tessera")
        box.setText(f"Save the changes to “{document.name}”?")
        box.setInformativeText("They are lost otherwise.")
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        return answer == buttons.Discard or (answer == buttons.Save and self.save())

    def _folder(self) -> str:
        path = self._session.document.path
        return str(path.parent if path else Path.home())
