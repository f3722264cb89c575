"""A strip that says one thing until it is read: a refused file, a worker that was restarted."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

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
        close = QToolButton(toolTip="Close")
        close.setIcon(icon("close", theme, theme.muted))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.glyph)
        row.addWidget(self.text, 1)
        row.addWidget(close)
        self.hide()

    def say(self, text: str, severity: str) -> None:
        colors = {"note": self._theme.accent, "warning": self._theme.warning, "error": self._theme.bad}
        self.glyph.setPixmap(pixmap(GLYPHS[severity], colors[severity], SIZE, self.devicePixelRatioF()))
        self.text.setText(text)
        self.setProperty("severity", severity)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setVisible(bool(text))
