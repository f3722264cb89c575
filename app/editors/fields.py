"""Small controls of the editors' bars: a number with its name in it, and buttons with an icon."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from app.language import large, tr
from app.scrub_field import ScrubField
from app.theme.fonts import font
from app.theme.icons import icon
from app.theme.tokens import Theme

FIELD_WIDTH = 112
FIELD_INSET = 10
BUTTON = 28


class NumberField(ScrubField):
    """A whole number that carries its own name: drag it, or click and type."""

    def __init__(self, theme: Theme, name: str, soft: tuple[int, int], hard: tuple[int, int], unit: str = "", tip: str = "") -> None:
        def read(text: str) -> float | str:
            try:
                number = round(float(text.replace(",", ".")))
            except (ValueError, OverflowError):
                return tr("must be a number, got {text!r}", text=text)
            return (
                number
                if hard[0] <= number <= hard[1]
                else tr("must be within {low} to {high}, got {number}", low=hard[0], high=hard[1], number=number)
            )

        super().__init__(theme, soft, 1, lambda value: f"{name}  {value:.0f}{unit}", read)
        longest = QFontMetrics(font()).horizontalAdvance(f"{name}  {max(map(abs, hard))}{unit}")
        self.setFixedWidth(max(FIELD_WIDTH, longest + 2 * FIELD_INSET))
        self.setToolTip(tip)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)


def icon_button(theme: Theme, name: str, tip: str, do: Callable[[], object] | None = None, checkable: bool = False) -> QToolButton:
    button = QToolButton(toolTip=tip)
    button.setIcon(icon(name, theme))
    button.setIconSize(QSize(16, 16))
    button.setFixedSize(BUTTON, BUTTON)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(tip)
    if do:
        button.clicked.connect(lambda: do())
    return button


def bar(*widgets: QWidget | None) -> QWidget:
    """Widgets side by side; None is a gap that takes what is left."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return made


class _CalmChoice(QComboBox):
    """The wheel does not change it in passing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def choice_field(options: Iterable[str], tip: str, do: Callable[[str], object]) -> QComboBox:
    """One of several; ``do`` gets the option that was picked by hand."""
    made = _CalmChoice()
    for option in options:
        made.addItem(large(tr(option)), option)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.activated.connect(lambda at: do(made.itemData(at)))
    return made
