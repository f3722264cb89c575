"""A window that is killed leaves its unsaved work to the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.lost_work import LostWork
from app.runner import Runner
from app.session import Session
from app.window import Window, make_window
from graph_engine import read
from tests.app.window.hands import Hands

ROOT = Path(__file__).parents[3]
KILLED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import app.window as w
from app.edits import with_graph
from graph_engine import Node, discover
application = QApplication([])
runner = w.Runner("tests.toy", Path(sys.argv[1]))
window = w.make_window(runner, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
window.session.show_catalogue(discover("tests.toy"))
window.show()
def work():
    for place in range(3):
        window.session.add_node("pictures/swatch", (200.0 * place, 0.0))
    window.session.document.journal.flush()
    print("worked", flush=True)
QTimer.singleShot(0, work)
application.exec()
"""


@pytest.fixture
def next_window(qtbot: QtBot, tmp_path: Path):
    made = []

    def open_one() -> Window:
        window = make_window(Runner("tests.toy", tmp_path / "cache"))
        qtbot.addWidget(window, before_close_func=lambda left: left.session.new())
        window.show()
        made.append(window)
        return window

    return open_one


def _work_and_be_killed(tmp_path: Path, *files: Path) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    words = [sys.executable, "-c", KILLED, str(tmp_path / "cache"), *map(str, files)]
    process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "worked\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def _press(window: Window, name: str) -> None:
    next(button for button in window.notice.findChildren(QPushButton) if button.text() == name).click()


def test_the_next_window_offers_the_work_quietly_and_recovers_it(next_window, tmp_path: Path) -> None:
    _work_and_be_killed(tmp_path)
    window = next_window()
    assert window.notice.isVisible() and "Unsaved work on “Untitled” is here" in window.notice.text.text()
    assert not window.session.workflow.graph.nodes
    _press(window, "Recover")
    assert len(window.session.workflow.graph.nodes) == 3 and window.isWindowModified()
    window.session.undo()
    assert not window.session.workflow.graph.nodes and not window.isWindowModified()


def test_recovered_work_survives_a_second_kill(next_window, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    Session({}).document.save(path)
    _work_and_be_killed(tmp_path, path)
    window = next_window()
    assert "Unsaved work on “a” is here" in window.notice.text.text()
    _press(window, "Recover")
    journals = Path(os.environ["XDG_DATA_HOME"]) / "tessera" / "journals"
    assert len(list(journals.glob("*.journal"))) == 1 and window.session.document.path == path
    window.files.save()
    assert not list(journals.glob("*.journal")) and len(read(path.read_bytes()).graph.nodes) == 3


def test_a_file_that_changed_since_is_told_and_kept(next_window, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    Session({}).document.save(path)
    _work_and_be_killed(tmp_path, path)
    path.write_text(path.read_text().replace('"name": ""', '"name": "newer"'))
    window = next_window()
    _press(window, "Recover")
    assert "a.json has been changed since" in window.notice.text.text() and window.isWindowModified()
    window.files.save()
    (shelf,) = (Path(os.environ["XDG_DATA_HOME"]) / "tessera" / "versions").iterdir()
    assert "newer" in {read(file.read_bytes()).name for file in shelf.iterdir()}


def test_work_that_nobody_wants_is_not_offered_again(next_window, tmp_path: Path) -> None:
    _work_and_be_killed(tmp_path)
    _press(next_window(), "Forget it")
    assert not next_window().notice.isVisible()


def test_several_works_are_offered_in_a_list_and_each_is_taken_up_or_forgotten(next_window, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        Session({}).document.save(tmp_path / f"{name}.json")
        _work_and_be_killed(tmp_path, tmp_path / f"{name}.json")
    window = next_window()
    assert "and on 2 more" in window.notice.text.text()
    answers = iter(("forget", "recover"))
    seen: list[str] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, LostWork)
        seen.append(dialog.list.item(0).text())
        if next(answers) == "forget":
            QTimer.singleShot(0, lambda: QApplication.activeModalWidget().button(QMessageBox.StandardButton.Discard).click())
            dialog.forget_button.click()
            assert dialog.list.count() == 2
        dialog.recover_button.click()

    QTimer.singleShot(0, answer)
    _press(window, "Look at it…")
    assert seen[0].startswith("c   ") and "3 added" in seen[0] and str(tmp_path / "c.json") in seen[0]
    assert window.session.document.name == "b" and len(window.session.workflow.graph.nodes) == 3
    assert [lost.name for lost in window.files.lost] == ["a"]


def test_an_earlier_version_comes_back_as_an_edit(next_window, tmp_path: Path, toys) -> None:
    window = next_window()
    window.session.show_catalogue(toys)
    hands = Hands(window, None)
    hands.add("swatch", QPoint(120, 160))
    window.session.document.save(tmp_path / "a.json")
    hands.session.delete(hands.graph.nodes)
    window.session.document.save(tmp_path / "a.json")
    from app.versions import versions

    found = versions(tmp_path / "a.json", window.session.folder)
    window.files.go_back_to(next(version for version in found if version.workflow.graph.nodes))
    assert len(hands.graph.nodes) == 1 and window.isWindowModified()
    hands.session.undo()
    assert not hands.graph.nodes
