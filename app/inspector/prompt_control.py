"""A prompt: words with their weights, marked as the encoder reads them, and how many it has room for."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout

from app.inspector.control import Control
from app.inspector.prompt_marks import PromptMarks
from app.inspector.text_control import TextControl
from app.language import tr
from app.prompt_weights import Chosen, reweighted
from app.theme.tokens import Theme
from app.wire import Word, WordsTold
from graph_engine.declaration import Text

PAUSE = 60
"""Milliseconds without a letter after which the encoder is asked."""
STEP = 0.1
NAMED = 3
"""Unknown words that are named."""


class PromptControl(TextControl):
    def __init__(self, kind: Text, theme: Theme) -> None:
        super().__init__(kind, theme)
        self._lines = kind.lines
        self.marks = PromptMarks(self._block_field.document(), theme)
        self.unknown, self.count = QLabel(), QLabel()
        self._told: WordsTold | None = None
        self._said = ""
        self._asking = QTimer(self, singleShot=True, interval=PAUSE)
        self._asking.timeout.connect(self.ask)
        self._block_field.textChanged.connect(self._asking.start)
        self._block_field.cursorPositionChanged.connect(self._count)
        self._block_field.setToolTip(tr("Ctrl+Up and Ctrl+Down change the weight of the selected words"))
        self._lay_out_below()

    @property
    def _block_field(self) -> QPlainTextEdit:
        assert isinstance(self.field, QPlainTextEdit)
        return self.field

    def _lay_out_below(self) -> None:
        self.unknown.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.unknown.setProperty("troubled", True)
        self.count.setProperty("quiet", True)
        below = QHBoxLayout()
        below.setContentsMargins(2, 2, 2, 0)
        below.addWidget(self.unknown, 1)
        below.addWidget(self.count)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.setSpacing(0)
        column.addLayout(below)

    # what the encoder says

    @property
    def texts(self) -> tuple[str, ...]:
        """What is read by itself: every line, or all of it."""
        return tuple(self.text.split("\n")) if self._lines else (self.text,)

    def ask(self) -> None:
        """Ask how the words are read, if they can be seen."""
        if self.isVisible():
            self.asked.emit(self.texts)

    def show_told(self, told: WordsTold | None) -> None:
        """What came of the question: nothing where no encoder reads the words."""
        self._told = told if told and len(told.words) == len(self.texts) else None
        found: list[tuple[Word, bool]] = []
        start = 0
        for text, words in zip(self.texts, self._told.words if self._told else (), strict=False):
            for number, word in enumerate(words):
                placed = Word(word.start + start, word.end + start, word.weight, word.known)
                found.append((placed, number < self._told.room if self._told else False))
            start += len(text) + 1
        self.marks.show_words(self.text, tuple(found))
        self._count(told.trouble if told else "")

    def _count(self, trouble: str = "") -> None:
        told = self._told
        at = self._block_field.textCursor().blockNumber() if self._lines else 0
        words = told.words[at] if told and at < len(told.words) else ()
        many, room = len(words), told.room if told else 0
        self.count.setText(_counted(many, room, told.whole) if told and room else "")
        self.count.setToolTip(tr("What {encoder} reads of this prompt", encoder=told.encoder) if told else "")
        self._mark(self.count, "troubled", many > room)
        strangers = list(dict.fromkeys(self.texts[at][word.start : word.end] for word in words if not word.known))
        named = ", ".join(f"“{word}”" for word in strangers[:NAMED]) + (" …" if len(strangers) > NAMED else "")
        self.unknown.setText(trouble or (tr("Not known: {words}", words=named) if strangers else ""))
        self.unknown.setToolTip(self.unknown.text())

    def _mark(self, label: QLabel, name: str, on: bool) -> None:
        if bool(label.property(name)) != on:
            label.setProperty(name, on)
            label.style().unpolish(label)
            label.style().polish(label)

    def show_value(self, value: Any) -> None:
        super().show_value(value)
        self._said = self.text
        self._asking.start()

    # weights

    def _say(self) -> None:
        if self.text != self._said:  # marks count as changes of the text too
            self._said = self.text
            super()._say()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and (by := _step_of(event)):
            self.weigh(by)
            return True
        return super().eventFilter(watched, event)

    def weigh(self, by: float) -> None:
        """Change the weight of what is selected, as one edit."""
        cursor = self._block_field.textCursor()
        before = Chosen(self.text, cursor.selectionStart(), cursor.selectionEnd())
        after = reweighted(before, by)
        if after.text == before.text:
            return
        self.settled.emit()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(after.text)
        cursor.setPosition(after.start)
        cursor.setPosition(after.end, QTextCursor.MoveMode.KeepAnchor)
        self._block_field.setTextCursor(cursor)
        self.settled.emit()


def _counted(many: int, room: int, whole: bool) -> str:
    return tr("{many} of {room} words", many=many, room=room) if whole else tr("{many} of {room} tokens", many=many, room=room)


def _step_of(event: QKeyEvent) -> float:
    """By how much a key changes a weight."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.ControlModifier:
        return 0.0
    return {Qt.Key.Key_Up: STEP, Qt.Key.Key_Down: -STEP}.get(Qt.Key(event.key()), 0.0)


def text_control(kind: Text, theme: Theme) -> Control:
    """Words are edited as a prompt where they lead what is made."""
    return PromptControl(kind, theme) if kind.prompt and kind.multiline else TextControl(kind, theme)
