"""The bars of the mask editor: how its tools work, and what the node does with the edge."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.fields import NumberField, bar, icon_button
from app.editors.mask_overlay import SHOWN
from app.language import marked, tr

MaskEditor = Any  # the editor makes its bar; naming its class here would close a circle

OF_BRUSH, OF_WAND = ("size", "hard"), ("tolerance",)


class MaskBar(QWidget):
    def __init__(self, editor: MaskEditor) -> None:
        super().__init__()
        self.editor = editor
        theme = editor.theme
        self.fields = {
            "size": NumberField(
                theme, tr("Size"), (1, 300), (1, 2000), " px", tr("Diameter of the brush, in pixels of the picture: [ and ]")
            ),
            "hard": NumberField(
                theme, tr("Hardness"), (0, 100), (0, 100), " %", tr("How much of the brush covers fully: Shift and [ or ]")
            ),
            "tolerance": NumberField(theme, tr("Tolerance"), (0, 128), (0, 255), "", tr("How far a color may be off, of 255")),
            "opacity": NumberField(theme, tr("Opacity"), (0, 100), (1, 100), " %", tr("How much a shape selects")),
        }
        self.edges = {
            "grow": NumberField(theme, tr("Grow"), (-32, 32), (-512, 512), " px", tr("Make the selection larger, or smaller")),
            "feather": NumberField(theme, tr("Feather"), (0, 32), (0, 512), " px", tr("Let the edge fade")),
        }
        self.erases = icon_button(theme, "eraser", tr("Take away instead of adding (X). Alt does it for one shape"), self._erase, True)
        self.near = icon_button(theme, "link", tr("Only what is joined to the place that is clicked"), self._near, True)
        self.invert = icon_button(theme, "swap", tr("Select what was not selected (I)"), self._invert, True)
        self.all = icon_button(theme, "all", tr("Select all (Ctrl+A)"), editor.select_all)
        self.clear = icon_button(theme, "clear", tr("Clear the mask (Del)"), editor.clear)
        self.shown = icon_button(theme, "overlay", "", self._show_next)
        self._join()
        self._lay_out()
        editor.tool_changed.connect(lambda _: self.show_values())

    def _join(self) -> None:
        for name, field in self.fields.items():
            field.changed.connect(lambda value, name=name: self._set(name, round(value)))
        for name, field in self.edges.items():
            field.changed.connect(lambda value, name=name: self.editor.set_edge(name, float(value)))
            field.settled.connect(self.editor.subject.session.settle)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addWidget(bar(self.erases, *self.fields.values(), self.near, None, self.all, self.clear))
        column.addWidget(bar(self.invert, *self.edges.values(), None, self.shown))

    def _set(self, name: str, value: int) -> None:
        setattr(self.editor, name, value)
        self.editor.repaint_wanted.emit()

    def _erase(self) -> None:
        self.editor.erases = self.erases.isChecked()

    def _near(self) -> None:
        self.editor.near = self.near.isChecked()

    def _invert(self) -> None:
        self.editor.set_edge("invert", self.invert.isChecked())
        self.editor.subject.session.settle()

    def _show_next(self) -> None:
        self.editor.shown = SHOWN[(SHOWN.index(self.editor.shown) + 1) % len(SHOWN)]
        self.show_values()
        self.editor.repaint_wanted.emit()

    def show_values(self) -> None:
        editor, tool = self.editor, self.editor.tool
        for name, field in self.fields.items():
            field.show_value(getattr(editor, name))
            field.setVisible(name == "opacity" or (name in OF_BRUSH and tool == "brush") or (name in OF_WAND and tool == "wand"))
        for name, field in self.edges.items():
            field.show_value(float(editor.subject.other(name) or 0))
        self.near.setVisible(tool == "wand")
        self.near.setChecked(editor.near)
        self.erases.setChecked(editor.erases)
        self.invert.setChecked(bool(editor.subject.other("invert")))
        self.shown.setToolTip(tr("Shown: {words} (Q for the next, T for another tint)", words=tr(_WORDS[editor.shown])))


_WORDS = {
    "selected": marked("what is selected, tinted"),
    "protected": marked("what is protected, tinted: quick mask"),
    "alone": marked("the mask alone"),
}
