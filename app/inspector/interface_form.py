"""The interface of the group one is in: its inputs and outputs, and whether and how it goes round in a loop."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.language import inside, marked, tr
from app.session import Session
from app.theme.icons import icon
from app.theme.tokens import Theme
from app.wording import plain
from graph_engine.definition import INPUTS, OUTPUTS, Definition, End, Loop

SAME = marked("the same every turn")


class InterfaceForm(QWidget):
    def __init__(self, session: Session, theme: Theme, definition: Definition) -> None:
        super().__init__()
        self.session, self.theme, self.definition = session, theme, definition
        self.loop = QCheckBox(tr("Go round in a loop"))
        self.loop.setObjectName("loop")
        self.loop.setToolTip(tr("Run what is inside several times; each turn can take what the turn before gave."))
        self.loop.setChecked(definition.loop is not None)
        self.loop.toggled.connect(lambda on: session.groups.change_loop(session.groups.first_loop() if on else None))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        for heading, side, ends in ((tr("Inputs"), INPUTS, definition.inputs), (tr("Outputs"), OUTPUTS, definition.outputs)):
            column.addWidget(_heading(heading))
            column.addLayout(self._ends(side, ends))
        column.addWidget(_heading(tr("Loop")))
        column.addWidget(self.loop)
        if definition.loop:
            column.addLayout(self._loop(definition.loop))

    def _ends(self, side: str, ends: Mapping[str, End]) -> QGridLayout:
        grid = _grid()
        for row, (key, end) in enumerate(ends.items()):
            name = QLineEdit(end.name or plain(key))
            name.setObjectName(f"{side}_{key}")
            name.setAccessibleName(tr("Name of {name}", name=plain(key)))
            name.editingFinished.connect(lambda key=key, field=name: self.session.groups.rename_end(side, key, field.text().strip()))
            kind = QLabel(tr(end.type))
            kind.setProperty("quiet", True)
            remove = QToolButton(toolTip=tr("Remove {name}, and the links to it", name=end.name or plain(key)))
            remove.setIcon(icon("close", self.theme, self.theme.muted, 14))
            remove.clicked.connect(lambda _=False, key=key: self.session.groups.remove_end(side, key))
            for column, widget in enumerate((name, kind, remove)):
                grid.addWidget(widget, row, column)
        if not ends:
            grid.addWidget(_quiet(tr("None yet: link a node inside to the end named “New”.")), 0, 0, 1, 3)
        return grid

    def _loop(self, loop: Loop) -> QGridLayout:
        """Where each input comes from in the next turn, and which outputs give what all turns gave."""
        grid = _grid()
        for row, (key, end) in enumerate(self.definition.inputs.items()):
            grid.addWidget(QLabel(end.name or plain(key)), row, 0)
            grid.addWidget(self._carried(loop, key, end), row, 1)
        first = len(self.definition.inputs)
        for row, (key, end) in enumerate(self.definition.outputs.items(), first):
            grid.addWidget(QLabel(end.name or plain(key)), row, 0)
            grid.addWidget(self._collected(loop, key), row, 1)
        return grid

    def _carried(self, loop: Loop, key: str, end: End) -> QComboBox:
        field = QComboBox()
        field.setObjectName(f"carried_{key}")
        field.setToolTip(tr("What this input takes from the second turn on"))
        field.addItem(tr(SAME), "")
        for output, given in self.definition.outputs.items():
            if given.type == end.type:
                field.addItem(tr("from {name} of the turn before", name=inside(given.name or plain(output))), output)
        field.setCurrentIndex(max(0, field.findData(loop.carried.get(key, ""))))
        field.activated.connect(lambda _: self._carry(loop, key, field.currentData()))
        return field

    def _carry(self, loop: Loop, key: str, output: str) -> None:
        carried = {entry: found for entry, found in loop.carried.items() if entry != key}
        self.session.groups.change_loop(replace(loop, carried={**carried, key: output} if output else carried))

    def _collected(self, loop: Loop, key: str) -> QCheckBox:
        box = QCheckBox(tr("collect what every turn gives"))
        box.setObjectName(f"collected_{key}")
        box.setChecked(key in loop.collected)
        kept = tuple(found for found in loop.collected if found != key)
        box.toggled.connect(lambda on: self.session.groups.change_loop(replace(loop, collected=(*kept, key) if on else kept)))
        return box


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    return grid


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("heading", True)
    return label


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("quiet", True)
    return label
