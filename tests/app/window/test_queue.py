"""The queue in the window: Run adds, the worker takes; the panel shows and changes it; a crash leaves it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app import places
from app.queue.job import Job
from app.queue.jobs import Jobs
from app.queue_panel.queue_panel import QueuePanel
from app.window import Window
from graph_engine import Graph, Link, Node, Workflow, write
from tests.app.queue.conftest import begun, finished, saved
from tests.app.window.hands import Hands
from tests.app.window.test_run import PATIENCE, _chain, _finished, _set

ROOT = Path(__file__).parents[3]
CRASHING = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.runner import Runner
from app.session import Session
from app.queue_panel.queue_panel import QueuePanel
from app.window import Window
from graph_engine.workflow import read
from app.document import Document
application = QApplication([])
window = Window(Session(__import__("graph_engine").discover("tests.toy")), Runner("tests.toy", Path(sys.argv[1])))
window.session.show_document(Document(read(sys.stdin.buffer.read())))
window.start()
window.session.running.run()
window.session.running.run()
window.session.run_changed.connect(lambda: window.session.steps["2"].done > 1 and print("going", flush=True))
application.exec()
"""


def states(hands: Hands) -> list[str]:
    return [job.state for job in hands.session.queueing.all()]


def slow() -> Workflow:
    nodes = {"1": Node("pictures/swatch"), "2": Node("pictures/fade", parameters={"steps": 40})}
    return Workflow(Graph(nodes, [Link("1", "swatch", "2", "picture")]), name="Slow")


def waiting(window: Window, *names: str) -> list[int]:
    """Jobs that nobody runs: the worker of the window was not started."""
    added = [window.runner.add(Job(0, name, write(slow()))).id for name in names]
    window.session.queueing.tell()
    return added


def shown_panel(window: Window) -> QueuePanel:
    """The panel as after Ctrl+J and a click into it."""
    window.docks.queue.show()
    window.docks.queue.panel.list.setFocus()
    return window.docks.queue.panel


def names(window: Window) -> list[str]:
    return [job.name for job in window.docks.queue.panel.model.jobs]


def test_pressing_run_twice_queues_two_jobs_and_both_are_done(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, seed={"value": 1, "policy": "random"})
    hands.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sorted(states(hands)) == ["running", "waiting"] and working.status.queue.text() == "1 waiting"
    hands.qtbot.waitUntil(lambda: states(hands) == ["done", "done"], timeout=PATIENCE)
    first, second = (job.record for job in hands.session.queueing.all())
    assert first.seeds != second.seeds and first.results[two] != second.results[two]
    assert hands.graph.nodes[two].parameters["seed"]["value"] in first.seeds.values()


def test_a_job_keeps_the_graph_as_it_was_when_run_was_pressed(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    hands.session.running.run()
    hands.session.running.run()
    hands.session.delete({two})
    hands.qtbot.waitUntil(lambda: states(hands) == ["done", "done"], timeout=PATIENCE)
    assert all(two in job.record.results for job in hands.session.queueing.all())


def test_another_document_leaves_the_job_running_and_coming_back_follows_it(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, steps=1000)
    document = hands.session.document
    hands.session.running.run()
    hands.session.new()
    assert hands.session.queueing.is_busy and not hands.session.runs.running
    hands.session.show_document(document)
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].done > 1, timeout=PATIENCE)
    hands.session.running.stop()
    _finished(hands)
    assert states(hands) == ["stopped"]


def test_a_job_is_canceled_in_the_panel_and_the_next_one_runs(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, steps=1000)
    hands.session.running.run()
    _set(hands, two, steps=1)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.runs.running and hands.session.steps[two].done > 1, timeout=PATIENCE)
    panel = shown_panel(working)
    panel.choose(panel.model.jobs[0].id)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    hands.qtbot.waitUntil(lambda: states(hands) == ["done", "stopped"], timeout=PATIENCE)


def test_a_running_job_that_is_paused_goes_on_where_it_was(working: Window, hands: Hands) -> None:
    one, two = _chain(hands)
    _set(hands, two, steps=30)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].done > 1, timeout=PATIENCE)
    panel = shown_panel(working)
    panel.choose(panel.model.jobs[0].id)
    QTest.keyClick(panel.list, Qt.Key.Key_Space)
    hands.qtbot.waitUntil(lambda: states(hands) == ["paused"], timeout=PATIENCE)
    assert panel.doings["pause"].text() == "Resume"
    QTest.keyClick(panel.list, Qt.Key.Key_Space)
    hands.qtbot.waitUntil(lambda: states(hands) == ["done"], timeout=PATIENCE)
    assert hands.session.steps[one].state == "memory"


def test_a_stopped_job_is_run_again_and_finished_ones_are_cleared(window: Window, hands: Hands) -> None:
    (number,) = waiting(window, "one")
    panel = window.docks.queue.panel
    panel.choose(number)
    panel.doings["cancel"].trigger()
    assert names(window) == ["one"] and states(hands) == ["stopped"]
    panel.choose(number)
    panel.doings["retry"].trigger()
    assert states(hands) == ["waiting"]
    window.session.queueing.cancel([number])
    panel.doings["clear"].trigger()
    assert states(hands) == []


def test_jobs_are_put_in_order_by_keys_and_by_dragging(window: Window, hands: Hands) -> None:
    one, two, three = waiting(window, "one", "two", "three")
    panel = shown_panel(window)
    panel.choose(three)
    QTest.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(window) == ["one", "three", "two"] and [job.id for job in panel.chosen()] == [three]
    model = panel.model
    dragged = model.mimeData([model.index(model.row_of(two))])
    model.dropMimeData(dragged, Qt.DropAction.MoveAction, 0, 0, model.index(-1))
    assert names(window) == ["two", "one", "three"]
    dragged = model.mimeData([model.index(0)])
    model.dropMimeData(dragged, Qt.DropAction.MoveAction, 2, 0, model.index(-1))
    assert names(window) == ["one", "two", "three"]


