"""The prompt editor: weights by keys, marks, and how many words the encoder reads."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.inspector.prompt_control import PromptControl
from app.inspector.prompt_marks import moved
from app.prompt_reading import encoder_of
from app.runner import Runner
from app.session import Session
from app.window import Window
from app.wire import Word, WordsTold
from graph_engine import Catalogue, discover
from graph_engine.graph import Link
from tests.app.window.conftest import _forget_changes
from tests.app.window.hands import Hands

A = QPoint(120, 160)
CONTROL = Qt.KeyboardModifier.ControlModifier


def _control(hands: Hands, text: str) -> tuple[str, PromptControl]:
    node = hands.add("grade", A)
    control = hands.row("words").control
    control.field.setFocus()
    QTest.keyClicks(control.field, text)
    return node, control


def _select(control: PromptControl, words: str) -> None:
    cursor = control.field.textCursor()
    start = control.text.index(words)
    cursor.setPosition(start)
    cursor.setPosition(start + len(words), cursor.MoveMode.KeepAnchor)
    control.field.setTextCursor(cursor)


def _formats(control: PromptControl) -> dict[str, QTextCharFormat]:
    """What is marked, by the marked letters."""
    block = control.field.document().firstBlock()
    return {block.text()[one.start : one.start + one.length]: QTextCharFormat(one.format) for one in block.layout().formats()}


def _told(text: str, weights: dict[str, float] | None = None, unknown: str = "", room: int = 24) -> WordsTold:
    spans = [(word, text.index(word)) for word in text.replace("(", " ").split() if word.isalpha()]
    words = tuple(Word(at, at + len(word), (weights or {}).get(word, 1.0), word != unknown) for word, at in spans)
    return WordsTold("", "encoder", room, (words,))


def test_ctrl_up_weighs_the_selected_words_as_one_edit(hands: Hands) -> None:
    node, control = _control(hands, "a red cat")
    _select(control, "red")
    QTest.keyClick(control.field, Qt.Key.Key_Up, CONTROL)
    QTest.keyClick(control.field, Qt.Key.Key_Up, CONTROL)
    assert hands.graph.nodes[node].parameters["words"] == "a (red:1.2) cat" == control.text
    assert control.field.textCursor().selectedText() == "red"
    for expected in ("a (red:1.1) cat", "a red cat"):
        QTest.keyClick(control.field, Qt.Key.Key_Z, CONTROL)
        assert control.text == expected


def test_ctrl_down_weighs_the_word_at_the_cursor_less(hands: Hands) -> None:
    node, control = _control(hands, "a red cat")
    QTest.keyClick(control.field, Qt.Key.Key_Down, CONTROL)
    assert hands.graph.nodes[node].parameters["words"] == "a red (cat:0.9)"


def test_words_are_marked_as_the_encoder_reads_them(hands: Hands) -> None:
    _, control = _control(hands, "a zebra and cat")
    control.show_told(_told("a zebra and cat", {"cat": 1.5}, "zebra", room=3))
    style, found = QTextCharFormat.UnderlineStyle, _formats(control)
    assert found["a"].underlineStyle() == style.SingleUnderline
    assert found["zebra"].underlineStyle() == style.SpellCheckUnderline
    assert found["cat"].fontStrikeOut()


def test_the_stronger_a_word_the_stronger_its_mark(hands: Hands) -> None:
    _, control = _control(hands, "(red:1.4) cat")
    grounds = []
    for weight in (1.2, 1.8):
        control.show_told(WordsTold("", "encoder", 24, ((Word(1, 4, weight), Word(10, 13)),)))
        grounds.append(_formats(control)["red"].background().color())
    assert _formats(control)["cat"].background().style() == Qt.BrushStyle.NoBrush
    assert grounds[0].blue() < grounds[1].blue()


def test_the_count_stands_against_the_encoders_limit(hands: Hands) -> None:
    _, control = _control(hands, "a zebra")
    control.show_told(_told("a zebra", unknown="zebra"))
    assert (control.count.text(), control.unknown.text()) == ("2 of 24 words", "Not known: “zebra”")
    control.show_told(_told("a zebra", room=1))
    assert control.count.property("troubled") and control.unknown.text() == ""
    control.show_told(None)
    assert control.count.text() == ""


def test_parts_of_a_word_are_counted_as_tokens_and_told_apart(hands: Hands) -> None:
    _, control = _control(hands, "zebras")
    control.show_told(WordsTold("", "t5", 118, ((Word(0, 3), Word(3, 6)),), whole=False))
    assert control.count.text() == "2 of 118 tokens"
    found = _formats(control)
    assert found["zeb"].underlineColor() != found["ras"].underlineColor()


def test_marks_go_along_with_what_is_typed_before_them() -> None:
    words = ((Word(0, 1), True), (Word(2, 5), True), (Word(6, 9), True))
    assert moved(words, "a red cat", "a very red cat") == ((Word(0, 1), True), (Word(7, 10), True), (Word(11, 14), True))
    assert [word for word, _ in moved(words, "a red cat", "a rad cat")] == [Word(0, 1), Word(6, 9)]


def test_an_encoder_is_found_behind_the_texts_that_lead_to_it(window: Window) -> None:
    session = Session(Catalogue.from_json(discover("nodes.library").to_json()))
    load, prompt, encode = (
        session.add_node(name, (0, 0)) for name in ("generator/load_generator", "prompt/prompt", "prompt/encode_prompt")
    )
    assert encoder_of(session.flat, session.installed, prompt) is None
    link = Link(load, "text_encoder", encode, "text_encoder")
    session.link(link)
    session.link(Link(prompt, "text", encode, "prompt"))
    assert encoder_of(session.flat, session.installed, prompt) == link == encoder_of(session.flat, session.installed, encode)


def test_the_worker_tells_how_the_starters_encoder_reads_a_prompt(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(Session(Catalogue.from_json(discover("nodes.library").to_json())), Runner("", tmp_path / "cache", tmp_path))
    qtbot.addWidget(window, before_close_func=_forget_changes)
    window.show()
    session = window.session
    load, encode = (session.add_node(name, (0, 0)) for name in ("generator/load_generator", "prompt/encode_prompt"))
    session.link(Link(load, "text_encoder", encode, "text_encoder"))
    with qtbot.waitSignal(window.runner.ready, timeout=60_000):
        window.runner.start()
    control = window.inspector.form.row("prompt").control
    QTest.keyClicks(control.field, "a (zyx:1.5) cat")
    qtbot.waitUntil(lambda: (control.count.text(), control.unknown.text()) == ("3 of 24 words", "Not known: “zyx”"), timeout=20_000)
    assert _formats(control)["zyx"].background().style() != Qt.BrushStyle.NoBrush
