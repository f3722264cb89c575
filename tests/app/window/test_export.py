"""Export as Python in the window: what is on the screen becomes a script, without the window waiting."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from tests.app.window.hands import Hands

ROOT = Path(__file__).parents[3]
A, B = QPoint(120, 160), QPoint(480, 160)


def _type_name(path: Path) -> None:
    """Answer the dialog of files."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
    dialog.accept()


def _export(hands: Hands, qtbot: QtBot, path: Path) -> str:
    QTimer.singleShot(0, lambda: _type_name(path))
    with qtbot.waitSignal(hands.window.script_export.said, timeout=30_000):
        hands.window.commands["export_python"].trigger()
    return hands.window.notice.text.text()


@pytest.fixture(autouse=True)
def dialogs_of_qt(qapp: QApplication) -> Iterator[None]:
    qapp.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, True)
    yield
    qapp.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, False)


def test_unsaved_work_becomes_a_script_that_runs(hands: Hands, qtbot: QtBot, tmp_path: Path) -> None:
    one, two = hands.add("swatch", A), hands.add("keep", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    assert _export(hands, qtbot, tmp_path / "mine.py") == f"Exported to {tmp_path / 'mine.py'}."
    assert "swatch_value = swatch()" in (tmp_path / "mine.py").read_text() and not hands.window.script_export.processes
    (tmp_path / "output").mkdir(exist_ok=True)
    subprocess.run([sys.executable, tmp_path / "mine.py"], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    assert (tmp_path / "output" / "kept.bin").read_bytes() == bytes.fromhex("3060c0ff")


def test_a_script_that_is_there_gives_way_to_the_one_that_was_named(hands: Hands, qtbot: QtBot, tmp_path: Path) -> None:
    hands.add("swatch", A)
    (tmp_path / "mine.py").write_text("an older one")
    with qtbot.waitSignal(hands.window.script_export.said, timeout=30_000):
        hands.window.script_export.export(hands.session.workflow, "mine.py", tmp_path / "mine.py")
    assert "swatch()" in (tmp_path / "mine.py").read_text()


def test_what_cannot_run_is_told_and_nothing_is_written(hands: Hands, qtbot: QtBot, tmp_path: Path) -> None:
    hands.add("keep", A)
    said = _export(hands, qtbot, tmp_path / "mine.py")
    assert (
        said.startswith("Not exported. Untitled: must be able to run before it is a script: node 1:")
        and not (tmp_path / "mine.py").exists()
    )


def test_an_empty_document_is_not_exported(hands: Hands) -> None:
    assert not hands.window.commands["export_python"].isEnabled()
    hands.add("swatch", A)
    assert hands.window.commands["export_python"].isEnabled()