def test_what_another_process_changes_is_seen(working: Window, hands: Hands) -> None:
    other = Jobs(places.data_folder())
    other.add(Job(0, "from a shell", write(slow())))
    other.close()
    hands.qtbot.waitUntil(lambda: names(working) == ["from a shell"], timeout=PATIENCE)
    panel = working.docks.queue.panel
    assert "Waiting for tessera queue run" in panel.model.index(0).data() and not hands.session.queueing.is_busy
    panel.choose(panel.model.jobs[0].id)
    panel.doings["take_over"].trigger()
    hands.qtbot.waitUntil(lambda: states(hands) == ["done"], timeout=PATIENCE)


def test_a_running_job_tells_how_far_it_is_and_how_long_it_will_take(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    hands.session.running.run()
    _finished(hands)
    _set(hands, two, seed=2, steps=100)
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: hands.session.steps[two].state == "running" and hands.session.steps[two].done > 1, timeout=PATIENCE)
    line = working.docks.queue.panel.model.index(0).data()
    assert "1 of 1" in line and " left · Fade " in line and 0 < hands.session.queueing.pace.share < 1
    assert line.partition(": ")[2] == working.status.run.text() and working.status.progress.value() > 0


def test_a_job_of_no_open_document_shows_its_nodes_by_title(working: Window, hands: Hands) -> None:
    (number,) = waiting(working, "one")
    working.runner.go_on()
    index = working.docks.queue.panel.model.index
    hands.qtbot.waitUntil(lambda: "2 of 2" in index(0).data() and "Fade" in index(0).data(), timeout=PATIENCE)
    assert not hands.session.runs.running
    hands.qtbot.waitUntil(lambda: states(hands) == ["done"], timeout=PATIENCE)
    picture = working.docks.queue.panel.painter.thumbnails.of(hands.session.queueing.all()[0], 1.0)
    assert (picture.width(), picture.height()) == (36, 36)


def test_a_job_is_opened_as_a_document_and_followed_there(working: Window, hands: Hands) -> None:
    waiting(working, "left by somebody")
    working.runner.go_on()
    panel = shown_panel(working)
    panel.choose(panel.model.jobs[0].id)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert list(hands.graph.nodes) == ["1", "2"] and hands.session.runs.running
    _finished(hands)
    assert hands.session.steps["2"].state == "ran" and hands.canvas.graph_scene.nodes["2"].face.picture is not None


def killed_in_the_middle(cache: Path, end: Callable[[int], None]) -> None:
    """A window that has queued two jobs is ended while the second node of the first one runs."""
    words = [sys.executable, "-c", CRASHING, str(cache)]
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdin and process.stdout
    process.stdin.write(write(slow()))
    process.stdin.close()
    assert process.stdout.readline()
    end(process.pid)
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize(
    "end", [lambda pid: os.kill(pid, signal.SIGKILL), lambda pid: os.killpg(pid, signal.SIGKILL)], ids=["window", "all"]
)
def test_jobs_of_a_killed_window_wait_for_an_answer_and_then_end_as_if_nothing_had_been(
    window: Window, hands: Hands, tmp_path: Path, end: Callable[[int], None]
) -> None:
    killed_in_the_middle(tmp_path / "cache", end)
    with hands.qtbot.waitSignal(window.runner.ready, timeout=PATIENCE):
        window.start()
    assert "2 jobs were not finished" in window.docks.queue.panel.left.text.text() and window.docks.queue.isVisible()
    assert states(hands) == ["waiting", "waiting"] and not hands.session.queueing.is_busy
    QTest.mouseClick(window.docks.queue.panel.left.yes, Qt.MouseButton.LeftButton)
    assert not window.docks.queue.panel.left.isVisible()
    hands.qtbot.waitUntil(lambda: states(hands) == ["done", "done"], timeout=PATIENCE)
    first = min(hands.session.queueing.all(), key=lambda job: job.id)
    assert first.interruptions == 1 and first.record.ran == ("2",), "the first node came from the disk"
    plain = finished(begun("run", saved(slow().graph, tmp_path), "--json"))["results"]
    assert plain["2"]["swatch"]["digest"] == first.record.results["2"]["swatch"].digest


def test_left_jobs_that_are_discarded_can_still_be_run_again(window: Window, hands: Hands) -> None:
    other = Jobs(places.data_folder())
    other.add(Job(0, "left", write(slow()), owner=other.me))
    other.close()
    window.start()
    QTest.mouseClick(window.docks.queue.panel.left.no, Qt.MouseButton.LeftButton)
    assert states(hands) == ["stopped"]


def test_closing_the_window_leaves_its_jobs_in_the_queue(working: Window, hands: Hands) -> None:
    _, two = _chain(hands)
    _set(hands, two, steps=1000)
    hands.session.running.run()
    hands.session.running.run()
    hands.session.new()
    working.close()
    left = Jobs(places.data_folder())
    assert [job.state for job in left.left_over()] == ["waiting", "waiting"]
    left.close()


def test_the_queue_is_shown_and_hidden_by_a_key(window: Window, hands: Hands) -> None:
    hands.key(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert window.docks.queue.isVisible() and window.docks.queue.panel.empty.isVisible()
    hands.add("swatch", QPoint(200, 200))
    hands.key(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert not window.docks.queue.isVisible()
