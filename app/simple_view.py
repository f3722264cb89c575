"""The workflow without its graph: what it lets one set, a button, and the result beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.inspector.parameter_row import ParameterRow
from app.inspector.workflow_form import exposed_rows
from app.language import marked, tr
from app.naming import complete_names
from app.preview.viewer import Viewer
from app.session import Session
from app.theme.fonts import font
from app.theme.icons import icon
from app.theme.tokens import Theme
from graph_engine.workflow import Workflow

FORM_WIDTH = 400
NOTHING = marked("This workflow lets nothing be set yet.\nIn the graph, the arrow beside a parameter brings it here.")


class SimpleView(QWidget):
    """Follows the document while it is visible; hidden, it does nothing."""

    def __init__(self, session: Session, theme: Theme, run: QAction) -> None:
        super().__init__()
        self.setObjectName("simple_view")
        self.session, self.theme = session, theme
        self.rows: list[ParameterRow] = []
        self.viewer = Viewer(session, theme)
        self.name, self.description = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.name.setFont(font(20, QFont.Weight.DemiBold))
        for text in (self.name, self.description):
            text.setTextFormat(Qt.TextFormat.PlainText)
        self.description.setProperty("quiet", True)
        self.run = QPushButton(icon("run", theme, theme.on_accent), run.text())
        self.run.setProperty("primary", True)
        self.run.setToolTip(run.toolTip())
        self.run.clicked.connect(run.trigger)
        self._form = QVBoxLayout()
        self._form.setSpacing(12)
        self._lay_out()
        session.document_changed.connect(self._renew)
        session.catalogue_changed.connect(self._renew)
        session.workflow_changed.connect(self._follow)
        session.reading.told.connect(self._show_told)
        self.hide()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addWidget(self.name)
        column.addWidget(self.description)
        column.addSpacing(16)
        column.addLayout(self._form)
        column.addSpacing(16)
        column.addWidget(self.run)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setObjectName("simple_form")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(FORM_WIDTH)
        scroll.setWidget(inside)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(scroll)
        row.addWidget(self.viewer, 1)

    def showEvent(self, event: object) -> None:
        self._renew()

    def _renew(self) -> None:
        """Build the form of what the document exposes."""
        if not self.isVisible():
            return
        while item := self._form.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        self.rows = exposed_rows(self.session, self.theme)
        for row in self.rows:
            row.leave_exposed()
            self._form.addWidget(row)
        if not self.rows:
            hint = QLabel(tr(NOTHING), wordWrap=True)
            hint.setProperty("quiet", True)
            self._form.addWidget(hint)
        complete_names(self)
        self._show_words()

    def _show_told(self, node: str, name: str, told: object) -> None:
        """What came of a control's question."""
        for row in self.rows if self.isVisible() else ():
            if (row.node, row.parameter.name) == (node, name):
                row.control.show_told(told)

    def _show_words(self) -> None:
        self.name.setText(self.session.workflow.name or self.session.document.name)
        self.description.setText(self.session.workflow.description)
        self.description.setVisible(bool(self.session.workflow.description))

    def _follow(self, before: Workflow, after: Workflow) -> None:
        """An edit that changes what is exposed builds the form anew; any other shows its values."""
        if not self.isVisible():
            return
        if before.exposed != after.exposed or any(row.node not in after.graph.nodes for row in self.rows):
            self._renew()
            return
        self._show_words()
        for row in self.rows:
            row.show_value()
