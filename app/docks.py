"""The docks around the canvas. One that is closed at first is made, and its code loaded, when it is first opened: no launch waits on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.album_panel.recorder import Recorder
from app.inspector.inspector import Inspector
from app.language import marked, tr
from app.naming import complete_names
from app.preview.viewer import Viewer
from app.session import Session
from app.theme.tokens import Theme

if TYPE_CHECKING:
    from app.album_panel.album_panel import AlbumPanel
    from app.editors.panel import EditorPanel
    from app.help_panel import HelpPanel
    from app.import_panel import ImportPanel
    from app.memory_panel.memory_panel import MemoryPanel
    from app.queue_panel.queue_panel import QueuePanel

SIDE_WIDTH = 368
VIEWER_HEIGHT = 400
EDITOR_WIDTH = 620

LEFT, RIGHT, BOTTOM = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
ACROSS, DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical

Panel = TypeVar("Panel", bound=QWidget)


class Dock(QDockWidget, Generic[Panel]):
    """A dock with one panel."""

    def __init__(self, title: str, panel: Panel) -> None:
        super().__init__(tr(title))
        self.panel = panel
        self.setObjectName(f"dock_{title.lower()}")
        self.setWidget(panel)
        panel.setAccessibleName(tr(title))
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self.setTitleBarWidget(QWidget())


class Docks(QObject):
    job_requested = Signal(int)  # the number of a job whose workflow is to be shown
    entry_requested = Signal(object)  # the entry of the history whose workflow is to be opened
    editor_closed = Signal()

    def __init__(self, window: QMainWindow, session: Session, theme: Theme, recorder: Recorder | None) -> None:
        super().__init__(window)
        self._window, self._session, self._theme, self._recorder = window, session, theme, recorder
        self.viewer = self._added(Dock(marked("Viewer"), Viewer(session, theme)), RIGHT)
        self.inspector = self._added(Dock(marked("Inspector"), Inspector(session, theme)), RIGHT)
        self.of_graph = [self.viewer, self.inspector]
        window.resizeDocks(self.of_graph, [SIDE_WIDTH] * 2, ACROSS)
        window.resizeDocks(self.of_graph, [VIEWER_HEIGHT, window.height() - VIEWER_HEIGHT], DOWN)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)

    def _added(self, dock: Dock[Panel], area: Qt.DockWidgetArea, size: int = 0) -> Dock[Panel]:
        self._window.addDockWidget(area, dock)
        if size:
            self._window.resizeDocks([dock], [size], DOWN if area == BOTTOM else ACROSS)
        return dock

    def _closed(self, title: str, panel: Panel, area: Qt.DockWidgetArea, size: int = 0) -> Dock[Panel]:
        """A dock that was just made, not shown yet."""
        dock = self._added(Dock(title, panel), area, size)
        dock.hide()
        complete_names(panel)
        return dock

    def is_open(self, name: str) -> bool:
        """Whether a dock is shown; asking does not make it."""
        return name in vars(self) and not vars(self)[name].isHidden()

    def close(self, name: str) -> None:
        if self.is_open(name):
            vars(self)[name].hide()

    @cached_property
    def queue(self) -> Dock[QueuePanel]:
        """Opens by hand and when there is something to decide."""
        from app.queue_panel.queue_panel import WIDTH, QueuePanel

        panel = QueuePanel(self._session, self._theme)
        panel.opening_requested.connect(self.job_requested)
        return self._closed(marked("Queue"), panel, LEFT, WIDTH)

    @cached_property
    def memory(self) -> Dock[MemoryPanel]:
        """What the worker holds."""
        from app.memory_panel.memory_panel import MemoryPanel

        return self._closed(marked("Memory"), MemoryPanel(self._session, self._theme), LEFT)

    @cached_property
    def history(self) -> Dock[AlbumPanel]:
        """What runs made, where that is kept."""
        from app.album_panel.album_panel import WIDTH, AlbumPanel

        assert self._recorder is not None
        panel = AlbumPanel(self._recorder.album, self._session, self._theme)
        self._recorder.kept.connect(panel.renew)
        panel.compare_requested.connect(self.viewer.panel.compare_with)
        panel.opening_requested.connect(self.entry_requested)
        return self._closed(marked("History"), panel, LEFT, WIDTH)

    @cached_property
    def editor(self) -> Dock[EditorPanel]:
        """Where masks, sketches and layers are made by hand; it opens with the first, beside the queue."""
        from app.editors.panel import EditorPanel

        panel = EditorPanel(self._session, self._theme)
        panel.closed.connect(self.editor_closed)
        dock = self._closed(marked("Editor"), panel, LEFT)
        self._window.splitDockWidget(self.queue, dock, ACROSS)
        return dock

    @cached_property
    def help(self) -> Dock[HelpPanel]:
        from app.help_panel import HelpPanel

        dock = self._closed(marked("Help"), HelpPanel(self._theme), LEFT)
        dock.panel.close_button.clicked.connect(dock.hide)
        return dock

    @cached_property
    def report(self) -> Dock[ImportPanel]:
        """What became of an imported workflow; it opens with one."""
        from app.import_panel import HEIGHT, ImportPanel

        dock = self._closed(marked("Import"), ImportPanel(self._session, self._theme), BOTTOM, HEIGHT)
        dock.panel.close_button.clicked.connect(dock.hide)
        return dock

    def toggle_queue(self) -> None:
        self.queue.setVisible(not self.is_open("queue"))
        if self.is_open("editor"):
            self._share_left()

    def toggle_memory(self) -> None:
        self.memory.setVisible(not self.is_open("memory"))

    def toggle_history(self) -> None:
        self.history.panel.renew()  # other windows keep pictures too
        self.history.setVisible(not self.is_open("history"))

    def open_editor(self, node: str) -> None:
        if not self.is_open("editor"):
            self.editor.show()
            self._share_left()
        self.editor.panel.edit(node)

    def _share_left(self) -> None:
        """The queue and the editor stand side by side, each as wide as it needs."""
        from app.queue_panel.queue_panel import WIDTH

        self._window.resizeDocks([self.queue, self.editor], [WIDTH, EDITOR_WIDTH], ACROSS)

    def show_report(self) -> None:
        """Tell what became of the nodes of an imported workflow; for any other document there is nothing to tell."""
        if report := self._session.report:
            self.report.panel.show_report(report)
            self.report.show()
        else:
            self.close("report")

    def show_help(self, page: str, part: str = "") -> None:
        """A page of help, from the part on that is asked for."""
        from app.help_panel import WIDTH

        self.help.panel.show_page(page, part)
        if not self.is_open("help"):
            self.help.show()
            self._window.resizeDocks([self.help], [WIDTH], ACROSS)
