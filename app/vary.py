"""The dialog that varies what a workflow exposes: the values of each in one line, and a picture of every combination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.headless import exposed_kinds
from app.language import retold, spoken, tr
from app.naming import complete_names
from app.places import output_folder
from app.session import Session
from app.wording import plain
from graph_engine.errors import BadWorkflow
from graph_engine.kinds import AnyKind, Choice, Color, Integer, Number, Seed, Toggle
from graph_engine.sweep import Axis, Sweep, grid, swept

WIDTH = 560
SEEDS = (1, 2, 3, 4)


class VaryValues(QDialog):
    """``sweep`` is what was chosen, None while it cannot be made."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Vary values"))
        self.setMinimumWidth(WIDTH)
        workflow = session.document.workflow
        self._kinds = exposed_kinds(workflow, session.installed)
        exposed = {name: workflow.exposed[name] for name in self._kinds}
        self._now = {name: workflow.graph.nodes[one.node].parameters.get(one.parameter) for name, one in exposed.items()}
        self.ticks: dict[str, QCheckBox] = {}
        self.fields: dict[str, QLineEdit] = {}
        self.sweep: Sweep | None = None
        self.told = QLabel(wordWrap=True)
        self.told.setProperty("quiet", True)
        self.folder_field = QLineEdit(str(_free(output_folder(), tr("{name} varied", name=session.document.name))))
        self.folder_field.setAccessibleName(tr("Folder"))
        self._lay_out()
        self._look()
        complete_names(self)

    def _lay_out(self) -> None:
        rows = QGridLayout()
        rows.setColumnStretch(1, 1)
        for at, (name, kind) in enumerate(self._kinds.items()):
            tick = self.ticks[name] = QCheckBox(tr(plain(name)))
            field = self.fields[name] = QLineEdit()
            field.setAccessibleName(tr(plain(name)))
            field.setPlaceholderText(_suggested(kind, self._now[name]))
            tick.toggled.connect(lambda on, name=name: self._tick(name, on))
            field.textEdited.connect(lambda text, name=name: self._type(name, text))
            rows.addWidget(tick, at, 0)
            rows.addWidget(field, at, 1)
        folder = QLabel(tr("Folder"))
        folder.setBuddy(self.folder_field)
        rows.addWidget(folder, len(self._kinds), 0)
        rows.addWidget(self.folder_field, len(self._kinds), 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.queue_button: QPushButton = buttons.addButton(tr("Put on the queue"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.queue_button.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(QLabel(tr("Each combination of these values becomes a picture, and all of them a contact sheet."), wordWrap=True))
        column.addLayout(rows)
        column.addWidget(self.told)
        column.addWidget(buttons)

    @property
    def folder(self) -> Path:
        return Path(self.folder_field.text()).expanduser()

    def _tick(self, name: str, on: bool) -> None:
        field = self.fields[name]
        if on and not field.text():
            field.setText(field.placeholderText())
        self._look()

    def _type(self, name: str, text: str) -> None:
        """Who types values wants them varied."""
        self.ticks[name].setChecked(bool(text.strip()))
        self._look()

    def _look(self) -> None:
        """What would be made of what is typed, or why nothing."""
        chosen = [name for name, tick in self.ticks.items() if tick.isChecked()]
        try:
            self.sweep = swept([self._axis(name) for name in chosen]) if chosen else None
            said = tr("{count} pictures", count=self.sweep.size) if self.sweep else tr("Tick what is to vary.")
        except BadWorkflow as error:
            self.sweep, said = None, retold(str(error))
        self.told.setText(said)
        self.queue_button.setEnabled(self.sweep is not None)

    def _axis(self, name: str) -> Axis:
        return grid(f"{name}={listed(self.fields[name].text(), self._kinds[name])}", self._kinds, tr("Values of"))


def listed(text: str, kind: AnyKind) -> str:
    """What was typed as the engine reads lists: values with commas between them. With semicolons, a comma may stand in a value."""
    numbers = isinstance(kind, Number | Integer | Seed)
    if ";" not in text and not (numbers and _comma()):
        return text
    parts = [part.strip() for part in (text.split(";") if ";" in text else text.split(", "))]
    return ",".join(part.replace(",", ".") if numbers else f'"{part}"' for part in parts if part)


def _comma() -> bool:
    """Whether the decimals of a number stand behind a comma."""
    return spoken().point == ","


def _suggested(kind: AnyKind, now: Any) -> str:
    """Values that make sense for a kind, to begin with."""
    between = "; " if isinstance(kind, Number) and _comma() else ", "
    match kind:
        case Number() | Integer():
            low, high = kind.soft
            values = dict.fromkeys(_rounded(kind, low + share * (high - low)) for share in (0.25, 0.5, 0.75))
            return between.join(_numeral(value) for value in values)
        case Seed():
            return ", ".join(str(seed) for seed in SEEDS)
        case Toggle():
            return "true, false"
        case Choice():
            return ", ".join(kind.options)
        case Color():
            return "#ff0000, #00a000, #0060ff"
    return f'"{now}"' if now else tr('"one text", "another"')


def _rounded(kind: Number | Integer, value: float) -> float:
    step = kind.step if isinstance(kind, Number) and kind.step else 1
    return round(round(value / step) * step, 6)


def _numeral(value: float) -> str:
    return f"{value:g}".replace(".", spoken().point)


def _free(folder: Path, name: str) -> Path:
    """A folder of a name that nothing has yet."""
    number, free = 1, folder / name
    while free.exists():
        number += 1
        free = folder / f"{name} {number}"
    return free
