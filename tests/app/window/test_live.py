"""Live: what is set shows at once, and nothing is left of it but the picture on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.album.album import Album
from app.window import Window
from graph_engine.kinds import Seed
from tests.app.window.hands import Hands

A, B, C = QPoint(120, 160), QPoint(480, 160), QPoint(840, 160)
PATIENCE = 20_000


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path / "album")


@pytest.fixture
def fade(working: Window, hands: Hands) -> str:
    """A node in a chain that saves what it gives."""
    one, two, three = hands.add("swatch", A), hands.add("fade", B), hands.add("keep", C)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    hands.drag(hands.output(two, "swatch"), hands.input(three, "picture"))
    return two


def _set_seed(hands: Hands, node: str, seed: int) -> None:
    parameter = hands.session.type_of(node).parameter("seed")
    assert isinstance(parameter.kind, Seed)
    hands.session.set_parameter(node, parameter, seed)


def _shows(hands: Hands, node: str, seed: int) -> bool:
    step, shade = hands.session.steps[node], bytes([seed * 37 % 256, seed * 91 % 256, seed * 53 % 256, 255])
    return step.state == "ran" and not step.stale and step.picture is not None and step.picture.rgba.startswith(shade)


def test_every_change_shows_and_nothing_is_kept(working: Window, hands: Hands, fade: str, tmp_path: Path) -> None:
    QTest.mouseClick(working.commands.live_button, Qt.MouseButton.LeftButton)
    assert working.commands.live_button.isChecked() and working.commands["live"].isChecked()
    for seed in (3, 5):
        _set_seed(hands, fade, seed)
        hands.qtbot.waitUntil(lambda seed=seed: _shows(hands, fade, seed), timeout=PATIENCE)
    hands.qtbot.waitUntil(lambda: not hands.session.queueing.all(), timeout=PATIENCE)
    assert not list((tmp_path / "output").iterdir())
    assert not working.recorder.album.entries()


def test_the_viewer_shows_what_comes_of_it_while_another_node_is_painted(working: Window, hands: Hands, fade: str) -> None:
    working.live.turn(True)
    hands.qtbot.waitUntil(lambda: hands.session.steps[fade].state == "ran", timeout=PATIENCE)
    hands.click(hands.header(next(node for node in hands.graph.nodes if hands.graph.nodes[node].type.endswith("swatch"))))
    assert hands.session.viewed_node == fade
    working.live.turn(False)
    assert hands.session.viewed_node == hands.session.selected_node != fade


def test_a_change_during_a_run_waits_for_its_end(working: Window, hands: Hands, fade: str) -> None:
    working.live.turn(True)
    _set_seed(hands, fade, 3)
    hands.qtbot.waitUntil(lambda: hands.session.runs.running, timeout=PATIENCE)
    for seed in (4, 5, 6):
        _set_seed(hands, fade, seed)
    hands.qtbot.waitUntil(lambda: _shows(hands, fade, 6), timeout=PATIENCE)


def test_changes_before_the_worker_is_ready_are_one_job(window: Window, hands: Hands) -> None:
    swatch = hands.add("swatch", A)
    window.live.turn(True)
    for side in (10, 11, 12):
        hands.session.set_parameter(swatch, hands.session.type_of(swatch).parameter("side"), side)
        hands.qtbot.wait(150)
    assert len(hands.session.queueing.all()) == 1
    window.runner.start()
    hands.qtbot.waitUntil(lambda: (picture := hands.session.steps[swatch].picture) is not None and picture.width == 12, timeout=PATIENCE)


def test_off_it_leaves_changes_alone_and_moving_is_none(working: Window, hands: Hands, fade: str) -> None:
    began: list[object] = []
    working.runner.began.connect(began.append)
    working.live.turn(True)
    hands.qtbot.waitUntil(lambda: len(began) == 1 and not hands.session.queueing.is_busy, timeout=PATIENCE)
    hands.session.move_nodes({fade: (10.0, 500.0)})
    hands.qtbot.wait(300)
    working.live.turn(False)
    _set_seed(hands, fade, 9)
    hands.qtbot.wait(300)
    assert len(began) == 1 and not working.commands.live_button.isChecked()


def test_it_waits_while_the_graph_has_errors(working: Window, hands: Hands, fade: str) -> None:
    hands.session.unlink(next(link for link in hands.graph.links if link.target == fade))
    working.live.turn(True)
    hands.qtbot.wait(300)
    assert not hands.session.queueing.all() and not working.notice.isVisible()
