"""What all editors have in common: tools, a hand on the picture, and a painted document that changes by edits of the document."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from app.editors.subject import Subject
from app.theme.tokens import Theme
from graph_engine.values import Pixels

NO_KEYS = Qt.KeyboardModifier.NoModifier


class Touch(NamedTuple):
    """The pointer on the picture. ``at`` is in its pixels; a mouse presses fully and stands upright."""

    at: QPointF
    pressure: float = 1.0
    tilt: float = 0.0  # degrees from upright
    keys: Qt.KeyboardModifier = NO_KEYS
    erases: bool = False  # the other end of the pen
    zoom: float = 1.0  # pixels of the screen that one of the picture covers
    double: bool = False


class Tool(NamedTuple):
    name: str
    icon: str
    tip: str
    key: Qt.Key


class Editor(QObject):
    """Painters and touches come in pixels of the picture; the paper around knows zoom and scroll."""

    repaint_wanted = Signal()
    tool_changed = Signal(str)
    tools: tuple[Tool, ...] = ()
    blank = ""
    """The color of the paper where no picture leads in, or "clear"."""

    def __init__(self, subject: Subject, theme: Theme) -> None:
        super().__init__()
        self.subject, self.theme = subject, theme
        self.tool = self.tools[0].name if self.tools else ""
        self.picture: QImage | None = None
        self.paper = QSize(1, 1)

    def pictures(self) -> tuple[Pixels | None, tuple[int, int]]:
        """The picture that is painted on, if one leads in, and the size of the paper."""
        return self.subject.picture(), self.subject.size

    def show_pictures(self) -> None:
        """Follow other pictures that lead in."""

    def options(self) -> QWidget:
        """The bar above the picture: how the tools work."""
        return QWidget()

    def side(self) -> QWidget | None:
        """What stands below the picture, as a list of layers."""
        return None

    def choose_tool(self, name: str) -> None:
        self.cancel()
        self.tool = name
        self.tool_changed.emit(name)
        self.repaint_wanted.emit()

    def show_paper(self, picture: QImage | None, size: QSize) -> None:
        """The picture that leads in, or none, and the size in pixels that is drawn in."""
        self.picture, self.paper = picture, size
        self.show_value()

    def show_value(self) -> None:
        """Follow an edit of the document: an undo, perhaps."""

    @property
    def extent(self) -> QRectF:
        """What is to be seen at once, in pixels of the picture: more than the picture where something reaches beyond it."""
        return QRectF(0, 0, self.paper.width(), self.paper.height())

    @property
    def note(self) -> str:
        """A few words that stand behind the size of the picture."""
        return ""

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw over the picture."""

    def paint_cursor(self, painter: QPainter, at: QPointF, zoom: float) -> bool:
        """Draw what shows the reach of the tool; False where the usual pointer does."""
        return False

    def cursor(self, touch: Touch) -> Qt.CursorShape:
        return Qt.CursorShape.CrossCursor

    def press(self, touch: Touch) -> None: ...

    def move(self, touch: Touch) -> None: ...

    def release(self, touch: Touch) -> None: ...

    def hover(self, touch: Touch) -> None: ...

    def cancel(self) -> bool:
        """Break off what is being drawn, without a trace; whether there was something."""
        return False

    def take_key(self, event: QKeyEvent) -> bool:
        """Whether a key was for the editor."""
        chosen = next((tool for tool in self.tools if tool.key == event.key() and event.modifiers() == NO_KEYS), None)
        if chosen:
            self.choose_tool(chosen.name)
        return chosen is not None

    @property
    def value(self) -> dict[str, Any]:
        return self.subject.value

    def commit(self, label: str, **changes: Any) -> None:
        """One undo step: the painted document with some fields changed; a field that is empty is left out."""
        changed = {**self.value, **changes}
        self.subject.set({name: part for name, part in changed.items() if part not in (None, [], {})}, label)
