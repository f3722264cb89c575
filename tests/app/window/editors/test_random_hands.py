"""Hands that do anything, and a document that follows: undoing all gives the start, redoing all the end."""

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.app.window.editors.conftest import LEFT, Painter

Key = Qt.Key
KEYS = [
    Key.Key_B, Key.Key_D, Key.Key_E, Key.Key_L, Key.Key_P, Key.Key_R, Key.Key_O, Key.Key_W, Key.Key_I, Key.Key_X, Key.Key_Q, Key.Key_M,
    Key.Key_T, Key.Key_BracketLeft, Key.Key_BracketRight, Key.Key_Return, Key.Key_Escape, Key.Key_Backspace, Key.Key_Delete, Key.Key_PageUp,
    Key.Key_PageDown, Key.Key_Left, Key.Key_Down, Key.Key_Space, Key.Key_Plus, Key.Key_0, Key.Key_V, Key.Key_F,
]  # fmt: skip
STEPS = 60


def _place(hand: random.Random) -> tuple[float, float]:
    return hand.uniform(-0.2, 1.2), hand.uniform(-0.2, 1.2)


def _do_anything(painter: Painter, hand: random.Random) -> None:
    match hand.randrange(6):
        case 0 | 1:
            painter.drag(*(_place(hand) for _ in range(hand.randint(2, 4))))
        case 2:
            painter.click(*_place(hand))
        case 3:
            QTest.mouseDClick(painter.paper, LEFT, pos=painter.at(*_place(hand)))
            QTest.mouseRelease(painter.paper, LEFT, pos=painter.at(*_place(hand)))
        case 4:
            painter.key(hand.choice(KEYS))
        case 5:
            painter.pen(*((*_place(hand), hand.random(), hand.randint(0, 80)) for _ in range(2)))


@pytest.mark.parametrize("type_id", ["mask/paint_mask", "control/sketch", "control/layout", "layers/layers", "outpainting/outpaint_frame"])
def test_whatever_is_done_can_be_undone_and_done_again(painter: Painter, type_id: str) -> None:
    node, hand = painter.edit(type_id), random.Random(7)
    if type_id == "layers/layers":
        painter.picture(node, "one", "#808080", (80, 60))
        painter.picture(node, "two", "#ff0000", (20, 20))
    start, document = painter.session.workflow, painter.session.document
    for _ in range(STEPS):
        _do_anything(painter, hand)
    painter.key(Key.Key_Escape)
    painter.session.settle()
    end, seen = painter.session.workflow, painter.paper.grab().toImage()
    assert end != start
    while painter.session.workflow != start:
        painter.session.undo()
    while document.redo_label:
        painter.session.redo()
    assert painter.session.workflow == end and painter.paper.grab().toImage().size() == seen.size()
