"""One launch in a process of its own: ``python -m tests.bench.launching WINDOW FOLDER`` prints the CPU seconds until the window answers."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QGraphicsView, QMainWindow

NODES = "nodes.library"


def tessera(folder: Path) -> QMainWindow:
    from app.theme.style import apply_theme
    from app.theme.tokens import DARK
    from app.window import Runner, make_window

    apply_theme(application, DARK)
    return make_window(Runner(NODES, folder))


def empty(folder: Path) -> QMainWindow:
    window = QMainWindow()
    window.setCentralWidget(QGraphicsView())
    return window


def answer() -> None:
    print(time.process_time(), flush=True)
    os._exit(0)  # closing is no part of a launch


if __name__ == "__main__":
    application = QApplication([])
    shown = {"tessera": tessera, "empty": empty}[sys.argv[1]](Path(sys.argv[2]))
    shown.show()
    QTimer.singleShot(0, answer)
    application.exec()
