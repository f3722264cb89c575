"""The bar of the sketch editor: colors, the brush, symmetry."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.fields import NumberField, bar, icon_button
from app.editors.swatches import Swatches
from app.language import marked, tr

SketchEditor = Any  # the editor makes its bar; naming its class here would close a circle
SYMMETRIES = ("", "x", "y", "xy")
WORDS = {"": marked("off"), "x": marked("left and right"), "y": marked("above and below"), "xy": marked("all four quarters")}


class SketchBar(QWidget):
    def __init__(self, editor: SketchEditor) -> None:
        super().__init__()
        self.editor = editor
        theme = editor.theme
        self.swatches = Swatches(theme)
        self.size = NumberField(
            theme, tr("Size"), (1, 200), (1, 2000), " px", tr("Diameter of the brush, in pixels of the picture: [ and ]")
        )
        self.opacity = NumberField(theme, tr("Opacity"), (0, 100), (1, 100), " %", tr("Of a stroke: Shift and [ or ]"))
        self.steady = NumberField(theme, tr("Steady"), (0, 100), (0, 100), " %", tr("How far the brush hangs behind a hand that trembles"))
        self.symmetry = icon_button(theme, "symmetry", "", self._next_symmetry, True)
        self.size.changed.connect(lambda value: self._set("size", round(value)))
        self.opacity.changed.connect(lambda value: self._set("opacity", round(value)))
        self.steady.changed.connect(lambda value: self._set("steady", round(value)))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.addWidget(bar(self.swatches, None, self.size, self.opacity, self.steady, self.symmetry))
        editor.tool_changed.connect(lambda _: self.show_values())

    def _set(self, name: str, value: int) -> None:
        setattr(self.editor, name, value)
        self.editor.repaint_wanted.emit()

    def _next_symmetry(self) -> None:
        self.editor.next_symmetry()

    def show_values(self) -> None:
        editor = self.editor
        self.size.show_value(editor.size)
        self.opacity.show_value(editor.opacity)
        self.steady.show_value(editor.steady)
        self.symmetry.setChecked(bool(editor.symmetry))
        self.symmetry.setToolTip(tr("Symmetry: {words} (M for the next)", words=tr(WORDS[editor.symmetry])))
