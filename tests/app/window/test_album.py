"""The history in the window: pictures of runs come into it, are found, compared and taken up again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.album.album import Album
from app.document import Document
from app.runner import Runner
from app.session import Session
from app.window import Window
from graph_engine import Catalogue
from tests.app.window.conftest import TOYS
from tests.app.window.hands import Hands

A, B = QPoint(120, 160), QPoint(480, 160)
PATIENCE = 20_000


@pytest.fixture
def window(qtbot: QtBot, toys: Catalogue, tmp_path: Path) -> Iterator[Window]:
    """A window that keeps what its runs make."""
    made = Window(Session(toys), Runner(TOYS, tmp_path / "cache", tmp_path), album=Album(tmp_path / "album"))
    made.resize(1440, 900)
    qtbot.addWidget(made, before_close_func=lambda window: window.session.show_document(Document()))
    made.show()
    yield made


def _run(hands: Hands, node: str, **values: object) -> None:
    """Set values, run, and wait until the picture is in the history."""
    for name, value in values.items():
        hands.session.set_parameter(node, hands.session.type_of(node).parameter(name), value)
    with hands.qtbot.waitSignal(hands.window.recorder.kept, timeout=PATIENCE):
        hands.session.run()


def _chain(hands: Hands) -> str:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    return two


def test_pictures_of_runs_come_into_the_history_with_what_changed(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4, steps=2)
    working.toggle_album()
    panel = working.album_panel
    assert [entry.seed for entry in panel.model.entries] == [4, 3]
    panel.choose(panel.model.entries[0].id)
    assert panel.detail.isVisible() and panel.detail.line.isVisible()
    told = panel.detail.changed.text()
    assert "steps" in told and "seed" in told and "swatch" not in told.lower()


def test_a_chosen_entry_is_shown_until_a_node_is_selected(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    panel = working.album_panel
    panel.choose(panel.model.entries[1].id)
    assert working.viewer.name.text() == "Seed 3"
    hands.click(hands.header(node))
    assert working.viewer.name.text() == "Fade"


def test_the_seed_of_an_entry_is_used_again_as_one_edit(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed={"value": 4, "policy": "random"})
    panel = working.album_panel
    panel.choose(panel.model.entries[1].id)
    panel.use_seed()
    assert hands.graph.nodes[node].parameters["seed"] == {"value": 3, "policy": "fixed"}
    hands.undo()
    assert hands.graph.nodes[node].parameters["seed"]["policy"] == "random"


def test_the_workflow_of_an_entry_opens_and_what_it_makes_comes_from_the_entry(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    hands.session.new()  # so that leaving asks nothing
    panel = working.album_panel
    first = panel.model.entries[1]
    panel.choose(first.id)
    panel.open_workflow()
    assert hands.graph.nodes[node].parameters["seed"] == 3
    _run(hands, node, seed=5)
    assert panel.model.entries[0].parent == first.id


def test_two_entries_are_compared_with_one_another(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    working.toggle_album()
    panel = working.album_panel
    panel.list.selectAll()
    panel.compare()
    assert working.viewer.view.is_comparing and working.viewer.name.text() == "Seed 4"


def test_words_and_the_star_narrow_the_history(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    working.toggle_album()
    panel = working.album_panel
    panel.choose(panel.model.entries[1].id)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_S)
    panel.starred.click()
    assert [entry.seed for entry in panel.model.entries] == [3]
    panel.starred.click()
    QTest.keyClicks(panel.search, "seed>3")
    hands.qtbot.waitUntil(lambda: [entry.seed for entry in panel.model.entries] == [4], timeout=PATIENCE)
