"""A real window on the real node types, and a hand that paints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.document import Document
from app.editors.editor import Editor
from app.runner import Runner
from app.session import Session
from app.window import Window
from graph_engine import Catalogue, discover
from graph_engine.events import Result, StepFinished
from graph_engine.graph import Link
from graph_engine.values import Pixels

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="session")
def library() -> Catalogue:
    return Catalogue.from_json(discover("nodes.library").to_json())


class Painter:
    """Places are shares of the picture's width and height."""

    def __init__(self, window: Window) -> None:
        self.window, self.session, self.paper = window, window.session, window.docks.editor.panel.paper

    def edit(self, type_id: str, **parameters: object) -> str:
        """Add a node and open its editor by the key."""
        node = self.session.add_node(type_id, (0.0, 0.0))
        self.set(node, **parameters)
        self.session.select({node})
        QTest.keyClick(self.window.canvas, Qt.Key.Key_E)
        assert self.window.docks.editor.panel.isVisible() and self.editor.subject.id == node
        return node

    def picture(self, into: str, input_name: str, color: str = "#808080", size: tuple[int, int] = (64, 64)) -> str:
        """Link a node whose last run made a plain picture; ``#rrggbbaa`` may let something through."""
        node = self.session.add_node("image/load_image", (0.0, 0.0))
        self.session.link(Link(node, "image", into, input_name))
        pixels = Pixels(*size, bytes.fromhex((color[1:] + "ff")[:8]) * (size[0] * size[1]))
        self.session.runs.follow("earlier", self.session.queueing.pace)
        self.session.running.take_event(StepFinished("earlier", node, "ran", 0.0, (Result("image", "Image", "", "", pixels),)))
        self.session.select({into})
        return node

    def set(self, node: str, **parameters: object) -> None:
        node_type = self.session.type_of(node)
        for name, value in parameters.items():
            self.session.set_parameter(node, node_type.parameter(name), value)
            self.session.settle()

    @property
    def editor(self) -> Any:
        found = self.window.docks.editor.panel.editor
        assert isinstance(found, Editor)
        return found

    @property
    def value(self) -> dict[str, Any]:
        return self.editor.value

    def at(self, x: float, y: float) -> QPoint:
        size = self.paper.picture_size
        return self.paper.on_widget(QPointF(x * size.width(), y * size.height())).toPoint()

    def drag(self, *places: tuple[float, float], keys: Qt.KeyboardModifier = NO_KEY, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.paper, button, keys, self.at(*places[0]))
        for place in places[1:]:
            QTest.mouseMove(self.paper, self.at(*place))
        QTest.mouseRelease(self.paper, button, keys, self.at(*places[-1]))

    def click(self, x: float, y: float, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mouseMove(self.paper, self.at(x, y))
        QTest.mouseClick(self.paper, LEFT, keys, self.at(x, y))

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.keyClick(self.paper, key, keys)

    def pen(self, *dabs: tuple[float, float, float, int], end: QPointingDevice.PointerType = QPointingDevice.PointerType.Pen) -> None:
        """A stroke of x, y, pressure and tilt, with either end of the pen."""
        kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(dabs) - 1), QEvent.Type.TabletRelease]
        # The event keeps only a pointer to the device.
        device = QPointingDevice("pen", 1, QPointingDevice.DeviceType.Stylus, end, QPointingDevice.Capability.All, 1, 1)
        for kind, (x, y, pressure, tilt) in zip(kinds, [*dabs, dabs[-1]], strict=True):
            QApplication.sendEvent(self.paper, _pen_event(kind, device, QPointF(self.at(x, y)), pressure, tilt))

    def undo(self) -> None:
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def _pen_event(kind: QEvent.Type, device: QPointingDevice, at: QPointF, pressure: float, tilt: int) -> QTabletEvent:
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else LEFT
    return QTabletEvent(kind, device, at, at, pressure, tilt, 0, 0.0, 0.0, 0.0, NO_KEY, LEFT, held)


@pytest.fixture
def studio(qtbot: QtBot, library: Catalogue, tmp_path: Path) -> Iterator[Window]:
    """A window on the real node types, whose worker was not started."""
    made = Window(Session(library), Runner(cache=tmp_path / "cache", output_folder=tmp_path))
    made.resize(1440, 900)
    qtbot.addWidget(made, before_close_func=lambda window: window.session.show_document(Document()))
    made.show()
    qtbot.waitExposed(made)
    yield made


@pytest.fixture
def painter(studio: Window) -> Painter:
    return Painter(studio)
