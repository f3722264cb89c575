"""With nothing selected: the workflow itself, and the parameters that it exposes, to be set without looking for their nodes."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.inspector.interface_form import InterfaceForm
from app.inspector.parameter_row import ParameterRow
from app.inspector.shared_undo import share_undo
from app.language import tr
from app.session import Session
from app.theme.tokens import Theme

DESCRIPTION_HEIGHT = 72


class WorkflowForm(QWidget):
    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.session, self.theme = session, theme
        self.definition = session.groups.here
        self.name = QLineEdit(placeholderText=tr("Name of the group") if self.definition else tr("Name of the workflow"))
        self.name.setObjectName("workflow_name")
        self.name.textEdited.connect(lambda text: session.describe(name=text))
        self.name.editingFinished.connect(lambda: session.settle())  # not bound: see ParameterRow
        self.description = QPlainTextEdit(placeholderText=tr("What it makes, for whoever opens it"))
        self.description.setObjectName("workflow_description")
        self.description.setFixedHeight(DESCRIPTION_HEIGHT)
        self.description.setTabChangesFocus(True)
        self.description.textChanged.connect(lambda: session.describe(description=self.description.toPlainText()))
        for field in (self.name, self.description):
            share_undo(field)
        self.rows = exposed_rows(session, theme)
        self._lay_out()
        self.show_workflow()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 16)
        column.setSpacing(8)
        column.addWidget(self.name)
        column.addWidget(self.description)
        column.addSpacing(8)
        heading = QLabel(tr("Exposed parameters"))
        heading.setProperty("heading", True)
        column.addWidget(heading)
        for row in self.rows:
            column.addWidget(row)
        if not self.rows:
            where = tr("on the group") if self.definition else tr("here, and to --set on the command line")
            hint = QLabel(tr("None yet. The arrow beside a parameter of a node offers it {where}.", where=where))
            hint.setWordWrap(True)
            hint.setProperty("quiet", True)
            column.addWidget(hint)
        if self.definition:
            column.addWidget(InterfaceForm(self.session, self.theme, self.definition))
        column.addStretch()

    def interface_changed(self) -> bool:
        """Whether the group one is in has other inputs, outputs or another loop than the form shows."""
        now, shown = self.session.groups.here, self.definition
        if now is None or shown is None:
            return now is not shown
        return (now.inputs, now.outputs, now.loop) != (shown.inputs, shown.outputs, shown.loop)

    def show_workflow(self) -> None:
        workflow = self.session.workflow
        if self.name.text() != workflow.name:
            self.name.setText(workflow.name)
        if self.description.toPlainText() != workflow.description:
            blocked = self.description.blockSignals(True)
            self.description.setPlainText(workflow.description)
            self.description.blockSignals(blocked)
        for row in self.rows:
            row.show_value()

    def show_step(self) -> None:
        """The workflow has no step of its own."""


def exposed_rows(session: Session, theme: Theme) -> list[ParameterRow]:
    """A row for each parameter that the workflow exposes and that is there."""
    rows = []
    workflow = session.workflow
    for name, exposed in workflow.exposed.items():
        node_type = session.type_of(exposed.node) if exposed.node in workflow.graph.nodes else None
        if parameter := node_type.parameter(exposed.parameter) if node_type else None:
            rows.append(ParameterRow(session, theme, exposed.node, parameter, name))
    return rows
