"""What the worker holds, in the window: told by the real worker, budgets set, let go."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.holdings import DISK, MEMORY
from app.memory_panel.budget_field import bytes_typed
from app.memory_panel.holding_row import HoldingRow
from app.window import Window
from app.wire import HoldingsTold
from tests.app.window.hands import Hands
from tests.app.window.test_run import PATIENCE, _chain, _finished, _set


def shown(window: Window, hands: Hands) -> dict[str, HoldingRow]:
    """The rows of the panel, after Ctrl+Shift+M and the worker's answer."""
    with hands.qtbot.waitSignal(window.runner.holdings_told, timeout=PATIENCE):
        hands.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    return window.docks.memory.panel.rows


def told(window: Window) -> HoldingsTold:
    answer = window.session.housekeeping.told
    assert answer
    return answer


def budget_of(window: Window, name: str) -> int:
    return next(holding.budget for holding in told(window).holdings if holding.name == name)


def test_what_is_held_is_shown_and_follows_runs(working: Window, hands: Hands) -> None:
    rows = shown(working, hands)
    assert rows[MEMORY].budget.text() == "2.0 GB" and rows[DISK].budget.text() == "20.0 GB"
    assert rows[MEMORY].used.text() == "Nothing held" and not rows[MEMORY].clear.isEnabled()
    assert "of this machine's" in working.docks.memory.panel.machine.text()
    _chain(hands)
    with hands.qtbot.waitSignal(working.runner.holdings_told, timeout=PATIENCE):
        hands.session.running.run()
    hands.qtbot.waitUntil(lambda: " kB held" in rows[MEMORY].used.text() and rows[DISK].clear.isEnabled(), timeout=PATIENCE)


def test_results_that_are_let_go_are_made_again(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    hands.session.running.run()
    _finished(hands)
    rows = shown(working, hands)
    for name in (MEMORY, DISK):
        with hands.qtbot.waitSignal(working.runner.holdings_told, timeout=PATIENCE):
            QTest.mouseClick(rows[name].clear, Qt.MouseButton.LeftButton)
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].planned == "run", timeout=PATIENCE)
    assert rows[MEMORY].used.text() == rows[DISK].used.text() == "Nothing held"


@pytest.mark.parametrize(
    ("typed", "rule"), [("many", "must be an amount"), ("1 MB", "must be at least 64 MB, got 1 MB"), ("9000 TB", "must be at most")]
)
def test_a_budget_that_breaks_the_rule_is_not_taken_and_says_it(working: Window, hands: Hands, typed: str, rule: str) -> None:
    field = shown(working, hands)[MEMORY].budget
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, typed)
    assert field.toolTip().startswith(rule) and field.property("wrong")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "2.0 GB" and not field.property("wrong") and budget_of(working, MEMORY) == 2 << 30


def test_amounts_are_typed_as_people_write_them() -> None:
    typed = ("1.5", "1,5 GB", "800 MB", "2t", " 3 gib ", "1e9", "-1", "")
    assert [bytes_typed(text) for text in typed] == [3 << 29, 3 << 29, 800 << 20, 2 << 40, 3 << 30, None, None, None]


@pytest.mark.parametrize("name", [MEMORY, DISK])
def test_a_budget_that_is_typed_is_the_worker_s_and_the_next_one_s(working: Window, hands: Hands, name: str) -> None:
    field = shown(working, hands)[name].budget
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "1.5")
    with hands.qtbot.waitSignal(working.runner.holdings_told, timeout=PATIENCE):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert budget_of(working, name) == 3 << 29
    with hands.qtbot.waitSignal(working.runner.ready, timeout=PATIENCE):
        working.runner.link.kill()
    with hands.qtbot.waitSignal(working.runner.holdings_told, timeout=PATIENCE):
        working.session.housekeeping.ask()
    assert budget_of(working, name) == 3 << 29


def test_it_is_told_while_a_job_runs(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, steps=1000)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].done > 1, timeout=PATIENCE)
    rows = shown(working, hands)
    assert hands.session.runs.running and "kB" in rows[MEMORY].used.text()
    hands.session.running.stop()
    _finished(hands)


def test_nobody_is_asked_while_nobody_looks(working: Window, hands: Hands) -> None:
    heard: list[object] = []
    working.runner.holdings_told.connect(heard.append)
    shown(working, hands)
    hands.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    asked = len(heard)
    _chain(hands)
    hands.session.running.run()
    _finished(hands)
    working.session.housekeeping.ask()
    with hands.qtbot.waitSignal(working.runner.planned, timeout=PATIENCE):
        working.session.running.ask_plan()
    assert len(heard) == asked and not working.docks.memory.isVisible()
