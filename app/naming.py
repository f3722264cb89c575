"""Names for who hears the window instead of seeing it, and a tooltip on every control."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QScrollArea, QScrollBar, QWidget

CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit)


def complete_names(root: QWidget) -> None:
    """Where a control says itself what it is, by its words, its tooltip or what contains it, that is its name and its tooltip too."""
    for widget in controls(root):
        if not named(widget):
            widget.setAccessibleName(widget.toolTip() or _said(widget) or _of_outer(widget, QWidget.accessibleName))
        if needs_tip(widget) and not widget.toolTip():
            widget.setToolTip(_of_outer(widget, QWidget.toolTip) or named(widget))


def controls(root: QWidget) -> Iterator[QWidget]:
    """What takes keys or clicks, without the parts of Qt's own that have their whole's name."""
    for widget in (root, *root.findChildren(QWidget)):
        takes = isinstance(widget, CONTROLS) or bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes and not isinstance(widget, QScrollBar | QScrollArea) and not _is_part(widget):
            yield widget


def needs_tip(widget: QWidget) -> bool:
    """Buttons and fields are explained; an area that is worked in, or a field that says in itself what it is for, would only be hidden."""
    return isinstance(widget, QAbstractButton | QComboBox | QLineEdit) and not _said(widget)


def named(widget: QWidget) -> str:
    """How a control is called, by itself or by the words on it."""
    words = widget.text().replace("&", "") if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or words


def _is_part(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    whole = type(parent).__name__ if parent else ""
    return widget.objectName().startswith(("qt_", "Scroll")) or whole in (
        "QComboBox",
        "QKeySequenceEdit",
        "QLineEdit",
        "QComboBoxPrivateContainer",
    )


def _said(widget: QWidget) -> str:
    return widget.placeholderText() if isinstance(widget, QLineEdit | QPlainTextEdit) else ""


def _of_outer(widget: QWidget, what: Callable[[QWidget], str]) -> str:
    """What the nearest widget around says of itself."""
    outer = widget.parentWidget()
    while outer and not what(outer):
        outer = outer.parentWidget()
    return what(outer) if outer else ""
