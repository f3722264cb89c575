"""A value on a node, typed where it stands: one field, laid over the row while it is edited."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QGraphicsView, QLineEdit, QMenu

from app.canvas.geometry import ParameterRow
from app.canvas.node_item import NodeItem
from app.language import tr
from app.number_input import read_number, typed
from app.session import Session
from app.wording import label, number_text, plain, value_of
from graph_engine.declaration import Choice, Integer, Number, Parameter, Text, Toggle

LEAST_SIZE = 11
LEAST_HEIGHT = 22
SWITCH = 32.0
"""The part of a row, at its end, where a press throws its switch."""


class ValueEditor(QLineEdit):
    def __init__(self, view: QGraphicsView, session: Session) -> None:
        super().__init__(view)  # not the viewport: what lies there is scrolled along
        self.setObjectName("value_editor")
        self._view, self._session = view, session
        self._on: tuple[str, Parameter] | None = None
        self.hide()
        view.horizontalScrollBar().valueChanged.connect(self.finish)
        view.verticalScrollBar().valueChanged.connect(self.finish)

    def edits(self, item: NodeItem, row: ParameterRow) -> bool:
        """Open on a row; whether it is of a kind that is edited where it stands."""
        kind = row.parameter.kind
        if isinstance(kind, Choice):
            self._open_menu(item, row, kind)
        elif isinstance(kind, Number | Integer) or (isinstance(kind, Text) and not kind.multiline):
            self._open_on(item, row)
        elif isinstance(kind, Toggle):
            flip(self._session, item, row)
        else:
            return False
        return True

    def _open_on(self, item: NodeItem, row: ParameterRow) -> None:
        self.finish()
        self._on = item.identity, row.parameter
        value, kind = value_of(item.face.node, row.parameter), row.parameter.kind
        self._fit(row.field.translated(item.pos()), item.stage.inks.values.font)
        self.setText(number_text(float(value), kind.step) if isinstance(kind, Number | Integer) else str(value))
        self.setAccessibleName(label(row.parameter))
        self._mark_wrong("")
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self, area: QRectF, font: QFont) -> None:
        """Over the row, in letters as large as there."""
        font = QFont(font)
        font.setPixelSize(max(LEAST_SIZE, round(font.pixelSize() * self._view.transform().m11())))
        self.setFont(font)
        place = self._view.mapFromScene(area).boundingRect()
        grow = max(2, LEAST_HEIGHT - place.height())
        self.setGeometry(place.adjusted(-1, -(grow // 2), 1, grow - grow // 2))

    def _open_menu(self, item: NodeItem, row: ParameterRow, kind: Choice) -> None:
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        node, parameter, now = item.identity, row.parameter, value_of(item.face.node, row.parameter)
        for option in kind.options:
            action = menu.addAction(tr(plain(option)), lambda option=option: self._take(node, parameter, option))
            action.setCheckable(True)
            action.setChecked(option == now)
        corner = self._view.mapFromScene(item.pos() + row.field.bottomLeft())
        menu.popup(self._view.viewport().mapToGlobal(corner + QPoint(0, 2)))

    def finish(self) -> None:
        """Take what is typed, if it breaks no rule."""
        if self._on is None:
            return
        (node, parameter), self._on = self._on, None
        self.hide()
        value = _read(parameter, self.text())
        if node in self._session.workflow.graph.nodes and not isinstance(value, _Rule):
            self._take(node, parameter, value)

    def give_up(self) -> None:
        """Leave the value as it was."""
        self._on = None
        self.hide()

    def _take(self, node: str, parameter: Parameter, value: object) -> None:
        self._session.set_parameter(node, parameter, value)
        self._session.settle()

    def _mark_wrong(self, rule: str) -> None:
        self.setProperty("wrong", bool(rule))
        self.setToolTip(rule)
        self.style().unpolish(self)
        self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
            self._view.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._on and isinstance(rule := _read(self._on[1], self.text()), _Rule):
                self._mark_wrong(rule)
                return
            self.finish()
            self._view.setFocus()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys that mean something in the window are letters here."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.finish()


class _Rule(str):
    """A rule that what is typed breaks."""


def _read(parameter: Parameter, text: str) -> object:
    kind = parameter.kind
    if not isinstance(kind, Number | Integer):
        return text
    found = read_number(kind, text)
    return _Rule(found) if isinstance(found, str) else typed(kind, found)


def flip(session: Session, item: NodeItem, row: ParameterRow) -> None:
    """Throw the switch of a row."""
    session.set_parameter(item.identity, row.parameter, not value_of(item.face.node, row.parameter))
    session.settle()
