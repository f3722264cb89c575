"""The token view: tokens of a tiny generator of random weights over their picture, picked by hand and made new by the worker."""

from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.document import Document
from app.engine_room import EngineRoom
from app.preview.token_layer import TokenLayer, heat
from app.redrawing import MASK
from app.runner import Runner
from app.session import Session
from app.theme.tokens import DARK
from app.token_results import TokenResult
from app.window import Window
from graph_engine import Catalogue, discover
from graph_engine.events import AnyEvent
from graph_engine.graph import Link
from graph_engine.workflow import Workflow
from tests.app.window.conftest import _forget_changes
from tests.app.window.hands import LEFT, NO_KEY
from tests.nodes.token_models import save

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LINKS = (
    (0, "tokenizer", 1, "tokenizer"), (1, "generator", 3, "generator"), (2, "conditioning", 3, "positive"), (3, "latent", 4, "latent"),
    (0, "tokenizer", 4, "tokenizer"),
)  # fmt: skip
SIDE = 4


class Ran(NamedTuple):
    workflow: Workflow
    events: list[AnyEvent]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run that decodes 4 × 4 tokens, and what it told."""
    folder = tmp_path_factory.mktemp("tokens")
    room, session = EngineRoom(folder=folder), Session(Catalogue.from_json(discover("nodes.library").to_json()))
    kinds = ("tokenizer/load_tokenizer", "generator/load_generator", "prompt/class_label", "sampling/generate", "tokenizer/decode")
    nodes = [session.add_node(kind, (0.0, 0.0)) for kind in kinds]
    for node, layout in zip(nodes, ("maskgit-vq", "uvitbert"), strict=False):
        session.set_parameter(node, session.type_of(node).parameter("file"), str(save(folder, layout)))
    for source, output, target, name in LINKS:
        session.link(Link(nodes[source], output, nodes[target], name))
    events: list[AnyEvent] = []
    room.run(session.workflow, events.append, run_id="run")
    return Ran(session.workflow, events)


@pytest.fixture
def decoded(qtbot: QtBot, ran: Ran, tmp_path: Path) -> Window:
    """A window that shows the picture of the run, with the tokens over it; its worker was not started."""
    window = Window(Session(Catalogue.from_json(discover("nodes.library").to_json())), Runner("", tmp_path / "cache", tmp_path))
    qtbot.addWidget(window, before_close_func=_forget_changes)
    window.resize(1440, 900)
    window.show()
    session = window.session
    session.show_document(Document(ran.workflow))
    session.runs.begin(session.flat)
    session.runs.follow("run", session.queueing.pace)
    for event in ran.events:
        session.running.take_event(event)
    window.viewer.tokens.click()
    return window


def _at(window: Window, cell: int) -> QPoint:
    """Where a cell of the first item lies on the screen."""
    return window.viewer.view.to_screen(window.viewer.layer.cell_box(0, cell).center()).toPoint()


def _drag(window: Window, *cells: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
    view = window.viewer.view
    QTest.mousePress(view, LEFT, keys, _at(window, cells[0]))
    for cell in cells[1:]:
        QTest.mouseMove(view, _at(window, cell))
    QTest.mouseRelease(view, LEFT, keys, _at(window, cells[-1]))


def test_the_tokens_of_a_picture_are_found_behind_its_decoding(decoded: Window) -> None:
    tokens = decoded.viewer.layer.tokens
    assert tokens is not None and tokens.grids == ((SIDE, SIDE),) and tokens.count == 1
    assert tokens.maps == ("entropy", "likelihood", "order", "acceptance")
    assert decoded.viewer.token_view.isVisible() and decoded.viewer.token_view.facts.text() == "16 tokens. Pick some to redraw them"


def test_a_map_is_shown_with_its_ends_and_the_token_under_the_pointer(decoded: Window) -> None:
    bar = decoded.viewer.token_view
    before = decoded.viewer.view.grab().toImage()
    bar.maps.setCurrentIndex(bar.maps.findData("order"))
    bar.maps.activated.emit(bar.maps.currentIndex())
    assert decoded.viewer.view.grab().toImage() != before
    assert (bar.least.text(), bar.most.text()) == ("1", f"{int(bar.layer.tokens.span(0, 'order')[1])}")
    QTest.mouseMove(decoded.viewer.view, _at(decoded, 6))
    assert bar.facts.text().startswith("row 2, column 3 · token ") and "pass " in bar.facts.text()


def test_tokens_are_picked_by_clicks_rectangles_and_the_brush(decoded: Window) -> None:
    layer = decoded.viewer.layer
    _drag(decoded, 5, 10)
    assert layer.cells == {5, 6, 9, 10}
    _drag(decoded, 0, keys=SHIFT)
    assert layer.cells == {0, 5, 6, 9, 10}
    _drag(decoded, 5, 6, keys=CONTROL)
    assert layer.cells == {0, 9, 10}
    decoded.viewer.token_view.tools["brush"].click()
    layer.brush = 0.0
    _drag(decoded, 3, 7, 11)
    assert layer.cells == {0, 3, 7, 9, 10, 11}
    decoded.viewer.token_view.clear.click()
    assert not layer.cells and not decoded.viewer.token_view.redraw.isEnabled()


def test_tokens_are_picked_by_keys_alone(decoded: Window) -> None:
    view, layer = decoded.viewer.view, decoded.viewer.layer
    view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space):
        QTest.keyClick(view, key)
    assert layer.cells == {5}
    QTest.keyClick(view, Qt.Key.Key_A, CONTROL)
    assert len(layer.cells) == SIDE * SIDE
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not layer.cells


def test_picked_tokens_are_made_new_and_all_others_stay(decoded: Window, qtbot: QtBot) -> None:
    session, before = decoded.session, decoded.session.workflow
    with qtbot.waitSignal(decoded.runner.ready, timeout=60_000):
        decoded.runner.start()
    first = decoded.viewer.layer.tokens
    _drag(decoded, 5, 10)
    ended: list[int] = []
    session.run_ended.connect(lambda: ended.append(1))
    decoded.viewer.token_view.redraw.click()
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    again = decoded.viewer.layer.tokens
    assert again.node != first.node and decoded.viewer.token_view.isVisible()
    changed = {cell for cell in range(16) if again.cells(0, 0, "id")[cell] != first.cells(0, 0, "id")[cell]}
    assert {cell for cell in range(16) if again.cells(0, 0, "order")[cell] > 0} == {5, 6, 9, 10} >= changed
    session.undo()
    assert session.workflow == before


def test_a_mask_of_picked_tokens_is_one_edit(decoded: Window) -> None:
    session, before = decoded.session, decoded.session.workflow
    _drag(decoded, 0, 1)
    decoded.viewer.token_view.mask.click()
    (made,) = session.workflow.graph.nodes.keys() - before.graph.nodes.keys()
    assert session.workflow.graph.nodes[made].type == MASK
    session.undo()
    assert session.workflow == before


def test_the_view_opens_and_closes_by_keys(decoded: Window) -> None:
    action = decoded.commands["show_tokens"]
    assert action.isEnabled()
    action.trigger()
    assert not decoded.viewer.token_view.isVisible()
    action.trigger()
    assert decoded.viewer.token_view.isVisible() and decoded.viewer.view.hasFocus()


def test_without_the_view_a_drag_moves_the_picture(decoded: Window) -> None:
    decoded.viewer.tokens.click()
    view = decoded.viewer.view
    assert not decoded.viewer.token_view.isVisible()
    _drag(decoded, 5, 10)
    assert not decoded.viewer.layer.cells and not view.fitted


def _line(count: int) -> TokenResult:
    return TokenResult("make", "latent", ((1, count),), 1, ())


def test_tokens_in_a_line_lie_folded_at_the_lower_edge() -> None:
    layer = TokenLayer(DARK)
    layer.show_tokens(_line(40), QSize(256, 256))
    assert layer.shape == (2, 32) and layer.area(0).bottom() == 256
    assert layer.cell_at(layer.cell_box(0, 33).center()) == (0, 33)
    assert layer.cell_at(QPointF(250, 255)) is None and layer.cell_at(QPointF(10, 10)) is None


def test_more_is_lighter() -> None:
    lights = [heat(share / 10).lightnessF() for share in range(11)]
    assert lights == sorted(lights)
