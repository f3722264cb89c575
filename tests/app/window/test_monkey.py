"""Random hands: whatever is pressed, the document stays consistent and the canvas shows it."""

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import Document
from graph_engine import read, write
from tests.app.window.hands import LEFT, MIDDLE, Hands

NO_KEY, SHIFT, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
CONTROL_KEYS = [getattr(Qt.Key, f"Key_{letter}") for letter in "ZDCVXAYGBM"]
PLAIN_KEYS = [getattr(Qt.Key, f"Key_{name}") for name in ("Escape", "F", "Home", "Delete", "Left", "Space", "Tab", "U", "Return")]


def _anywhere(hands: Hands, chance: random.Random) -> QPoint:
    """A port as often as not, so that something happens."""
    ports = [
        hands.port(name, port.name, port.gives) for name, item in hands.canvas.graph_scene.nodes.items() for port in item.geometry.ports
    ]
    inside = [port for port in ports if hands.view.rect().contains(port)]
    if inside and chance.random() < 0.6:
        return chance.choice(inside)
    return QPoint(chance.randrange(20, 1000), chance.randrange(20, 740))


def _do_something(hands: Hands, chance: random.Random) -> None:
    match chance.randrange(9):
        case 0:
            hands.click(_anywhere(hands, chance), chance.choice((NO_KEY, SHIFT, CONTROL)))
        case 1 | 2 | 3:
            hands.drag(_anywhere(hands, chance), _anywhere(hands, chance), chance.choice((LEFT, LEFT, LEFT, MIDDLE)))
        case 4:
            hands.wheel(_anywhere(hands, chance), chance.choice((-2, -1, 1, 2)))
        case 5:
            hands.double_click(_anywhere(hands, chance))
        case 6:
            hands.key(chance.choice(CONTROL_KEYS), CONTROL)
        case 7:
            hands.key(chance.choice(PLAIN_KEYS), chance.choice((NO_KEY, SHIFT)))
        case 8:
            hands.key(*chance.choice(((Qt.Key.Key_G, CONTROL), (Qt.Key.Key_G, CONTROL | SHIFT), (Qt.Key.Key_Return, NO_KEY))))
    palette = hands.window.palette
    if palette.isVisible():
        hands.type(palette.field, chance.choice(("", "s", "fa", "zzz")))
        QTest.keyClick(palette.field, chance.choice((Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Escape)))
    if len(hands.graph.nodes) > 40:
        hands.session.delete(list(hands.graph.nodes)[:20])


def _check(hands: Hands) -> None:
    graph, scene = hands.graph, hands.canvas.graph_scene
    assert set(scene.nodes) == set(graph.nodes) == set(hands.session.workflow.layout)
    assert set(scene.wires) == set(graph.links) and hands.session.selection <= set(graph.nodes)
    assert all(link.source in graph.nodes and link.target in graph.nodes for link in graph.links)
    for name, item in scene.nodes.items():
        assert (item.x(), item.y()) == hands.session.workflow.layout[name]
        assert item.face.selected == (name in hands.session.selection)


def _play(hands: Hands, seed: int, turns: int) -> None:
    """Random hands for so many turns; then undo leads to the start, and redo to the end."""
    chance = random.Random(seed)
    for turn in range(turns):
        _do_something(hands, chance)
        if turn % 10 == 0:
            _check(hands)
    while hands.session.document.redo_label:  # the last turns may have been undone
        hands.session.redo()
    _check(hands)
    end = hands.session.document.workflow
    assert write(read(write(end))) == write(end)
    while hands.session.document.undo_label:
        hands.session.undo()
    assert not hands.session.document.workflow.graph.nodes and not hands.session.document.workflow.definitions
    while hands.session.document.redo_label:
        hands.session.redo()
    assert hands.session.document.workflow == end
    _check(hands)


@pytest.mark.parametrize("seed", range(3))
def test_random_hands_leave_a_consistent_document(hands: Hands, seed: int) -> None:
    _play(hands, seed, 150)


@pytest.mark.slow
def test_ten_thousand_events_leave_a_consistent_document(hands: Hands, counted: list[int]) -> None:
    """Presses, moves, releases, wheels and keys, counted as the application gets them."""
    seed = 100
    while len(counted) < 10_000:
        _play(hands, seed := seed + 1, 150)
        hands.session.show_document(Document())


@pytest.fixture
def counted(hands: Hands) -> Iterator[list[int]]:
    """An entry for every event of mouse or keyboard."""
    found: list[int] = []
    kinds = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseMove,
             QEvent.Type.Wheel, QEvent.Type.KeyPress, QEvent.Type.KeyRelease}  # fmt: skip

    class Counter(QObject):
        def eventFilter(self, to: QObject, event: QEvent) -> bool:
            if to is hands.view or to is hands.canvas or to is hands.window.palette.field:
                found.extend([1] * (event.type() in kinds))
            return False

    counter = Counter()
    QApplication.instance().installEventFilter(counter)
    yield found
    QApplication.instance().removeEventFilter(counter)
