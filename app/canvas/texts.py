"""Prepared texts: laid out once, drawn many times."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText

MOST_KEPT = 8192
BREAK = "\u2028"
"""Between the lines of a text."""


class Texts:
    """Texts in one font."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._measure = QFontMetricsF(font)
        self._kept: dict[Hashable, QStaticText] = {}

    @property
    def height(self) -> float:
        return self._measure.height()

    def line(self, text: str, width: float = 0.0) -> QStaticText:
        """One line, cut with an ellipsis where it is wider than allowed."""
        return self.block(text, width, 1)

    def block(self, text: str, width: float, lines: int) -> QStaticText:
        """Wrapped text of at most so many lines; the last one ends with an ellipsis if something is left out."""
        return self._prepared((text, width, lines), lambda: self._rows(text, width, lines))

    def stacked(self, above: str, below: str, width: float, lines: int, lines_below: int) -> tuple[QStaticText, QStaticText | None]:
        """Two wrapped texts: the lower one has all of ``lines_below`` that it needs, the upper one what is left of ``lines``."""
        if not below:
            return self.block(above, width, lines), None
        lower = self.block(below, width, lines_below)
        return self.block(above, width, lines - len(lower.text().split(BREAK))), lower

    def _prepared(self, key: Hashable, rows: Callable[[], list[str]]) -> QStaticText:
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._made(rows())
        return self._kept[key]

    def _made(self, rows: list[str]) -> QStaticText:
        made = QStaticText(BREAK.join(rows))
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        made.prepare(font=self.font)
        return made

    def _rows(self, text: str, width: float, lines: int) -> list[str]:
        if not width:
            return [text]
        rows = [text] if lines == 1 else self._wrapped(text, width)
        if len(rows) > lines:
            rows = [*rows[: lines - 1], " ".join(rows[lines - 1 :])]
        return [self._measure.elidedText(row, Qt.TextElideMode.ElideRight, width) for row in rows]

    def _wrapped(self, text: str, width: float) -> list[str]:
        rows: list[str] = []
        for paragraph in text.splitlines():
            row = ""
            for word in paragraph.split():
                longer = f"{row} {word}" if row else word
                if row and self._measure.horizontalAdvance(longer) > width:
                    rows.append(row)
                    longer = word
                row = longer
            rows.append(row)
        return rows
