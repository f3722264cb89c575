"""Garbage is collected on the thread of the window alone: a widget that another thread destroys takes the program down."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

PAUSE = 500
"""Milliseconds between two looks at whether there is enough of it."""


class Garbage(QObject):
    """Takes the place of Python's automatic collection, which runs on whichever thread happens to allocate."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=PAUSE)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """What Python would collect now: the oldest generation whose count is over its threshold, and all younger ones."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Leave it to Python again, with none left of what there is."""
        self._timer.stop()
        gc.collect()
        gc.enable()
