"""The list of unsaved work that windows left behind when they ended: each is taken up again, or forgotten."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QMessageBox, QPushButton, QVBoxLayout, QWidget

from app.journal import Lost
from app.language import tr
from app.versions import moment, news


class LostWork(QDialog):
    forgotten = Signal(object)  # the Lost that nobody wants

    def __init__(self, lost: list[Lost], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Unsaved work"))
        self.setMinimumWidth(560)
        self._lost = list(lost)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Unsaved work"))
        self.list.ensurePolished()  # rows are measured when the first is chosen, and would be measured without the theme
        self.list.addItems([described(each) for each in lost])
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self.accept)
        column = QVBoxLayout(self)
        column.addWidget(QLabel(tr("The program ended before this was saved. What is not recovered stays for the next time.")))
        column.addWidget(self.list)
        column.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self.recover_button: QPushButton = buttons.addButton(tr("Recover"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.forget_button: QPushButton = buttons.addButton(tr("Forget it"), QDialogButtonBox.ButtonRole.DestructiveRole)
        buttons.addButton(tr("Later"), QDialogButtonBox.ButtonRole.RejectRole)
        self.recover_button.setDefault(True)
        self.recover_button.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.forget_button.clicked.connect(self._forget)
        return buttons

    @property
    def chosen(self) -> Lost | None:
        row = self.list.currentRow()
        return self._lost[row] if 0 <= row < len(self._lost) else None

    def _forget(self) -> None:
        """For good, so it is asked once more."""
        if (lost := self.chosen) is None or not self._is_sure(lost):
            return
        row = self.list.currentRow()
        self._lost.pop(row)
        self.list.takeItem(row)
        self.forgotten.emit(lost)
        if not self._lost:
            self.reject()

    def _is_sure(self, lost: Lost) -> bool:
        buttons = QMessageBox.StandardButton
        box = QMessageBox(self)
        box.setWindowTitle("Tessera")
        box.setText(tr("Forget the unsaved work on “{name}”?", name=lost.name))
        box.setInformativeText(tr("It cannot be had back."))
        box.setStandardButtons(buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Cancel)
        return box.exec() == buttons.Discard


def described(lost: Lost) -> str:
    """Whose work it is, from when, and what of it is not in the file."""
    where = str(lost.saved.path) if lost.saved.path else tr("never saved")
    return "   ".join((lost.name, moment(lost.when), news(lost.saved.workflow, lost.workflow), where))


def told(lost: list[Lost]) -> str:
    """What there is, in a few words."""
    first = tr("Unsaved work on “{name}” is here, from {moment}", name=lost[0].name, moment=moment(lost[0].when))
    return first if len(lost) == 1 else tr("{first}, and on {count} more", first=first, count=len(lost) - 1)
