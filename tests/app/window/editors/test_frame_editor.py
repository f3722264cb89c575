"""The frame of an outpainting, dragged over the picture."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.editors.editor import Touch
from tests.app.window.editors.conftest import LEFT, Painter

Key = Qt.Key
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
FRAME = "outpainting/outpaint_frame"


def test_an_edge_is_dragged_out_in_one_undo_step(painter: Painter) -> None:
    painter.edit(FRAME)
    before = painter.session.workflow
    painter.drag((0.0, 0.5), (-0.1, 0.5), (-0.25, 0.5))
    assert painter.value == {"left": pytest.approx(2500, abs=40)}
    assert painter.window.docks.editor.panel.facts.text().startswith("512 × 512 · canvas 64")
    painter.undo()
    assert painter.session.workflow == before


def test_a_corner_moves_two_edges_and_inwards_cuts_off(painter: Painter) -> None:
    painter.edit(FRAME)
    painter.drag((1.0, 1.0), (1.1, 0.95), (1.2, 0.9))
    assert painter.value == {"right": pytest.approx(2000, abs=40), "bottom": pytest.approx(-1000, abs=40)}


def test_alt_drags_both_sides(painter: Painter) -> None:
    painter.edit(FRAME)
    QTest.mousePress(painter.paper, LEFT, ALT, painter.at(1.0, 0.5))
    painter.editor.move(Touch(QPointF(1.1 * 512, 256), keys=ALT))
    QTest.mouseRelease(painter.paper, LEFT, ALT, painter.at(1.1, 0.5))
    assert painter.value == {"left": pytest.approx(1000, abs=40), "right": pytest.approx(1000, abs=40)}


def test_a_drag_that_is_broken_off_changes_nothing(painter: Painter) -> None:
    painter.edit(FRAME)
    QTest.mousePress(painter.paper, LEFT, pos=painter.at(0.0, 0.5))
    QTest.mouseMove(painter.paper, painter.at(-0.3, 0.5))
    assert painter.editor.frame.width() > 600
    painter.key(Key.Key_Escape)
    QTest.mouseRelease(painter.paper, LEFT, pos=painter.at(-0.3, 0.5))
    assert not painter.value and painter.editor.frame.width() == 512


def test_a_ratio_extends_evenly_and_arrows_move_the_frame(painter: Painter) -> None:
    painter.edit(FRAME)
    painter.editor.extend_to(2.0)
    assert painter.value == {"left": 5000, "right": 5000}
    painter.key(Key.Key_Right, SHIFT)
    assert painter.editor.frame.left() == -246 and painter.editor.frame.width() == 1024
    painter.editor.reset()
    assert not painter.value


def test_numbers_move_the_edges_too(painter: Painter) -> None:
    painter.edit(FRAME)
    painter.editor.fields["top"].changed.emit(128.0)
    assert painter.value == {"top": 2500} and painter.editor.frame.top() == -128
