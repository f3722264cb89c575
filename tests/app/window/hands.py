"""Hands on the window: where things are on the screen, and what fingers do there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.inspector.parameter_row import ParameterRow
from app.window import Window

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NO_KEY = Qt.KeyboardModifier.NoModifier
STEPS = 6


class Hands:
    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.canvas, self.session = window.canvas, window.session
        self.view = window.canvas.viewport()

    @property
    def graph(self):  # type: ignore[no-untyped-def]
        return self.session.workflow.graph

    # where things are

    def port(self, node: str, name: str, gives: bool) -> QPoint:
        return self.canvas.mapFromScene(self.canvas.graph_scene.nodes[node].port_point(name, gives))

    def output(self, node: str, name: str) -> QPoint:
        return self.port(node, name, gives=True)

    def input(self, node: str, name: str) -> QPoint:
        return self.port(node, name, gives=False)

    def header(self, node: str) -> QPoint:
        return self.canvas.mapFromScene(self.canvas.graph_scene.nodes[node].pos() + QPointF(60, 14))

    def place(self, node: str) -> tuple[float, float]:
        return self.session.workflow.layout[node]

    # what fingers do

    def press(self, at: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mousePress(self.view, button, keys, at)

    def move(self, start: QPoint, end: QPoint) -> None:
        for step in range(1, STEPS + 1):
            QTest.mouseMove(self.view, start + (end - start) * step / STEPS)

    def release(self, at: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mouseRelease(self.view, button, keys, at)

    def drag(self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        self.press(start, button, keys)
        self.move(start, end)
        self.release(end, button, keys)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mouseClick(self.view, LEFT, keys, at)

    def double_click(self, at: QPoint) -> None:
        QTest.mouseClick(self.view, LEFT, NO_KEY, at)
        QTest.mouseDClick(self.view, LEFT, NO_KEY, at)

    def wheel(self, at: QPoint, notches: int) -> None:
        event = QWheelEvent(
            QPointF(at), QPointF(self.view.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton, NO_KEY, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.view, event)

    def drop(self, path: Path) -> None:
        """Let a file fall on the canvas."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        action = Qt.DropAction.CopyAction
        QApplication.sendEvent(self.view, QDragEnterEvent(QPoint(200, 200), action, data, LEFT, NO_KEY))
        QApplication.sendEvent(self.view, QDropEvent(QPointF(200, 200), action, data, LEFT, NO_KEY))

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        """A key with the keyboard on the canvas."""
        self.canvas.setFocus()
        QTest.keyClick(self.canvas, key, keys)

    def type(self, widget: QWidget, text: str) -> None:
        QTest.keyClicks(widget, text)

    # what is made of that

    def add(self, words: str, at: QPoint) -> str:
        """Add a node through the palette; the new node's id."""
        before = set(self.graph.nodes)
        self.double_click(at)
        self.type(self.window.palette.field, words)
        QTest.keyClick(self.window.palette.field, Qt.Key.Key_Return)
        (made,) = set(self.graph.nodes) - before
        return made

    def row(self, name: str) -> ParameterRow:
        """The inspector's row of a parameter of the selected node."""
        found = self.window.inspector.findChild(ParameterRow, f"parameter_{name}")
        assert found is not None, name
        return found

    def undo(self) -> None:
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def redo(self) -> None:
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
