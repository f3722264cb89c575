"""What is marked in a prompt: words that are read, weighed, unknown, or that the encoder has no room for."""

from __future__ import annotations

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from app.prompt_weights import SYNTAX
from app.theme.colors import blend
from app.theme.tokens import Theme
from app.wire import Word

STRONGEST = 2.0
"""The weight from which a word is marked no more strongly."""


class PromptMarks(QSyntaxHighlighter):
    """Marks follow the letters at once; what the encoder says of the words comes a moment later."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._text = ""
        self._words: tuple[tuple[Word, bool], ...] = ()

    def show_words(self, text: str, words: tuple[tuple[Word, bool], ...]) -> None:
        """Words of a text, each with whether the encoder reads it."""
        if (text, words) != (self._text, self._words):
            self._text, self._words = text, words
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        for found in SYNTAX.finditer(text):
            self.setFormat(found.start(), found.end() - found.start(), self._syntax())
        start, whole = self.currentBlock().position(), self.document().toPlainText()
        before, odd = -1, False
        for word, is_read in moved(self._words, self._text, whole):
            odd = word.start == before and not odd  # parts of one word are told apart
            before = word.end
            if start <= word.start and word.end <= start + len(text):
                self.setFormat(word.start - start, word.end - word.start, self._of(word, is_read, odd))

    def _syntax(self) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(QColor(self._theme.faint))
        return made

    def _of(self, word: Word, is_read: bool, odd: bool) -> QTextCharFormat:
        made, theme = QTextCharFormat(), self._theme
        style = QTextCharFormat.UnderlineStyle
        if not is_read:
            made.setForeground(QColor(theme.faint))
            made.setFontStrikeOut(True)
            return made
        made.setUnderlineStyle(style.SingleUnderline if word.known else style.SpellCheckUnderline)
        made.setUnderlineColor(blend(theme.field, theme.text if odd else theme.faint, 0.55) if word.known else QColor(theme.warning))
        if not word.known:
            made.setForeground(QColor(theme.warning))
        if word.weight > 1:
            made.setBackground(blend(theme.field, theme.accent, 0.12 + 0.38 * min(1.0, (word.weight - 1) / (STRONGEST - 1))))
        elif word.weight < 1:
            made.setForeground(blend(theme.muted, theme.faint, 1 - word.weight))
        return made


def moved(words: tuple[tuple[Word, bool], ...], told_of: str, now: str) -> tuple[tuple[Word, bool], ...]:
    """Words of an earlier text where they stand now; those that were typed in are left out until they are told of."""
    if told_of == now:
        return words
    head = _alike(told_of, now)
    tail = min(_alike(told_of[::-1], now[::-1]), len(told_of) - head, len(now) - head)
    shift = len(now) - len(told_of)
    made = []
    for word, is_read in words:
        if word.end <= head and not now[word.end : word.end + 1].isalnum():
            made.append((word, is_read))
        elif word.start >= len(told_of) - tail and not now[: word.start + shift][-1:].isalnum():
            made.append((Word(word.start + shift, word.end + shift, word.weight, word.known), is_read))
    return tuple(made)


def _alike(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
