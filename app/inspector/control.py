"""What all controls have in common: they show a value, say when it changes, and when a drag or typing is over."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Control(QWidget):
    changed = Signal(object)
    settled = Signal()
    opened = Signal()
    """The value is to be made in an editor of its own."""
    asked = Signal(object)
    """How these texts would be read is to be told (`show_told`)."""
    whole_width = False
    """Whether the label stands above instead of beside."""

    def show_value(self, value: Any) -> None:
        """Show a value without saying that it changed."""
        raise NotImplementedError

    def ask(self) -> None:
        """Ask again what is asked of the worker; most controls ask nothing."""

    def show_told(self, told: Any) -> None:
        """Show what came of `asked`."""

    def focus(self) -> None:
        """Take the keyboard."""
        self.setFocus()
