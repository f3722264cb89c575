"""A strip that says one thing until it is read: a refused file, a worker that was restarted; or offers something, with buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.language import tr
from app.theme.icons import SIZE, icon, pixmap
from app.theme.tokens import Theme

GLYPHS = {"note": "help", "warning": "warning", "error": "failed"}


class Notice(QFrame):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._theme = theme
        self.glyph = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        close = QToolButton(toolTip=tr("Close"))
        close.setIcon(icon("close", theme, theme.muted))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.glyph)
        row.addWidget(self.text, 1)
        self._row = row
        self._offers: list[QPushButton] = []
        row.addWidget(close)
        self.hide()

    def offer(self, text: str, offers: dict[str, Callable[[], object]], severity: str = "note") -> None:
        """Say something that can be answered; whatever is pressed, the strip goes."""
        self.say(text, severity)
        for name, do in offers.items():
            button = QPushButton(name)
            button.clicked.connect(self.hide)
            button.clicked.connect(do)
            self._row.insertWidget(self._row.count() - 1, button)
            self._offers.append(button)

    def say(self, text: str, severity: str) -> None:
        for button in self._offers:
            button.hide()
            button.deleteLater()
        self._offers = []
        colors = {"note": self._theme.accent, "warning": self._theme.warning, "error": self._theme.bad}
        self.glyph.setPixmap(pixmap(GLYPHS[severity], colors[severity], SIZE, self.devicePixelRatioF()))
        self.text.setText(text)
        self.setProperty("severity", severity)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setVisible(bool(text))
