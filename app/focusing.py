"""The keyboard from panel to panel."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget


def step_panel(panels: Iterable[QWidget], by: int) -> None:
    """The keyboard into the next or the former of the panels that are open and take keys."""
    entries = [(panel, first) for panel in panels if panel.isVisible() and (first := _entry(panel))]
    focused = QApplication.focusWidget()
    inside = (at for at, (panel, _) in enumerate(entries) if focused and (panel is focused or panel.isAncestorOf(focused)))
    if entries:
        entries[(next(inside, -by) + by) % len(entries)][1].setFocus(Qt.FocusReason.TabFocusReason)


def _entry(panel: QWidget) -> QWidget | None:
    """The panel itself, if it is a canvas, or the first thing in it that Tab would go to."""
    if isinstance(panel, QGraphicsView):
        return panel
    inside = (widget for widget in panel.findChildren(QWidget) if widget.isVisible() and widget.isEnabled())
    return next((widget for widget in inside if widget.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
