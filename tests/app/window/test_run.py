"""Running in the real worker process, with toy nodes."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.document import Document
from app.runner import Runner
from app.session import Session
from app.window import Window
from graph_engine import Catalogue
from graph_engine.events import RunFinished, StepPreview, StepProgress
from tests.app.window.hands import Hands

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
A, B, C = QPoint(120, 160), QPoint(480, 160), QPoint(840, 160)
PATIENCE = 20_000


def _chain(hands: Hands) -> tuple[str, str]:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    return one, two


def _set(hands: Hands, node: str, **values: object) -> None:
    node_type = hands.session.type_of(node)
    assert node_type
    for name, value in values.items():
        parameter = node_type.parameter(name)
        assert parameter
        hands.session.set_parameter(node, parameter, value)


def _finished(hands: Hands) -> None:
    hands.qtbot.waitUntil(lambda: not hands.session.runs.running, timeout=PATIENCE)


def test_a_run_shows_progress_previews_and_the_result(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    _set(hands, two, seed=3)
    heard: list[object] = []
    working.runner.happened.connect(heard.append)
    hands.key(Qt.Key.Key_Return, CONTROL)
    assert hands.session.runs.running and working.commands.stop_button.isEnabled()
    _finished(hands)
    kinds = {type(event) for event in heard}
    assert {StepProgress, StepPreview, RunFinished} <= kinds
    assert hands.session.steps[one].state == hands.session.steps[two].state == "ran"
    item = hands.canvas.graph_scene.nodes[two]
    assert item.face.picture is not None and item.body.height() > item.geometry.height
    assert working.viewer.name.text() == "Fade" and working.viewer.view.picture_size.width() == 16
    color = working.viewer.view.grab().toImage().pixelColor(working.viewer.view.rect().center())
    assert color.getRgb()[:3] == (3 * 37 % 256, 3 * 91 % 256, 3 * 53 % 256)
    assert working.status.run.text().startswith("Done in")


def test_the_viewer_shows_the_selected_node(working: Window, hands: Hands) -> None:
    one, _ = _chain(hands)
    _set(hands, one, color="#ff0000ff")
    hands.session.running.run()
    _finished(hands)
    hands.click(hands.header(one))
    view = working.viewer.view
    assert working.viewer.name.text() == "Swatch"
    assert view.grab().toImage().pixelColor(view.rect().center()).name() == "#ff0000"


def test_an_edit_makes_results_stale_and_undo_makes_them_fresh(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    hands.session.running.run()
    _finished(hands)
    _set(hands, one, side=8)
    assert hands.session.steps[two].stale
    hands.undo()
    assert not hands.session.steps[two].stale


def test_a_failed_node_shows_its_message_and_its_remedy(working: Window, hands: Hands) -> None:
    number, fail = hands.add("number", A), hands.add("fail", B)
    hands.drag(hands.output(number, "integer"), hands.input(fail, "a"))
    hands.session.running.run()
    _finished(hands)
    step = hands.session.steps[fail]
    assert (step.state, step.message, step.remedy) == ("failed", "a: must be something else, got 1", "try another node")
    hands.click(hands.header(fail))
    box = working.inspector.form.failure
    assert box.isVisible() and box.message.text() == step.message and box.remedy.text() == step.remedy
    assert hands.canvas.graph_scene.nodes[fail].face.failure is not None


def test_a_graph_with_a_problem_does_not_run_and_says_why(working: Window, hands: Hands) -> None:
    hands.add("fade", B)
    hands.session.running.run()
    _finished(hands)
    assert working.notice.isVisible() and working.notice.text.text().startswith("Did not run: Fade: input picture is not connected")


def test_stop_ends_the_run_and_the_next_one_works(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    _set(hands, two, steps=1000)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].done > 1, timeout=PATIENCE)
    hands.key(Qt.Key.Key_Return, CONTROL | ALT)
    _finished(hands)
    assert hands.session.steps[two].state == "" and working.status.run.text().startswith("Stopped")
    hands.undo()
    hands.session.running.run()
    _finished(hands)
    assert hands.session.steps[one].state == "memory" and hands.session.steps[two].state == "ran"


def test_a_killed_worker_costs_only_the_step_that_ran(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    _set(hands, two, steps=1000)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].done > 1, timeout=PATIENCE)
    pid = working.runner.link.pid
    with hands.qtbot.waitSignals([working.runner.lost, working.runner.ready], timeout=PATIENCE):
        working.runner.link.kill()
    assert working.notice.isVisible() and "SIGKILL" in working.notice.text.text()
    assert working.runner.link.pid != pid and len(hands.graph.nodes) == 2
    hands.qtbot.waitUntil(lambda: hands.session.steps[one].state == "disk" and hands.session.steps[two].done > 1, timeout=PATIENCE)
    assert [job.state for job in hands.session.queueing.all()] == ["running"]
    hands.session.running.stop()
    _finished(hands)


@pytest.mark.parametrize("stuck", ["sleep_deeply", "hold_tight"])
def test_a_node_that_never_looks_up_is_gone_three_seconds_after_stop_and_the_next_job_works(
    working: Window, hands: Hands, stuck: str, tmp_path: Path
) -> None:
    number, deep = hands.add("number", A), hands.add(stuck, B)
    hands.drag(hands.output(number, "integer"), hands.input(deep, "a"))
    if stuck == "hold_tight":
        _set(hands, deep, log=str(tmp_path / "log"))
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.steps[deep].state == "running", timeout=PATIENCE)
    pid, asked = working.runner.link.pid, time.monotonic()
    hands.session.running.stop()
    _finished(hands)
    assert time.monotonic() - asked < 3 and not Path(f"/proc/{pid}").exists()
    hands.session.running.run([number])
    _finished(hands)
    assert hands.session.steps[number].state == "disk"
    assert [job.state for job in hands.session.queueing.all()] == ["done", "stopped"]


def test_a_random_seed_is_drawn_before_the_run_and_stands_in_the_document(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, seed={"value": 5, "policy": "random"})
    hands.session.running.run()
    drawn = hands.graph.nodes[two].parameters["seed"]
    assert drawn["policy"] == "random" and drawn["value"] != 5
    _finished(hands)
    hands.undo()
    assert hands.graph.nodes[two].parameters["seed"]["value"] == 5


def test_a_file_that_a_node_wrote_is_named(working: Window, hands: Hands, tmp_path: Path) -> None:
    one, keep = hands.add("swatch", A), hands.add("keep", B)
    hands.drag(hands.output(one, "swatch"), hands.input(keep, "picture"))
    hands.session.running.run()
    _finished(hands)
    (path,) = hands.session.steps[keep].files
    assert Path(path).read_bytes() == bytes.fromhex("3060c0ff") and Path(path).is_relative_to(tmp_path)


def test_only_what_a_chosen_node_needs_is_run(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(one))
    hands.key(Qt.Key.Key_Return, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    _finished(hands)
    assert hands.session.steps[one].state == "ran" and hands.session.steps[two].state == ""


def test_buttons_run_and_stop(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, steps=1000)
    QTest.mouseClick(working.commands.run_button, Qt.MouseButton.LeftButton)
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].done > 1, timeout=PATIENCE)
    QTest.mouseClick(working.commands.stop_button, Qt.MouseButton.LeftButton)
    _finished(hands)
    assert not working.commands.stop_button.isEnabled()


def test_events_of_the_document_before_do_not_reach_the_next(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, steps=1000)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].done > 1, timeout=PATIENCE)
    hands.session.show_document(Document())
    assert not hands.session.runs.running
    one, other = _chain(hands)
    assert (one, other) == ("1", two)
    finished = hands.qtbot.waitSignal(
        working.runner.happened, check_params_cb=lambda event: isinstance(event, RunFinished), timeout=PATIENCE
    )
    with finished:
        hands.session.running.stop()
    assert hands.session.steps[other].state == "" and hands.canvas.graph_scene.nodes[other].face.picture is None
    hands.session.running.run()
    _finished(hands)
    assert hands.session.steps[other].state == "ran"


def test_a_worker_that_cannot_start_is_told_and_tried_again_at_run(qtbot: QtBot, toys: Catalogue, tmp_path: Path) -> None:
    runner = Runner("no.such.nodes", tmp_path)
    window = Window(Session(toys), runner)
    qtbot.addWidget(window, before_close_func=lambda made: made.session.show_document(Document()))
    with qtbot.waitSignal(runner.lost, check_params_cb=lambda reason: "cannot be started" in reason, timeout=PATIENCE):
        runner.start()
    window.session.add_node("pictures/swatch", (0.0, 0.0))
    with qtbot.waitSignal(runner.lost, timeout=PATIENCE):
        window.session.running.run()
    assert not window.session.runs.running and "cannot be started" in window.notice.text.text()


def test_the_plan_tells_what_would_run_and_why_and_what_is_held(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].planned == "run", timeout=PATIENCE)
    assert hands.session.steps[two].why == "never ran" and "2 nodes" in working.status.run.text()
    hands.session.running.run()
    _finished(hands)
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].planned == "memory", timeout=PATIENCE)
    assert "nothing would run" in working.status.run.text()
    _set(hands, one, side=8)
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].planned == "run", timeout=PATIENCE)
    hands.click(hands.header(two))
    assert "Will run · reason: its source Swatch runs" in working.inspector.form.state.text()
    hands.click(hands.header(one))
    assert "Will run · reason: side changed from 16 to 8" in working.inspector.form.state.text()


def test_another_document_with_the_same_graph_finds_its_results_held(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    hands.session.running.run()
    _finished(hands)
    hands.session.show_document(Document(hands.session.workflow))
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].kept == "memory", timeout=PATIENCE)
    hands.click(hands.header(two))
    assert "held in memory" in working.inspector.form.state.text()
