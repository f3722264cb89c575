"""One parameter: its name, its control, back to the default, and whether people who run the workflow may set it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from app.edits import exposed_name
from app.inspector.controls import control_for
from app.language import tr
from app.session import Session
from app.theme.icons import icon
from app.theme.tokens import Theme
from app.wording import label, plain, title_of, value_of
from graph_engine.declaration import Parameter

LABEL_WIDTH = 108


class ParameterRow(QWidget):
    def __init__(self, session: Session, theme: Theme, node: str, parameter: Parameter, name: str = "") -> None:
        super().__init__()
        self.session, self.theme, self.node, self.parameter = session, theme, node, parameter
        self.setObjectName(f"parameter_{parameter.name}")
        self.label = QLabel(tr(plain(name)) if name else label(parameter))
        self.label.setToolTip(parameter.help)
        self.control = control_for(parameter.kind, theme)
        self.control.setToolTip(parameter.help)
        self.control.setAccessibleName(label(parameter))
        self.control.setAccessibleDescription(parameter.help)
        self.control.changed.connect(lambda value: session.set_parameter(node, parameter, value))
        self.control.settled.connect(lambda: session.settle())  # Qt keeps a reference to what is bound to no widget for good
        self.control.asked.connect(lambda texts: session.ask_reading(node, parameter.name, texts))
        self.control.opened.connect(lambda: session.editor_requested.emit(node))
        self.driven = QLabel()
        self.driven.setProperty("quiet", True)
        self.reset = self._button("reset", tr("Back to the default"))
        self.reset.clicked.connect(self._reset)
        self.exposed = self._button("expose", "")
        self.exposed.setCheckable(True)
        self.exposed.setProperty("quiet", True)
        self.exposed.clicked.connect(lambda on: session.expose(node, parameter, on))
        self._lay_out()
        self.show_value()

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(toolTip=tip)
        button.setIcon(icon(name, self.theme, self.theme.muted, 14))
        button.setFixedSize(24, 24)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        return button

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        if self.control.whole_width:
            grid.addWidget(self.label, 0, 0, 1, 2)
            grid.addWidget(self.control, 1, 0, 1, 4)
            grid.addWidget(self.driven, 1, 0, 1, 4)
        else:
            self.label.setFixedWidth(LABEL_WIDTH)
            grid.addWidget(self.label, 0, 0)
            grid.addWidget(self.control, 0, 1)
            grid.addWidget(self.driven, 0, 1)
        grid.addWidget(self.reset, 0, 2)
        grid.addWidget(self.exposed, 0, 3)

    def leave_exposed(self) -> None:
        """Offer no button that takes the parameter out of what the workflow exposes."""
        policy = self.exposed.sizePolicy()
        policy.setRetainSizeWhenHidden(False)
        self.exposed.setSizePolicy(policy)
        self.exposed.hide()

    def show_value(self) -> None:
        workflow = self.session.workflow
        node = workflow.graph.nodes[self.node]
        self.control.show_value(value_of(node, self.parameter))
        driver = next((link for link in workflow.graph.into(self.node) if link.input == self.parameter.name), None)
        self.control.setVisible(driver is None)
        self.driven.setVisible(driver is not None)
        if driver:
            source_type = self.session.type_of(driver.source)
            output = source_type.output(driver.output) if source_type else None
            name = label(output) if output else tr(plain(driver.output))
            self.driven.setText(tr("from {title} · {name}", title=title_of(workflow.graph.nodes[driver.source], source_type), name=name))
        self.reset.setVisible(value_of(node, self.parameter) != self.parameter.default and driver is None)
        self._show_exposed(exposed_name(workflow, self.node, self.parameter.name))

    def _show_exposed(self, name: str) -> None:
        self.exposed.setChecked(bool(name))
        color = self.theme.accent if name else self.theme.faint
        self.exposed.setIcon(icon("expose", self.theme, color, 14))
        told = tr("Exposed as “{name}”: can be set without opening the graph. Click to hide it.", name=name)
        self.exposed.setToolTip(told if name else tr("Expose: let this be set without opening the graph, as --set on the command line"))

    def _reset(self) -> None:
        self.session.set_parameter(self.node, self.parameter, self.parameter.default)
        self.session.settle()
