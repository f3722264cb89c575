"""The window: docks, menus and tool bar around the canvas. Panels do not know one another; here they are joined to the session."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from app.album.album import Album, opened_or_begun_anew
from app.album.entry import Entry
from app.album_panel.recorder import Recorder
from app.aligning import Boxes, Place
from app.canvas.canvas import Canvas
from app.canvas.hearing import let_be_heard
from app.choices import Choices, apply_scale, theme_of
from app.commands import Commands
from app.docks import Docks
from app.document import Document
from app.document_tabs import DocumentTabs
from app.examples import examples
from app.faults import Faults
from app.files import SUFFIXES, Files
from app.focusing import step_panel
from app.garbage import Garbage
from app.help_page import keys_page, node_page
from app.helping import Topic, topic_under_pointer
from app.language import retold, tr
from app.linking import Gap, LooseEnd
from app.live import Live
from app.lost_work import told
from app.naming import complete_names
from app.notice import Notice
from app.notifying import Desktop, Notifier
from app.palette.palette import Palette
from app.places import data_folder, settings_folder
from app.preferences import read_preferences
from app.queue.jobs import QueueTrouble
from app.runner import Runner
from app.script_export import ScriptExport
from app.session import Session
from app.simple_view import SimpleView
from app.status import Status
from app.theme.change import become, own, renew_icons
from app.theme.icons import icon
from app.theme.style import apply_theme
from app.theme.tokens import DARK, Theme
from app.tidying import tidied
from app.tour import Tour
from app.trail import Trail
from app.translating import apply_language, language_of_system
from graph_engine.catalogue import Catalogue
from graph_engine.workflow import read

PLAN_PAUSE = 300  # milliseconds
TICK = 1000  # milliseconds between looks at the clock while a job runs


class Window(QMainWindow):
    def __init__(self, session: Session, runner: Runner, theme: Theme = DARK, album: Album | None = None) -> None:
        """``album`` keeps what runs make; without one nothing is kept, and there is no history."""
        super().__init__()
        theme = own(theme)
        self.session, self.runner, self.theme = session, runner, theme
        self.files = Files(self, session)
        self.script_export = ScriptExport(runner.nodes, self)
        self.canvas = Canvas(session, theme)
        self.notice = Notice(theme)
        self.tabs = DocumentTabs(session)
        self.trail = Trail(session, theme)
        self.status = Status(session, theme)
        self.palette = Palette(self.canvas, session, theme)  # type: ignore[assignment]
        self.recorder = Recorder(album, session) if album else None
        self.desktop = Desktop(self)
        self.notifier = Notifier(self, self.desktop.tell)
        self._plan_timer = QTimer(self, singleShot=True, interval=PLAN_PAUSE)
        self._tick_timer = QTimer(self, interval=TICK)
        self.commands = Commands(self)
        self.live = Live(session, self)
        self.choices = Choices(self, session, self.commands.by_name, settings_folder() if session.folder else None)
        self._lay_out()
        self.tour = Tour(self, theme)
        self._join()
        self.show_title()
        self.commands.show_possible()
        self.show_beginnings()
        complete_names(self)

    # looks

    def _lay_out(self) -> None:
        self.setObjectName("tessera")
        self.resize(1440, 900)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.simple_view = SimpleView(self.session, self.theme, self.commands["run"])
        column.addWidget(self.tabs)
        column.addWidget(self.trail)
        column.addWidget(self.canvas)
        column.addWidget(self.simple_view)
        column.addWidget(self.notice)
        self.setCentralWidget(middle)
        self.docks = Docks(self, self.session, self.theme, self.recorder)
        self.docks.job_requested.connect(self._open_job)
        self.docks.entry_requested.connect(self._open_entry)
        self.docks.editor_closed.connect(self.close_editor)
        self.viewer, self.inspector = self.docks.viewer.panel, self.docks.inspector.panel
        self.status.queue.clicked.connect(self.docks.toggle_queue)
        self.status.worker.clicked.connect(self.docks.toggle_memory)
        self.setStatusBar(self.status)
        self.commands.fill_menus()
        self.addToolBar(self.commands.tool_bar())
        self.setAcceptDrops(True)
        self.canvas.setFocus()

    def show_help(self) -> None:
        """Help on what the pointer is over, else on the selected node, else on the keys."""
        selected = self.session.selected_node
        topic = topic_under_pointer(self.canvas) or (Topic(self.session.workflow.graph.nodes[selected].type) if selected else None)
        found = self.session.catalogue.get(topic.type) if topic else None
        if topic and found:
            self.docks.show_help(node_page(found, self.theme, topic.part), topic.part)
        else:
            self.docks.show_help(keys_page(self.theme, self.commands.keys()))

    def close_editor(self) -> None:
        self.docks.close("editor")
        self.canvas.setFocus()

    # what joins the panels

    def _join(self) -> None:
        session, runner = self.session, self.runner
        session.worker = runner
        session.modified_changed.connect(self.show_title)
        self.tabs.close_requested.connect(self.close_tab)
        session.document_changed.connect(self._show_document)
        for changed in (
            session.selection_changed,
            session.pieces_changed,
            session.run_changed,
            session.workflow_changed,
            session.document_changed,
        ):
            changed.connect(self.commands.show_possible)
        session.said.connect(self.notice.say)
        self.files.scripting = self.script_export.export
        self.script_export.said.connect(self.notice.say)
        session.report_changed.connect(self.show_report)
        session.editor_requested.connect(self.docks.open_editor)
        self.canvas.node_requested.connect(self._open_palette)
        self.canvas.menu_requested.connect(self.commands.open_menu)
        page = self.canvas.start_page
        page.opening_requested.connect(self.files.open)
        page.tour_requested.connect(self.tour.begin)
        page.example_requested.connect(self.files.begin_with_example)
        page.file_requested.connect(self.files.open_recent)
        self.palette.chosen.connect(self._add_node)  # type: ignore[attr-defined]
        self.palette.closed.connect(self._close_palette)  # type: ignore[attr-defined]
        runner.ready.connect(self._take_ready)
        runner.happened.connect(session.running.take_event)
        runner.refused.connect(session.running.take_refusal)
        runner.began.connect(session.running.take_begin)
        runner.expected.connect(session.queueing.expect)
        runner.ended.connect(self.notifier.tell_of)
        runner.ended.connect(session.queueing.take_end)
        runner.ended.connect(self.live.take_end)
        self.live.turned.connect(self.commands.show_possible)
        runner.queue_changed.connect(session.queueing.tell)
        runner.queue_changed.connect(self._show_queue)
        runner.planned.connect(session.running.take_plan)
        session.workflow_changed.connect(self._plan_soon)
        session.document_changed.connect(self._plan_soon)
        session.run_ended.connect(self._plan_soon)
        self._plan_timer.timeout.connect(session.running.ask_plan)
        self._tick_timer.timeout.connect(session.run_changed.emit)
        self._tick_timer.timeout.connect(session.housekeeping.ask)
        runner.holdings_told.connect(session.housekeeping.take)
        runner.words_told.connect(session.reading.take)
        session.housekeeping.altered.connect(self._plan_soon)
        runner.lost.connect(self._take_loss)
        session.queueing.tell()
        self._join_album()

    def _join_album(self) -> None:
        if (recorder := self.recorder) is None:
            return
        self.runner.happened.connect(lambda event: recorder.take(event, self.runner.current))
        self.runner.ended.connect(recorder.take_end)
        recorder.trouble.connect(lambda text: self.session.said.emit(text, "warning"))

    def _open_job(self, number: int) -> None:
        with contextlib.suppress(QueueTrouble):  # another process was quicker and forgot it
            job = self.runner.jobs.job(number)
            asked = self.session.queueing.asked(job.run)
            if (asked and asked.document is self.session.document) or self.files.may_leave():
                self.session.running.open_job(job)

    def _open_entry(self, entry: Entry) -> None:
        """Open the workflow that made a picture as a new document; what that makes comes from the picture."""
        if self.recorder and self.files.may_leave():
            workflow = read(self.recorder.album.workflow(entry), entry.name)
            self.session.show_document(Document(workflow, saved=False))
            self.recorder.keeping.comes_from(self.session.document, entry.id)

    def toggle_simple_view(self) -> None:
        """The graph with its panels, or what the whole file lets one set with the result beside it."""
        simple = not self.simple_view.isVisible()
        if simple:
            self.session.groups.step_out(len(self.session.document.way))
        for dock in self.docks.of_graph:
            dock.setVisible(not simple)
        self.canvas.setVisible(not simple)
        self.simple_view.setVisible(simple)
        self.commands["simple_view"].setText(tr("Graph") if simple else tr("Simple view"))

    def show_theme(self, theme: Theme) -> None:
        """Another theme, at once."""
        become(self.theme, theme)
        application: QApplication = QApplication.instance()  # type: ignore[assignment]
        apply_theme(application, self.theme)
        renew_icons((*self.findChildren(QAction), *self.findChildren(QAbstractButton)), self.theme)
        self.commands.run_button.setIcon(icon("run", self.theme, self.theme.on_accent))
        self.canvas.show_theme()
        self.inspector.show_selection()
        self.status.show_problems()
        if self.docks.is_open("help"):
            self.show_help()
        for panel in self.findChildren(QWidget):
            panel.update()

    def edit_values(self) -> None:
        """The keyboard on the first value of what is selected."""
        self.inspector.setFocus()
        if rows := self.inspector.rows():
            rows[0].control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def step_panel(self, by: int) -> None:
        docks = [dock.widget() for dock in self.findChildren(QDockWidget)]
        step_panel((self.canvas, self.simple_view, *docks), by)

    def _show_document(self) -> None:
        self.show_beginnings()
        self.notice.hide()
        self.canvas.frame_all()
        self.canvas.setFocus()

    def show_beginnings(self) -> None:
        """An empty document shows what can be begun with."""
        if not self.session.workflow.graph.nodes:
            self.canvas.start_page.show_beginnings(examples(), self.files.recent.files())

    def show_report(self) -> None:
        self.docks.show_report()
        self.commands.show_possible()
        if self.session.report:
            QTimer.singleShot(0, self.canvas.frame_all)  # once the canvas has made room

    def _plan_soon(self) -> None:
        """Ask for a plan when changes pause; the timer rests otherwise."""
        self._plan_timer.start()

    def _show_queue(self) -> None:
        """The time that is left goes by without an event, so the clock is looked at while a job runs, and only then."""
        busy = self.session.queueing.is_busy
        if busy != self._tick_timer.isActive():
            self._tick_timer.start() if busy else self._tick_timer.stop()
        self.commands.show_possible()

    def show_title(self) -> None:
        document = self.session.document
        self.setWindowTitle(f"{document.name}[*] — Tessera")
        self.setWindowModified(document.modified)

    def _open_palette(self, at: QPoint, loose: LooseEnd | Gap | None) -> None:
        self.palette.open_at(at, self.canvas.mapToScene(at), loose)  # type: ignore[attr-defined]

    def _close_palette(self) -> None:
        self.canvas.drop_kept_wire()
        self.canvas.setFocus()

    def _add_node(self, type_id: str, at: QPointF, loose: LooseEnd | Gap | None) -> None:
        place = self.canvas.new_place(at, loose)
        if isinstance(loose, Gap):
            self.session.rewires.add_on(type_id, place, loose.link)
        else:
            self.session.add_node(type_id, place, loose, behind=self.session.selected_node)

    def _take_ready(self, catalogue: Catalogue) -> None:
        self.status.show_worker(tr("Worker ready"))
        self.session.housekeeping.begin_anew()
        self._plan_soon()
        if catalogue != self.session.installed:
            self.session.show_catalogue(catalogue)
        for broken in catalogue.broken:
            self.session.said.emit(tr("{module} was left out: {message}", module=broken.module, message=retold(broken.message)), "warning")

    def toggle_tokens(self) -> None:
        """The tokens over the picture, with the keyboard on them, or the picture alone."""
        viewer = self.simple_view.viewer if self.simple_view.isVisible() else self.viewer
        viewer.tokens.toggle()
        (viewer.view if viewer.tokens.isChecked() else self.canvas).setFocus()

    def start(self) -> None:
        """Start the worker. Where an earlier window left jobs, the queue is shown, which asks about them; none runs unasked."""
        self.runner.start()
        for trouble in self.runner.troubles:
            self.session.said.emit(f"{retold(trouble)}.", "warning")
        if self.session.queueing.find_left():
            self.docks.queue.show()
            self.session.queueing.tell()

    def _take_loss(self, reason: str) -> None:
        self.status.show_worker(tr("Worker ended"))
        self.session.running.take_loss(reason)

    def tell_fault(self, text: str, details: str) -> None:
        """An exception that nobody expected: it is told, and the document stays as it was."""
        self.notice.offer(text, {tr("Copy details"): lambda: QApplication.clipboard().setText(details)}, "error")

    def offer_lost_work(self) -> None:
        """Say that a window ended with unsaved work, if one did."""
        self.files.look_for_lost_work()
        self.commands.show_possible()
        if self.files.lost:
            self.notice.offer(tr("{told}: the program ended before it was saved.", told=told(self.files.lost)), self._lost_offers())

    def _lost_offers(self) -> dict[str, Callable[[], object]]:
        if len(self.files.lost) > 1:
            return {tr("Look at it…"): self.files.show_lost}
        return {
            tr("Recover"): lambda: self.files.recover(self.files.lost[0]),
            tr("Forget it"): lambda: self.files.forget(self.files.lost[0]),
        }

    # commands

    def vary(self) -> None:
        """Ask what is to vary, and put it on the queue."""
        from app.vary import VaryValues  # as the closed docks: no launch waits on it

        dialog = VaryValues(self.session, self)
        if dialog.exec() and dialog.sweep:
            self.session.running.vary(dialog.sweep, dialog.folder)
            self.docks.queue.show()

    def close_tab(self, document: Document) -> None:
        self.session.turn_to(document)
        self.files.close_document()

    @property
    def chosen_boxes(self) -> Boxes:
        return self.canvas.boxes(self.session.selection)

    def arrange(self, label: str, places: Mapping[str, Place]) -> None:
        """Put nodes in their new places, as one edit."""
        self.session.move_nodes(places, label=label)

    def tidy(self) -> None:
        """Lay out what is selected, or everything."""
        chosen = self.canvas.boxes(self.session.selection if len(self.session.selection) > 1 else ())
        self.arrange(tr("Tidy up"), tidied(chosen, self.session.workflow.graph, self.canvas.offsets()))

    def copy(self) -> None:
        if text := self.session.copied():
            QApplication.clipboard().setText(text)

    def cut(self) -> None:
        self.copy()
        self.session.delete(self.session.selection)

    def paste(self, keep_inputs: bool = False) -> None:
        self.session.paste(QApplication.clipboard().text(), keep_inputs=keep_inputs)

    def rename(self) -> None:
        """A node in the inspector; a frame or note where it lies."""
        if len(self.session.pieces) == 1 and not self.session.selection:
            self.canvas.write(next(iter(self.session.pieces)))
            return
        self.inspector.edit_title()

    # the window itself

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if (path := _dropped(event)) and self.files.may_leave():
            self.files.open_path(path)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.desktop.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave_all():
            event.ignore()
            return
        self.live.turn(False)
        for document in self.session.documents:
            document.close()
        self.hide()  # the worker may need a moment to end
        self.runner.close()
        self.script_export.close()
        if self.recorder:
            self.recorder.close()
        event.accept()


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path and path.suffix.lower() in SUFFIXES else None


def make_window(runner: Runner, path: Path | None = None, theme: Theme = DARK) -> Window:
    """A window that is ready to be shown; its worker is not started yet."""
    troubles: list[str] = []
    album = opened_or_begun_anew(data_folder(), troubles.append)
    window = Window(Session(runner.remembered(), folder=data_folder()), runner, theme, album)
    for trouble in troubles:
        window.session.said.emit(f"{retold(trouble)}.", "warning")
    if path:
        window.files.open_path(path)
    window.offer_lost_work()
    return window


def main(argv: list[str]) -> int:
    """Open the window, on a workflow file if one is named."""
    preferences = read_preferences(settings_folder())
    apply_scale(preferences)
    application = QApplication(argv[:1])
    application.setApplicationName("Tessera")
    application.setDesktopFileName("tessera")
    apply_theme(application, theme_of(preferences))
    apply_language(application, preferences.language or language_of_system())
    Garbage(application)
    let_be_heard()
    faults = Faults(data_folder())
    faults.install()
    runner = Runner()
    window = make_window(runner, Path(argv[1]) if len(argv) > 1 else None, theme_of(preferences))
    faults.told.connect(window.tell_fault)
    window.show()
    # The worker starts once the window has been painted: nobody waits for torch.
    QTimer.singleShot(0, window.start)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
