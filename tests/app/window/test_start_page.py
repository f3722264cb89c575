"""What an empty window offers to begin with."""

from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.canvas.graph_scene import GraphScene
from app.canvas.inks import Inks
from app.examples import FIRST, FOLDER, PICTURES, examples
from app.recent import Recent
from app.session import Session
from app.theme.tokens import DARK
from app.window import Window
from graph_engine.workflow import read
from tests.app.texts import installed
from tests.app.window.hands import Hands


def test_workflows_that_have_a_picture_are_offered_the_first_one_first() -> None:
    found = [example.path.stem for example in examples()]
    pictures = {path.stem for path in (FOLDER / PICTURES).iterdir()}
    assert found[0] == FIRST and set(found) == pictures


def test_every_workflow_that_ships_says_what_it_is() -> None:
    for path in FOLDER.glob("*.json"):
        workflow = read(path.read_bytes(), path.name)
        assert workflow.name and workflow.description and workflow.exposed, path.name


@pytest.mark.usefixtures("qapp")
def test_no_two_nodes_of_a_workflow_that_ships_overlap() -> None:
    session = Session(installed())
    for path in FOLDER.glob("*.json"):
        session.opening.open(path)
        bodies = [item.body for item in GraphScene(session, Inks(DARK)).nodes.values()]
        assert not [(a, b) for a, b in combinations(bodies, 2) if a.intersects(b)], path.name


def test_a_card_opens_its_example_as_a_new_document_and_runs_it(window: Window, hands: Hands) -> None:
    card = window.canvas.start_page.cards[0]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert hands.session.workflow.name == "First picture" and hands.session.document.path is None
    assert [job.name for job in hands.session.queueing.all()] == ["First picture"]
    assert not window.canvas.start_page.isVisible()


def test_files_of_last_time_are_offered_and_open(window: Window, hands: Hands, tmp_path: Path) -> None:
    hands.add("swatch", hands.view.rect().center())
    window.files.recent = Recent(tmp_path)
    hands.session.document.save(tmp_path / "mine.json")
    window.files.recent.add(tmp_path / "mine.json")
    hands.session.new()
    (button,) = window.canvas.start_page.recent
    button.click()
    assert hands.session.document.path == tmp_path / "mine.json"


def test_files_of_last_time_leave_the_cards_their_room(window: Window, tmp_path: Path) -> None:
    page = window.canvas.start_page
    page.show_beginnings(examples(), [tmp_path / "mine.json"])
    QTest.qWait(1)
    pieces = [piece for piece in (*page.cards, *page.recent) if piece.isVisible()]
    assert not [1 for a, b in combinations(pieces, 2) if a.geometry().intersects(b.geometry())]


def test_as_many_cards_are_shown_as_there_is_room_for(window: Window) -> None:
    page, shown = window.canvas.start_page, {}
    for height in (700, 1100):
        window.resize(1400, height)
        QTest.qWait(1)
        shown[height] = [card for card in page.cards if card.isVisible()]
        assert page.parentWidget().rect().contains(page.geometry())
    assert len(page.cards) == len(examples()) >= len(shown[1100]) > len(shown[700]) >= 10


def test_the_latest_file_comes_first_once_and_what_is_gone_is_left_out(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "data")
    for name in ("a.json", "b.json", "a.json"):
        (tmp_path / name).touch()
        recent.add(tmp_path / name)
    assert recent.files() == [tmp_path / "a.json", tmp_path / "b.json"]
    (tmp_path / "a.json").unlink()
    assert recent.files() == [tmp_path / "b.json"]


def test_a_damaged_list_of_files_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "recent.json").write_text('{"no": "list"')
    assert Recent(tmp_path).files() == []
