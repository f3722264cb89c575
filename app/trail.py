"""Where one is in a document: the groups that were stepped into, each a button that leads back there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from app.language import tr
from app.session import Session
from app.theme.icons import pixmap
from app.theme.tokens import Theme

ARROW = 12


class Trail(QFrame):
    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("trail")
        self._session, self._theme = session, theme
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 4, 8, 4)
        self._row.setSpacing(2)
        self._row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._shown: list[str] = []
        session.document_changed.connect(self.show_way)
        session.workflow_changed.connect(self.show_way)
        session.catalogue_changed.connect(self.show_way)
        self.show_way()

    def show_way(self) -> None:
        """Made anew when the way or a name on it changes; gone in the file's own graph."""
        names = self._session.groups.names_on_the_way()
        if names != self._shown:
            self._shown = names
            self._fill(names)
        self.setVisible(len(names) > 1)

    def _fill(self, names: list[str]) -> None:
        while item := self._row.takeAt(0):
            if widget := item.widget():
                widget.setParent(None)
                widget.deleteLater()
        self.buttons = []
        for level, name in enumerate(names):
            if level:
                arrow = QLabel()
                arrow.setPixmap(pixmap("chevron_right", self._theme.faint, ARROW, self.devicePixelRatioF()))
                self._row.addWidget(arrow)
            self._row.addWidget(self._button(name, len(names) - 1 - level))

    def _button(self, name: str, levels: int) -> QPushButton:
        button = QPushButton(name.replace("&", "&&"))
        button.setProperty("flat", True)
        button.setToolTip(
            tr("Step out to {name}   U", name=name) if levels == 1 else tr("Step out to {name}", name=name) if levels else tr("Shown here")
        )
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setEnabled(levels > 0)
        button.clicked.connect(lambda: self._session.groups.step_out(levels))
        self.buttons.append(button)
        return button
