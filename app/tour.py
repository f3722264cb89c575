"""A short tour: a frame around what is spoken of, a note beside it, and a step that is over when the hand has done it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.language import marked, tr
from app.theme.tokens import Theme
from graph_engine.workflow import Workflow

Window = Any  # the tour is owned by the window; naming its class here would close a circle

NOTE_WIDTH = 320
GAP = 14
RING = 6


class Stop(NamedTuple):
    """``done`` compares the workflow and the window with how they were when the stop began; without it, Next leads on."""

    text: str
    place: Callable[[Window], QWidget]
    done: Callable[[Window, Workflow], bool] | None = None


def _has_nodes(window: Window, before: Workflow) -> bool:
    return bool(window.session.workflow.graph.nodes)


def _was_edited(window: Window, before: Workflow) -> bool:
    return window.session.workflow.graph != before.graph


def _has_grown(window: Window, before: Workflow) -> bool:
    return len(window.session.workflow.graph.nodes) > len(before.graph.nodes)


def _has_run(window: Window, before: Workflow) -> bool:
    return not window.session.runs.running and window.session.viewed_picture is not None


STOPS = (
    Stop(marked("Begin with a picture. Choose an example: it opens as a graph and runs."), lambda w: w.canvas.start_page, _has_nodes),
    Stop(
        marked("Each box is a node, each wire carries what its color says. Wheel zooms, the middle button moves, Home shows all."),
        lambda w: w.canvas,
    ),
    Stop(
        marked("What the workflow lets you set stands here. Change the prompt: a red car in the snow, say."),
        lambda w: w.inspector,
        _was_edited,
    ),
    Stop(
        marked("Run. Only what the change touches is made again; every node says what it did."), lambda w: w.commands.run_button, _has_run
    ),
    Stop(
        marked("The picture. Wheel zooms to the pixel, a right click copies; the button with the divider compares it with another."),
        lambda w: w.viewer,
    ),
    Stop(marked("Press Tab over the canvas to add a node: type a few letters of its name, press Enter."), lambda w: w.canvas, _has_grown),
    Stop(marked("That is all. Ctrl+Z undoes everything, F1 explains what the pointer is over."), lambda w: w.canvas),
)


class Tour(QObject):
    def __init__(self, window: Window, theme: Theme) -> None:
        super().__init__(window)
        self._window, self._theme = window, theme
        self.number = -1
        self._before = Workflow()
        self.ring = _Ring(window, theme)
        self.note = _Note(window)
        self.note.next.clicked.connect(self.lead_on)
        self.note.end.clicked.connect(self.end)
        session = window.session
        for changed in (session.workflow_changed, session.document_changed, session.run_changed, session.picture_changed):
            changed.connect(self._look)
        window.installEventFilter(self)

    @property
    def is_on(self) -> bool:
        return self.number >= 0

    def begin(self) -> None:
        """From the start, with an empty document; unsaved work is asked about first."""
        if self._window.simple_view.isVisible():
            self._window.toggle_simple_view()
        self._window.files.new()
        if not self._window.session.workflow.graph.nodes:
            self.number = -1
            self.lead_on()

    def end(self) -> None:
        self.number = -1
        self.ring.hide()
        self.note.hide()

    def lead_on(self) -> None:
        self.number += 1
        if self.number >= len(STOPS):
            self.end()
            return
        stop = STOPS[self.number]
        self._before = self._window.session.workflow
        self.note.show_stop(stop.text, self.number, len(STOPS), waits=stop.done is not None)
        self._place()

    def _look(self, *_: object) -> None:
        """Whether the hand has done what the stop is about."""
        stop = STOPS[self.number] if self.is_on else None
        if stop and stop.done and stop.done(self._window, self._before):
            self.lead_on()

    def _place(self) -> None:
        """The ring around what is spoken of, the note beside it where there is most room."""
        target = STOPS[self.number].place(self._window)
        box = QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())
        self.ring.setGeometry(self._window.rect())
        self.ring.show_around(box)
        self.note.move(self._beside(box, self.note.sizeHint()))
        self.note.resize(self.note.sizeHint())
        for widget in (self.ring, self.note):
            widget.show()
            widget.raise_()

    def _beside(self, box: QRect, size: QSize) -> QPoint:
        room = self._window.rect().marginsRemoved(QMargins(GAP, GAP, GAP, GAP))
        choices = (
            QPoint(box.left() - size.width() - GAP, box.top()),
            QPoint(box.right() + GAP, box.top()),
            QPoint(box.left(), box.bottom() + GAP),
            QPoint(box.center().x() - size.width() // 2, box.bottom() - size.height() - 3 * GAP),
        )
        return next((at for at in choices if room.contains(QRect(at, size))), choices[-1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.is_on and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return False


class _Ring(QWidget):
    """Dims nothing and takes no click: it only shows where to look."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._theme, self._box = theme, QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_around(self, box: QRect) -> None:
        self._box = box
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        inside = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.drawRoundedRect(QRectF(self._box).adjusted(-RING, -RING, RING, RING).intersected(inside), 8, 8)


class _Note(QFrame):
    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour_note")
        self.setFixedWidth(NOTE_WIDTH)
        self.text = QLabel(wordWrap=True)
        self.count = QLabel()
        self.count.setProperty("quiet", True)
        self.next, self.end = QPushButton(tr("Next")), QPushButton(tr("End the tour"))
        self.end.setProperty("flat", True)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.end)
        row.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(12)
        column.addWidget(self.text)
        column.addLayout(row)
        self.hide()

    def show_stop(self, text: str, number: int, count: int, waits: bool) -> None:
        """``waits``: the hand leads on; Next passes the stop over."""
        self.text.setText(tr(text))
        self.count.setText(tr("{number} of {count}", number=number + 1, count=count))
        self.next.setText(tr("Skip") if waits else tr("Next") if number + 1 < count else tr("Done"))
        self.end.setVisible(number + 1 < count)
