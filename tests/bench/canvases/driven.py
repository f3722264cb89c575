"""One canvas in a process of its own, opened and driven: ``python -m tests.bench.canvases.driven NAME NODES`` prints its figures as JSON.

CPU time of the process: on a machine that is shared it is what an idle one would show on the clock.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from tests.bench.canvases.chart import ACROSS, DOWN, Chart, chart

CLASSES = {"tessera": "Tessera", "raw": "Raw", "nodegraphqt": "NodeGraphQt"}
WIDTH, HEIGHT = 1600, 1000
ROUNDS = 12
STEP = 1.06
FARTHEST = 0.1
"""As far away as Tessera goes; the others go there too."""
AWAY, BACK = QPoint(24, 12), QPoint(-24, -12)
LEFT = Qt.MouseButton.LeftButton


class Driver:
    def __init__(self, name: str, nodes: int) -> None:
        self.application = QApplication([])
        self.canvas: Any = getattr(importlib.import_module(f"tests.bench.canvases.{name}"), CLASSES[name])()
        self.chart: Chart = chart(nodes)
        self.area = QRectF(0, 0, max(x for x, _ in self.chart.places) + ACROSS, max(y for _, y in self.chart.places) + DOWN)
        self.whole = max(FARTHEST, 0.9 * min(WIDTH / self.area.width(), HEIGHT / self.area.height()))

    def figures(self) -> dict[str, float]:
        empty = memory()
        if hasattr(self.canvas, "prepare"):
            self.canvas.prepare(self.chart)
        opened = spent(lambda: self.canvas.open(self.chart))
        view = self.canvas.view
        view.resize(WIDTH, HEIGHT)
        view.show()
        opened += spent(self.settle)
        found = {"open_s": round(opened / 1000, 4)}
        self.canvas.look_at(self.area, min(1.0, self.whole))
        self.settle()
        found["overview_repaint_ms"] = median(self.repaint for _ in range(ROUNDS))
        found["overview_pan_ms"] = median(self.pans())
        found["zoom_ms"] = median(self.zooms())
        self.canvas.look_at(self.area, 1.0)
        self.settle()
        found["zoomed_pan_ms"] = median(self.pans())
        found["drag_ms"] = median(self.drags())
        found["rss_mb"] = round(memory() - empty, 1)
        return found

    def settle(self) -> None:
        for _ in range(3):
            self.application.processEvents()

    def repaint(self) -> None:
        self.canvas.view.viewport().repaint()

    def pans(self) -> Iterator[Callable[[], None]]:
        for number in range(2 * ROUNDS):
            yield self._step(partial(self.canvas.pan, AWAY if number % 8 < 4 else BACK))

    def zooms(self) -> Iterator[Callable[[], None]]:
        """From all to full size and back: the steps in between are what hands see."""
        steps, size = 0, min(1.0, self.whole)
        while size < 1.0:
            size *= STEP
            steps += 1
        for factor in [STEP] * steps + [1 / STEP] * steps or [STEP, 1 / STEP]:
            yield self._step(lambda factor=factor: self.canvas.zoom(factor))

    def drags(self) -> Iterator[Callable[[], None]]:
        """A box near the middle that has at least four wires, if one has."""
        index = self._busy_box()
        view = self.canvas.view
        view.centerOn(QPointF(*self.chart.places[index]))
        self.settle()
        start = self.canvas.handle(index)
        self._mouse(QEvent.Type.MouseButtonPress, start, LEFT)
        self._mouse(QEvent.Type.MouseMove, start + QPoint(12, 12), Qt.MouseButton.NoButton)
        self.settle()
        for number in range(2 * ROUNDS):
            at = start + QPoint(16 + 6 * number, 16 + 4 * number)
            yield self._step(lambda at=at: self._mouse(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton))
        self._mouse(QEvent.Type.MouseButtonRelease, start + QPoint(160, 120), LEFT)
        self.settle()

    def _busy_box(self) -> int:
        counts = [0] * len(self.chart.places)
        for wire in self.chart.wires:
            counts[wire.source] += 1
            counts[wire.target] += 1
        middle = len(counts) // 2
        order = sorted(range(len(counts)), key=lambda index: abs(index - middle))
        return next((index for index in order if counts[index] >= 4), middle)

    def _mouse(self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton) -> None:
        port = self.canvas.view.viewport()
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
        place = QPointF(port.mapToGlobal(at))
        self.application.sendEvent(port, QMouseEvent(kind, QPointF(at), place, button, held, Qt.KeyboardModifier.NoModifier))

    def _step(self, act: Callable[[], None]) -> Callable[[], None]:
        def step() -> None:
            act()
            self.application.processEvents()

        return step


def spent(work: Callable[[], None]) -> float:
    """CPU milliseconds of the process."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def median(steps: Any) -> float:
    return round(statistics.median([spent(step) for step in steps]), 3)


def memory() -> float:
    """Resident megabytes of this process."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    print(json.dumps(Driver(sys.argv[1], int(sys.argv[2])).figures()))
