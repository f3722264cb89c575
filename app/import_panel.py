"""What became of an imported ComfyUI workflow, node by node; a click on a line selects what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTextBrowser, QToolButton, QVBoxLayout, QWidget

from app.comfyui.report import APPROXIMATED, BETWEEN, MAPPED, UNMAPPED, Item, NeededFile, Report
from app.language import marked, retold, tr
from app.session import Session
from app.theme.icons import icon
from app.theme.tokens import Theme

HEADINGS = {UNMAPPED: marked("Unmapped"), APPROXIMATED: marked("Approximated"), MAPPED: marked("Mapped")}
HEIGHT = 216
SHOWN = 200
"""Lines of one outcome: a table of thousands would hold up the window."""


class ImportPanel(QWidget):
    """Shown while the open document is one that was just imported."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.session, self._theme = session, theme
        self.heading = QLabel()
        self.lines = QTextBrowser()
        self.lines.setObjectName("import_lines")
        self.lines.setOpenLinks(False)
        self.lines.anchorClicked.connect(self._select)
        self.close_button = QToolButton(toolTip=tr("Close"))
        self.close_button.setIcon(icon("close", theme, theme.muted))
        self._lay_out()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 8, 4)
        bar.addWidget(self.heading, 1)
        bar.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.lines)

    def show_report(self, report: Report) -> None:
        self.heading.setText(retold(report.summary))
        document = QTextDocument(self.lines)  # a document of its own: it loads nothing, whatever a name looks like
        document.setDefaultStyleSheet(f"a {{ color: {self._theme.text}; text-decoration: none; }} td {{ padding: 1px 12px 1px 0; }}")
        document.setDocumentMargin(12)
        document.setHtml("".join(self._rows(report)))
        self.lines.setDocument(document)

    def _rows(self, report: Report) -> Iterator[str]:
        colors = {UNMAPPED: self._theme.bad, APPROXIMATED: self._theme.warning, MAPPED: self._theme.good}
        yield '<table cellspacing="0">'
        for outcome, heading in HEADINGS.items():
            items = report.of(outcome)
            for index, item in enumerate(items[:SHOWN]):
                yield self._row(item, f'<span style="color: {colors[outcome]}">{tr(heading) if not index else ""}</span>')
            if len(items) > SHOWN:
                yield f"<tr><td></td><td>{self._quiet(tr('and {count} more', count=len(items) - SHOWN))}</td></tr>"
        for index, file in enumerate(report.files):
            yield self._file(file, tr("Files") if not index else "")
        yield "</table>"
        yield "".join(f'<p style="color: {self._theme.muted}; margin: 6px 0 0 0">{escape(retold(note))}</p>' for note in report.notes)

    def _row(self, item: Item, mark: str) -> str:
        name = escape(item.title or item.type)
        shown = f'<a href="nodes:{",".join(item.nodes)}">{name}</a>' if item.nodes else name
        return f"<tr><td>{mark}</td><td>{shown}</td><td>{self._quiet(BETWEEN.join(map(retold, item.clauses)))}</td></tr>"

    def _file(self, file: NeededFile, mark: str) -> str:
        from_where = tr(", from {url}", url=file.url) if file.url else ""
        return f"<tr><td>{mark}</td><td>{escape(file.name)}</td><td>{self._quiet(tr(file.kind) + from_where)}</td></tr>"

    def _quiet(self, text: str) -> str:
        return f'<span style="color: {self._theme.muted}">{escape(text)}</span>'

    def _select(self, address: QUrl) -> None:
        self.session.select(address.path().split(","))
