"""What a workflow exposes is varied in a dialog, and the cells and their sheet come out of the queue."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from app.language import ENGLISH, speak, spoken
from app.sweep_record import SHEET
from app.vary import VaryValues, listed
from app.window import Window
from graph_engine.kinds import Integer, Number, Text
from graph_engine.sweep import Axis
from tests.app.window.hands import Hands

A, B = QPoint(120, 160), QPoint(480, 160)
PATIENCE = 20_000


@pytest.fixture
def dialog(hands: Hands) -> VaryValues:
    """On a chain that exposes a seed and a number of steps."""
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    for name in ("seed", "steps"):
        hands.session.expose(two, hands.session.type_of(two).parameter(name), True)
    made = VaryValues(hands.session, hands.window)
    hands.qtbot.addWidget(made)
    made.show()
    return made


def test_nothing_is_made_until_something_varies(dialog: VaryValues) -> None:
    assert dialog.sweep is None and not dialog.queue_button.isEnabled() and set(dialog.fields) == {"seed", "steps"}
    dialog.ticks["seed"].click()
    assert dialog.fields["seed"].text() == "1, 2, 3, 4" and "4 pictures" in dialog.told.text()
    dialog.ticks["seed"].click()
    assert dialog.sweep is None


def test_typed_values_are_crossed_and_counted(dialog: VaryValues) -> None:
    QTest.keyClicks(dialog.fields["seed"], "3, 5")
    QTest.keyClicks(dialog.fields["steps"], "1:3")
    assert dialog.sweep and dialog.sweep.axes == (Axis(("seed",), ((3,), (5,))), Axis(("steps",), ((1,), (2,), (3,))))
    assert "6 pictures" in dialog.told.text() and dialog.queue_button.isEnabled()


def test_a_value_that_breaks_its_rule_is_named(dialog: VaryValues) -> None:
    QTest.keyClicks(dialog.fields["steps"], "1, many")
    assert "value 2: must be a whole number, got 'many'" in dialog.told.text() and not dialog.queue_button.isEnabled()


def test_the_cells_and_their_sheet_come_out_of_the_queue(working: Window, dialog: VaryValues, hands: Hands, tmp_path: Path) -> None:
    QTest.keyClicks(dialog.fields["seed"], "3, 5")
    dialog.folder_field.setText(str(tmp_path / "varied"))
    with hands.qtbot.waitSignal(working.runner.ended, timeout=PATIENCE):
        hands.session.running.vary(dialog.sweep, dialog.folder)
    assert (tmp_path / "varied" / SHEET).exists() and working.runner.jobs.all()[-1].state == "done"


def test_where_decimals_stand_behind_a_comma_lists_are_read_so() -> None:
    speak(ENGLISH._replace(point=","))
    try:
        assert listed("2,5; 3", Number()) == listed("2,5, 3", Number()) == "2.5,3"
        assert listed("2, 5", Integer()) == "2,5"
    finally:
        speak(ENGLISH)
    assert listed("2.5, 3", Number()) == "2.5, 3" and listed("a cat; a dog, asleep", Text()) == '"a cat","a dog, asleep"'
    assert spoken() is ENGLISH
