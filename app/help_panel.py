"""The help in a dock: a page at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QTextBrowser, QToolButton, QVBoxLayout, QWidget

from app.language import tr
from app.theme.icons import icon
from app.theme.tokens import Theme

WIDTH = 368


class HelpPanel(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.page = QTextBrowser()
        self.page.setObjectName("help_page")
        self.page.setOpenLinks(False)
        self.page.document().setDocumentMargin(12)
        self.close_button = QToolButton(toolTip=tr("Close"))
        self.close_button.setIcon(icon("close", theme, theme.muted))
        title = QLabel(tr("Help"))
        title.setProperty("heading", True)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 6, 6, 6)
        bar.addWidget(title, 1)
        bar.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.page)

    def show_page(self, page: str, at: str = "") -> None:
        """Show a page, from one of its entries on where one is named."""
        self.page.setHtml(page)
        if at:
            self.page.scrollToAnchor(at)
