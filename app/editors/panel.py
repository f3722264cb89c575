"""The dock of editors: the tools and the paper of the painted node that was selected last. It never waits and never asks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.editors.editor import Editor
from app.editors.fields import icon_button
from app.editors.frame_editor import FrameEditor
from app.editors.layers_editor import LayersEditor
from app.editors.layout_editor import LayoutEditor
from app.editors.mask_editor import MaskEditor
from app.editors.paper import Paper
from app.editors.sketch_editor import SketchEditor
from app.editors.subject import Subject, painted_parameter
from app.language import marked, tr
from app.naming import complete_names
from app.pictures import to_qimage
from app.session import Session
from app.theme.tokens import Theme
from graph_engine.values import Pixels

EDITORS: dict[str, Callable[[Subject, Theme], Editor]] = {
    "mask": MaskEditor,
    "sketch": SketchEditor,
    "frame": FrameEditor,
    "layers": LayersEditor,
    "layout": LayoutEditor,
}
"""Which editor makes which painted document."""

NOTHING = marked("Select a node that is painted by hand,\nas Paint mask, to paint here")


class EditorPanel(QWidget):
    closed = Signal()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.session, self.theme = session, theme
        self.editor: Editor | None = None
        self.paper = Paper(theme)
        self.name = QLabel()
        self.facts = QLabel()
        self.facts.setProperty("quiet", True)
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint = QLabel(tr(NOTHING))
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setProperty("quiet", True)
        self.run_button = QPushButton(tr("Run up to the picture"))
        self.run_button.setToolTip(tr("Make the picture that leads in, to paint on it"))
        self.run_button.clicked.connect(self._run_source)
        self._strip, self._bars, self._sides = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._buttons: dict[str, QToolButton] = {}
        self._shown: tuple[Pixels | None, tuple[int, int]] | None = None
        self._lay_out()
        self._join()
        self.show_subject(None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 4)
        head.setSpacing(4)
        actual = QToolButton(text="1:1", toolTip=tr("One pixel of the picture on one pixel of the screen (1)"))
        actual.clicked.connect(self.paper.show_actual_size)
        fit = icon_button(self.theme, "fit", tr("Fit the picture into the view (0)"), self.paper.fit)
        self.close_button = icon_button(self.theme, "close", tr("Close the editor"), self.closed.emit)
        head.addWidget(self.name)
        head.addSpacing(4)
        head.addWidget(self.facts, 1)
        for button in (self.run_button, actual, fit, self.close_button):
            head.addWidget(button)
        self._strip.setContentsMargins(4, 4, 4, 4)
        self._strip.setSpacing(2)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(self._strip)
        middle.addWidget(self.paper, 1)
        middle.addWidget(self.hint, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(self._bars)
        column.addLayout(middle, 1)
        column.addLayout(self._sides)

    def _join(self) -> None:
        session = self.session
        session.selection_changed.connect(self._follow_selection)
        session.workflow_changed.connect(self._follow_edit)
        session.document_changed.connect(lambda: self.show_subject(None))
        session.picture_changed.connect(self.show_picture)
        self.paper.zoom_changed.connect(self._tell)

    # what is edited

    @property
    def subject(self) -> Subject | None:
        return self.editor.subject if self.editor else None

    def edit(self, node: str) -> None:
        """Show the editor of a node, and give it the keyboard."""
        self._show_node(node)
        self.paper.setFocus()

    def _follow_selection(self, *_: object) -> None:
        """Another painted node that is selected takes the place; any other leaves what is here."""
        if self.isVisible() and self.session.selected_node:
            self._show_node(self.session.selected_node)

    def _show_node(self, node: str) -> None:
        parameter = painted_parameter(self.session, node)
        if parameter and not (self.subject and (self.subject.id, self.subject.parameter) == (node, parameter)):
            self.show_subject(Subject(self.session, node, parameter))

    def _follow_edit(self, *_: object) -> None:
        if self.subject and not self.subject.alive:
            self.show_subject(None)
        elif self.editor:
            self.show_picture()
            self.editor.show_value()
            self._tell()

    def show_subject(self, subject: Subject | None) -> None:
        made = EDITORS.get(subject.editor) if subject else None
        for layout in (self._strip, self._bars, self._sides):
            _empty(layout)
        self.paper.show_editor(None)
        if self.editor:
            self.editor.deleteLater()
        self.editor = made(subject, self.theme) if made and subject else None
        if self.editor:
            self.editor.repaint_wanted.connect(self._tell)
        self._shown = None
        self.paper.setVisible(self.editor is not None)
        self.hint.setVisible(self.editor is None)
        if self.editor:
            self._show_tools(self.editor)
            self.paper.show_editor(self.editor)
            self.paper.fitted = True
            self.show_picture()
        self._tell()

    def _show_tools(self, editor: Editor) -> None:
        group = QButtonGroup(editor)
        self._buttons = {}
        for tool in editor.tools:
            button = icon_button(self.theme, tool.icon, tr(tool.tip), lambda name=tool.name: editor.choose_tool(name), True)
            button.setObjectName(f"tool_{tool.name}")
            button.setChecked(tool.name == editor.tool)
            group.addButton(button)
            self._buttons[tool.name] = button
            self._strip.addWidget(button)
        self._strip.addStretch(1)
        editor.tool_changed.connect(lambda name: self._buttons[name].setChecked(True))
        self._bars.addWidget(editor.options())
        if side := editor.side():
            self._sides.addWidget(side)
        complete_names(self)

    # the picture

    def show_picture(self) -> None:
        """Follow the picture that leads in."""
        subject, editor = self.subject, self.editor
        if subject is None or editor is None or not subject.alive:
            return
        pixels, size = editor.pictures()
        if self._shown is None or self._shown[0] is not pixels or self._shown[1] != size:
            self._shown = pixels, size
            image = to_qimage(pixels) if pixels else None
            editor.show_paper(image, QSize(*size))
            self.paper.show_picture(image, QSize(*size))
        editor.show_pictures()
        self._tell()

    def _run_source(self) -> None:
        if self.subject and (sources := self.subject.missing()):
            self.session.running.run(sources)

    def _tell(self) -> None:
        subject = self.subject
        self.name.setText(subject.title if subject and subject.alive else tr("Editor"))
        waits = bool(subject and subject.alive and subject.missing())
        self.run_button.setVisible(waits)
        self.run_button.setEnabled(not self.session.runs.running)
        if subject and subject.alive:
            width, height = self.paper.picture_size.toTuple()
            percent = round(self.paper.zoom * self.paper.devicePixelRatioF() * 100)
            note = f" · {self.editor.note}" if self.editor and self.editor.note else ""
            self.facts.setText(f"{width} × {height}{note} · {percent} %{tr(' · no picture leads in yet') if waits else ''}")
        else:
            self.facts.setText("")


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        if widget := layout.takeAt(0).widget():
            widget.setParent(None)
            widget.deleteLater()
