"""The selected node: title, what it is, how its last step went, parameters, what goes in and what came out, help."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.inspector.failure_box import FailureBox
from app.inspector.parameter_row import ParameterRow
from app.inspector.problem_box import ProblemBox
from app.language import marked, retold, tr
from app.session import Session
from app.steps import Step
from app.theme.icons import icon
from app.theme.tokens import Theme
from app.wording import label, plain, result_text, seconds_text, title_of
from graph_engine.declaration import NodeType

SHOWN_ITEMS = 12
"""Items of a list that are named one by one."""
LONGEST = 160
"""Characters of a kept value that are shown."""
STATES = {
    "": marked("Has not run yet"),
    "waiting": marked("Waiting for its turn"),
    "running": marked("Running"),
    "ran": marked("Ran"),
    "memory": marked("Kept in memory"),
    "disk": marked("Kept on disk"),
    "failed": marked("Failed"),
}


class NodeForm(QWidget):
    def __init__(self, session: Session, theme: Theme, node: str, node_type: NodeType | None) -> None:
        super().__init__()
        self.session, self.theme, self.node, self.node_type = session, theme, node, node_type
        self.title = QLineEdit()
        self.title.setObjectName("node_title")
        self.title.setAccessibleName(tr("Title of the node"))
        self.title.editingFinished.connect(self._rename)
        self.state = _quiet("")
        self.failure = FailureBox(theme)
        self.problems = ProblemBox(session, theme, node, self)
        self.help = _wrapped(self._help_text())
        self.help.hide()
        self.rows = self._rows()
        self.ends = _wrapped("")
        self._lay_out()
        self.show_workflow()
        self.show_step()

    def _rows(self) -> list[ParameterRow]:
        parameters = self.node_type.parameters if self.node_type else ()
        return [ParameterRow(self.session, self.theme, self.node, parameter) for parameter in parameters]

    def _help_text(self) -> str:
        if self.node_type is None:
            return ""
        paragraphs = [" ".join(part.split()) for part in self.node_type.help.split("\n\n")]
        return "\n\n".join(part for part in paragraphs if part) or tr("There is no more to say than the line above.")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 16)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(_wrapped(self._summary()))
        column.addWidget(self.help)
        column.addWidget(self.failure)
        column.addWidget(self.problems)
        column.addSpacing(4)
        for row in self.rows:
            column.addWidget(row)
        column.addSpacing(4)
        column.addWidget(_rule())
        column.addWidget(self.ends)
        column.addWidget(self.state)
        column.addStretch()

    def _head(self) -> QHBoxLayout:
        help_button = QToolButton(toolTip=tr("What this node does"))
        help_button.setIcon(icon("help", self.theme, self.theme.muted))
        help_button.setCheckable(True)
        help_button.toggled.connect(self.help.setVisible)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.title)
        head.addWidget(help_button)
        return head

    def _summary(self) -> str:
        if self.node_type is None:
            kind = self.session.workflow.graph.nodes[self.node].type
            return tr("The node type {kind} is not installed. The node keeps all it holds and is saved unchanged.", kind=kind)
        return retold(self.node_type.summary)

    def _rename(self) -> None:
        node = self.session.workflow.graph.nodes.get(self.node)  # gone where a field loses the keyboard because its node went
        if node and self.title.text().strip() != title_of(node, self.node_type):
            self.session.rename(self.node, self.title.text().strip())

    def show_workflow(self) -> None:
        """Follow an edit of the same node."""
        node = self.session.workflow.graph.nodes[self.node]
        if not self.title.hasFocus():
            self.title.setText(title_of(node, self.node_type))
        for row in self.rows:
            row.show_value()
        self.ends.setText(self._ends_text())

    def _ends_text(self) -> str:
        workflow = self.session.workflow
        lines = []
        for entry in self.node_type.inputs if self.node_type else ():
            sources = [link for link in workflow.graph.into(self.node) if link.input == entry.name and link.source in workflow.graph.nodes]
            names = (title_of(workflow.graph.nodes[link.source], self.session.type_of(link.source)) for link in sources)
            lines.append((label(entry), ", ".join(names) or (tr("not connected") if entry.required else tr("optional"))))
        for result in self.session.steps[self.node].results:
            lines.append((tr(plain(result.output)), result_text(result)))
            lines += [(f"{number}", result_text(item)) for number, item in enumerate(result.items[:SHOWN_ITEMS], 1)]
        lines += self._kept_lines()
        name_style = f"color:{self.theme.muted}; padding-right:12px; padding-bottom:2px"
        rows = (f'<tr><td style="{name_style}">{html.escape(name)}</td><td>{html.escape(value)}</td></tr>' for name, value in lines)
        return f"<table>{''.join(rows)}</table>" if lines else ""

    def _kept_lines(self) -> list[tuple[str, str]]:
        """What a node of a type that is not installed holds: it can be read, and nothing changes it."""
        kept = self.session.workflow.graph.nodes[self.node].parameters if self.node_type is None else {}
        return [(name, " ".join(str(value).split())[:LONGEST]) for name, value in list(kept.items())[:SHOWN_ITEMS]]

    def show_step(self) -> None:
        step = self.session.steps[self.node]
        self.failure.show_step(step)
        self.state.setText(_state_text(step, self.session.reason_text))
        self.ends.setText(self._ends_text())
        self.ends.setVisible(bool(self.ends.text()))

    def row(self, name: str) -> ParameterRow | None:
        return next((row for row in self.rows if row.parameter.name == name), None)


def _state_text(step: Step, reason_text: Callable[[str], str]) -> str:
    text = tr(STATES[step.state])
    if step.state == "running" and step.total:
        text += tr(", {done} of {total}", done=step.done, total=step.total)
    if step.state == "ran":
        text += tr(" in {time}", time=seconds_text(step.seconds))
    if step.reason and step.state in ("ran", "running"):
        text += tr(" · reason: {reason}", reason=reason_text(step.reason))
    parts = [text, _outlook(step, reason_text), retold(step.note) if step.state == "running" else "", *map(retold, step.notes), *step.files]
    return "\n".join(part for part in parts if part)


def _outlook(step: Step, reason_text: Callable[[str], str]) -> str:
    """What the next run would do with the node, where that is news."""
    if step.kept:
        return tr(
            "The result of what is set now is held in memory" if step.kept == "memory" else "The result of what is set now is held on disk"
        )
    if step.planned == "run" and (step.stale or not step.state):
        return tr("Will run · reason: {reason}", reason=reason_text(step.why))
    if step.planned in ("skipped", "perhaps"):
        return f"{tr('Will not run') if step.planned == 'skipped' else tr('Runs if it is needed')} · {reason_text(step.why)}"
    return tr("Changed since it ran") if step.stale else ""


def _quiet(text: str) -> QLabel:
    label = _wrapped(text)
    label.setProperty("quiet", True)
    return label


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("rule")
    return rule
