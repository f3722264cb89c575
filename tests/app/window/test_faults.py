"""A fault in a panel: the others go on, the document has the edit, and it is told with details that can be copied."""

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.faults import LOG, WRITTEN_DOWN, Faults
from graph_engine import read
from tests.app.window.hands import Hands

A, B = QPoint(120, 160), QPoint(480, 160)


class Careless(QWidget):
    """A panel that fails whenever it is told something, pressed or painted."""

    painted = 0

    def fail(self, *words: object) -> None:
        raise RuntimeError(f"at work in {Path.home()}/secret")

    def paintEvent(self, event: object) -> None:
        self.painted += 1
        raise ZeroDivisionError("in a paint event")


@pytest.fixture
def faults(hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = Faults(tmp_path)
    for hook in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    made.install()
    made.told.connect(hands.window.tell_fault)
    yield made
    made.close()


@pytest.fixture
def careless(hands: Hands, faults: Faults) -> Careless:
    return Careless(hands.window)


def test_a_panel_that_fails_at_an_edit_keeps_it_from_nobody(hands: Hands, careless: Careless) -> None:
    hands.session.document.changed.connect(careless.fail)
    hands.session.workflow_changed.connect(careless.fail)
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    assert set(hands.canvas.graph_scene.nodes) == set(hands.graph.nodes) == {one, two} and len(hands.graph.links) == 1
    assert len(hands.canvas.graph_scene.wires) == 1 and hands.window.isWindowModified()
    for _ in range(3):
        hands.undo()
    assert not hands.graph.nodes and not hands.canvas.graph_scene.nodes


def test_it_is_told_with_details_to_copy_that_name_no_home(hands: Hands, careless: Careless, tmp_path: Path) -> None:
    hands.session.selection_changed.connect(careless.fail)
    hands.add("swatch", A)
    notice = hands.window.notice
    assert notice.isVisible() and "A fault in the window, not in your work: RuntimeError: at work in" in notice.text.text()
    next(button for button in notice.findChildren(QPushButton) if button.text() == "Copy details").click()
    copied = QApplication.clipboard().text()
    assert "test_faults.py" in copied and "RuntimeError" in copied and "Qt " in copied and str(Path.home()) not in copied
    assert copied in (tmp_path / LOG).read_text() and not notice.isVisible()


def test_a_panel_that_cannot_be_painted_is_told_once_and_the_document_is_saved(
    hands: Hands, faults: Faults, careless: Careless, qtbot: QtBot, tmp_path: Path
) -> None:
    told: list[str] = []
    faults.told.connect(lambda text, details: told.append(text))
    careless.resize(40, 40)
    careless.show()
    for times in range(WRITTEN_DOWN + 2):
        careless.update()
        qtbot.waitUntil(lambda times=times: careless.painted > times)
    hands.add("swatch", A)
    hands.session.document.save(tmp_path / "a.json")
    assert (
        len(told) == 1
        and "ZeroDivisionError: in a paint event" in told[0]
        and len(read((tmp_path / "a.json").read_bytes()).graph.nodes) == 1
    )
    assert (tmp_path / LOG).read_text().count("Traceback") == WRITTEN_DOWN


def test_a_button_that_fails_is_told(hands: Hands, careless: Careless) -> None:
    button = QPushButton(careless)
    button.clicked.connect(careless.fail)
    button.click()
    assert "RuntimeError" in hands.window.notice.text.text()


def test_a_thread_that_fails_is_told_in_the_window(hands: Hands, faults: Faults, qtbot: QtBot) -> None:
    with qtbot.waitSignal(faults.told):
        threading.Thread(target=Careless.fail, args=(None,)).start()
    assert "RuntimeError" in hands.window.notice.text.text() and hands.window.notice.isVisible()


def test_an_interrupt_is_no_fault(faults: Faults, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults.take(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not (tmp_path / LOG).exists() and "KeyboardInterrupt" in capsys.readouterr().err


def test_a_log_that_cannot_be_written_hinders_nothing(tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "file").write_text("in the way")
    told: list[str] = []
    made = Faults(tmp_path / "file")
    made.told.connect(lambda text, details: told.append(text))
    made.take(ValueError, ValueError("a\nb"), None)
    assert told == ["A fault in the window, not in your work: ValueError: a. Everything is as it was."]
