"""A real window on toy nodes, driven by mouse and keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.album.album import Album
from app.document import Document
from app.garbage import Garbage
from app.runner import Runner
from app.session import Session
from app.theme.style import apply_theme
from app.theme.tokens import DARK
from app.translating import apply_language
from app.window import Window
from graph_engine import Catalogue, discover
from tests.app.window.hands import Hands

TOYS = "tests.toy"


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    apply_theme(qapp, DARK)
    return qapp


@pytest.fixture(scope="module", autouse=True)
def garbage(qapp: QApplication) -> Iterator[Garbage]:
    """Collected on this thread alone, as in the program."""
    made = Garbage(qapp)
    yield made
    made.stop()


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    apply_language(qapp, "de")
    yield
    apply_language(qapp, "en")


@pytest.fixture(scope="session")
def toys() -> Catalogue:
    return Catalogue.from_json(discover(TOYS).to_json())


@pytest.fixture
def album() -> Album | None:
    """Where the window keeps what its runs make: nowhere as a rule."""
    return None


@pytest.fixture
def window(qtbot: QtBot, toys: Catalogue, tmp_path: Path, album: Album | None) -> Iterator[Window]:
    """A window whose worker was not started."""
    output = tmp_path / "output"
    output.mkdir()
    made = Window(Session(toys), Runner(TOYS, tmp_path / "cache", output), album=album)
    made.resize(1440, 900)
    qtbot.addWidget(made, before_close_func=_forget_changes)
    made.show()
    yield made
    assert QApplication.activeModalWidget() is None or isinstance(QApplication.activeModalWidget(), QMessageBox)


@pytest.fixture
def hands(window: Window, qtbot: QtBot) -> Hands:
    return Hands(window, qtbot)


@pytest.fixture
def working(window: Window, qtbot: QtBot) -> Window:
    """The window with its worker ready."""
    with qtbot.waitSignal(window.runner.ready, timeout=20_000):
        window.runner.start()
    return window


def _forget_changes(window: Window) -> None:
    """So that closing asks nothing."""
    for document in list(window.session.documents):
        window.session.turn_to(document)
        window.session.show_document(Document())
