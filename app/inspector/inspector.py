"""The inspector: the form of what is selected. It is built anew for another node and only refreshed for an edit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.inspector.node_form import NodeForm
from app.inspector.parameter_row import ParameterRow
from app.inspector.workflow_form import WorkflowForm
from app.language import tr
from app.naming import complete_names
from app.session import Session
from app.theme.tokens import Theme
from graph_engine.workflow import Workflow


class Inspector(QScrollArea):
    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.session, self.theme = session, theme
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.form: QWidget = QWidget()
        session.document_changed.connect(self.show_selection)
        session.catalogue_changed.connect(self._show_anew)
        session.selection_changed.connect(self.show_selection)
        session.workflow_changed.connect(self.show_change)
        session.step_changed.connect(self.show_step)
        session.problems_changed.connect(self.show_problems)
        session.parameter_requested.connect(self.show_parameter)
        session.reading.told.connect(self.show_told)
        session.reading.renewed.connect(self._ask_again)
        self.show_selection()

    def show_selection(self) -> None:
        """Build the form of what is selected."""
        node = self.session.selected_node
        if node:
            self.form = NodeForm(self.session, self.theme, node, self.session.type_of(node))
        elif self.session.selection:
            self.form = _several(len(self.session.selection))
        else:
            self.form = WorkflowForm(self.session, self.theme)
        before = self.takeWidget()
        self.setWidget(self.form)
        complete_names(self.form)
        if before:
            before.deleteLater()  # what it holds may be what was just pressed

    def _show_anew(self) -> None:
        """The form built again for an edit, and looked at where it was."""
        place = self.verticalScrollBar().value()
        self.show_selection()
        self.form.adjustSize()
        self.verticalScrollBar().setValue(place)

    def show_change(self, before: Workflow, after: Workflow) -> None:
        form = self.form
        if isinstance(form, NodeForm):
            known = after.graph.nodes.get(form.node)
            if known is None:
                return  # the selection follows, and the form with it
            if known.type != before.graph.nodes[form.node].type:
                self.show_selection()
            else:
                form.show_workflow()
        elif isinstance(form, WorkflowForm):
            gone = before.graph.nodes.keys() - after.graph.nodes.keys()
            if before.exposed.keys() != after.exposed.keys() or gone or form.interface_changed():
                self._show_anew()
            else:
                form.show_workflow()

    def show_step(self, node: str) -> None:
        if isinstance(self.form, NodeForm) and self.form.node == node:
            self.form.show_step()

    def show_problems(self) -> None:
        if isinstance(self.form, NodeForm):
            self.form.problems.show_problems()

    def show_told(self, node: str, name: str, told: object) -> None:
        """What came of a control's question."""
        for row in self.rows():
            if (row.node, row.parameter.name) == (node, name):
                row.control.show_told(told)

    def _ask_again(self) -> None:
        """A plan came: the worker may know more than before."""
        for row in self.rows():
            row.control.ask()

    def rows(self) -> list[ParameterRow]:
        return self.form.rows if isinstance(self.form, NodeForm | WorkflowForm) else []

    def show_parameter(self, node: str, name: str) -> None:
        """Select the node and put the keyboard on one of its parameters."""
        self.session.select({node})
        if isinstance(self.form, NodeForm) and (row := self.form.row(name)):
            self.ensureWidgetVisible(row)
            row.control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit_title(self) -> None:
        """Put the keyboard on the title of the selected node."""
        if isinstance(self.form, NodeForm):
            self.form.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.form.title.selectAll()


def _several(count: int) -> QWidget:
    form = QWidget()
    label = QLabel(tr("{count} nodes selected", count=count))
    label.setProperty("quiet", True)
    column = QVBoxLayout(form)
    column.setContentsMargins(12, 12, 12, 12)
    column.addWidget(label)
    column.addStretch()
    return form
