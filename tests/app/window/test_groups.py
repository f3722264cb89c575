"""Groups in the window: made, entered, edited, left and dissolved by hand, and run as what they hold."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from app.window import Window
from graph_engine import Link
from graph_engine.definition import INPUTS, OUTPUTS
from tests.app.window.hands import Hands

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
A, B, C = QPoint(120, 160), QPoint(480, 160), QPoint(840, 160)
PATIENCE = 20_000


@pytest.fixture
def chain(hands: Hands) -> list[str]:
    """A number, and two nodes that add to it, the last two selected."""
    names = [hands.add("number", A), hands.add("add", B), hands.add("add", C)]
    hands.drag(hands.output(names[0], "integer"), hands.input(names[1], "a"))
    hands.drag(hands.output(names[1], "integer"), hands.input(names[2], "a"))
    hands.session.select(names[1:])
    return names


def made(hands: Hands) -> str:
    hands.key(Qt.Key.Key_G, CONTROL)
    return hands.session.selected_node


def trail(window: Window) -> list[str]:
    return [button.text() for button in window.trail.buttons]


def test_a_group_is_a_node_with_the_ends_that_cross_its_border(window: Window, hands: Hands, chain: list[str]) -> None:
    group = made(hands)
    item = hands.canvas.graph_scene.nodes[group]
    assert set(hands.graph.nodes) == {chain[0], group} and item.face.group
    assert [(port.name, port.side) for port in item.geometry.ports] == [("integer", "output"), ("a", "input")]
    assert hands.canvas.graph_scene.wires.keys() == set(hands.graph.links)
    hands.undo()
    assert set(hands.canvas.graph_scene.nodes) == set(chain)


def test_one_steps_in_and_out_by_hand_and_the_trail_says_where_one_is(window: Window, hands: Hands, chain: list[str]) -> None:
    group = made(hands)
    assert not window.trail.isVisible()
    hands.double_click(hands.header(group))
    assert set(hands.canvas.graph_scene.nodes) == {*chain[1:], INPUTS, OUTPUTS}
    assert window.trail.isVisible() and trail(window) == ["Untitled", "Group"]
    hands.key(Qt.Key.Key_U)
    assert set(hands.canvas.graph_scene.nodes) == {chain[0], group} and hands.session.selected_node == group
    hands.key(Qt.Key.Key_Return)
    QTest.mouseClick(window.trail.buttons[0], Qt.MouseButton.LeftButton)
    assert hands.session.document.way == () and not window.trail.isVisible()


def test_a_parameter_that_is_exposed_inside_is_set_on_the_group(window: Window, hands: Hands, chain: list[str]) -> None:
    group = made(hands)
    hands.key(Qt.Key.Key_Return)
    hands.click(hands.header(chain[2]))
    QTest.mouseClick(hands.row("b").exposed, Qt.MouseButton.LeftButton)
    hands.key(Qt.Key.Key_U)
    assert [row.parameter.name for row in hands.canvas.graph_scene.nodes[group].geometry.rows] == ["b"]
    hands.session.set_parameter(group, hands.row("b").parameter, 7)
    assert hands.graph.nodes[group].parameters == {"b": 7}


def test_a_group_dissolves_to_what_it_was_and_undo_brings_everything_back(hands: Hands, chain: list[str]) -> None:
    before = hands.session.workflow
    made(hands)
    hands.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert hands.graph.nodes == before.graph.nodes and set(hands.graph.links) == set(before.graph.links)
    assert hands.session.selection == set(chain[1:]) and not hands.session.document.workflow.definitions
    for _ in range(2):
        hands.undo()
    assert hands.session.workflow == before


def test_a_wire_to_the_border_makes_a_new_input_or_output(hands: Hands, chain: list[str]) -> None:
    group = made(hands)
    hands.key(Qt.Key.Key_Return)
    hands.drag(hands.output(INPUTS, "+"), hands.input(chain[1], "b"))
    hands.drag(hands.output(chain[1], "integer"), hands.input(OUTPUTS, "+"))
    assert Link(INPUTS, "b", chain[1], "b") in hands.graph.links
    hands.key(Qt.Key.Key_U)
    ports = [(port.name, port.side, port.types) for port in hands.canvas.graph_scene.nodes[group].geometry.ports]
    assert ("b", "input", ("Integer",)) in ports and ("integer_2", "output", ("Integer",)) in ports
    hands.undo()
    assert hands.session.document.way == (group,) and "integer_2" not in {link.input for link in hands.graph.links}


def test_ends_of_a_group_are_renamed_and_taken_away_in_the_inspector(window: Window, hands: Hands, chain: list[str]) -> None:
    group = made(hands)
    hands.key(Qt.Key.Key_Return)
    field = window.inspector.findChild(QLineEdit, "inputs_a")
    field.selectAll()
    hands.type(field, "Start")
    QTest.keyClick(field, Qt.Key.Key_Return)
    hands.key(Qt.Key.Key_U)
    assert hands.canvas.graph_scene.nodes[group].geometry.ports[1].label == "Start" and len(hands.graph.links) == 1
    hands.session.groups.step_in(group)
    hands.session.groups.remove_end(INPUTS, "a")
    hands.key(Qt.Key.Key_U)
    assert not hands.graph.links and [port.side for port in hands.canvas.graph_scene.nodes[group].geometry.ports] == ["output"]


def test_a_loop_is_switched_on_in_the_inspector_and_runs_every_turn(working: Window, hands: Hands) -> None:
    number, add = hands.add("number", A), hands.add("add", B)
    hands.drag(hands.output(number, "integer"), hands.input(add, "a"))
    hands.session.select({add})
    group = made(hands)
    hands.key(Qt.Key.Key_Return)
    QTest.mouseClick(working.inspector.findChild(QCheckBox, "loop"), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert working.inspector.findChild(QComboBox, "carried_a").currentText() == "from integer of the turn before"
    hands.key(Qt.Key.Key_U)
    hands.session.set_parameter(group, hands.session.type_of(group).parameter("turns"), 4)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: not hands.session.runs.running, timeout=PATIENCE)
    step = hands.session.steps[group]
    assert (step.state, step.total) == ("ran", 4) and step.results[0].description == "5"


def test_a_wire_to_a_group_that_does_not_fit_is_refused_with_the_reason(hands: Hands, chain: list[str]) -> None:
    group, swatch = made(hands), hands.add("swatch", QPoint(120, 420))
    hands.press(hands.output(swatch, "swatch"))
    hands.move(hands.output(swatch, "swatch"), hands.input(group, "a"))
    assert hands.canvas.cursor_hint.text() == "Input a of Group takes Integer, got Swatch from Swatch"
    hands.release(hands.input(group, "a"))
    assert len(hands.graph.links) == 1


def test_a_bypassed_node_looks_it_and_runs_no_more(window: Window, hands: Hands, chain: list[str]) -> None:
    hands.click(hands.header(chain[1]))
    lively = window.canvas.grab().toImage().pixelColor(hands.header(chain[1]))
    hands.key(Qt.Key.Key_B, CONTROL)
    assert hands.graph.nodes[chain[1]].state == "bypassed" and chain[1] not in hands.session.flat.nodes
    assert window.canvas.grab().toImage().pixelColor(hands.header(chain[1])) != lively
    hands.key(Qt.Key.Key_M, CONTROL)
    assert hands.graph.nodes[chain[1]].state == "muted" and set(hands.session.flat.nodes) == {chain[0]}
    hands.key(Qt.Key.Key_M, CONTROL)
    assert set(hands.session.flat.nodes) == set(chain)


def test_a_group_shows_the_steps_of_what_it_holds(working: Window, hands: Hands, chain: list[str]) -> None:
    group = made(hands)
    hands.key(Qt.Key.Key_Return, CONTROL)
    hands.qtbot.waitUntil(lambda: not hands.session.runs.running, timeout=PATIENCE)
    assert hands.session.steps[group].state == "ran" and hands.session.steps[group].total == 2
    hands.key(Qt.Key.Key_Return)
    assert [hands.session.steps[node].state for node in chain[1:]] == ["ran", "ran"]
    hands.session.set_parameter(chain[2], hands.session.type_of(chain[2]).parameter("b"), 9)
    assert not hands.session.steps[chain[1]].stale and hands.session.steps[chain[2]].stale
    hands.key(Qt.Key.Key_U)
    assert hands.session.steps[group].stale


def test_a_failure_inside_is_seen_on_the_group_and_inside(working: Window, hands: Hands) -> None:
    number, fail = hands.add("number", A), hands.add("fail", B)
    hands.drag(hands.output(number, "integer"), hands.input(fail, "a"))
    hands.session.select({fail})
    group = made(hands)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: not hands.session.runs.running, timeout=PATIENCE)
    assert hands.session.steps[group].state == "failed" and hands.canvas.graph_scene.nodes[group].face.failure is not None
    hands.session.groups.step_in(group)
    assert hands.canvas.graph_scene.nodes[fail].face.failure is not None


def test_the_plan_speaks_of_what_a_group_holds(working: Window, hands: Hands, chain: list[str]) -> None:
    group = made(hands)
    hands.qtbot.waitUntil(lambda: hands.session.steps[group].planned == "run", timeout=PATIENCE)
    assert "3 nodes" in working.status.run.text()
    assert hands.session.reason_text(f"its source {group}/{chain[1]} runs") == "its source Group › Add runs"
