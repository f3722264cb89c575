"""The worker process as the window drives it."""

import os
import queue
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import wire
from app.worker_link import WorkerLink
from graph_engine import Graph, Link, Node, Workflow, write
from graph_engine.events import RunFinished, StepFinished, StepPreview, StepProgress, StepStarted

SECONDS = 20


class Ear:
    """Hears a worker and answers what came."""

    def __init__(self, cache: Path) -> None:
        self.heard: queue.Queue = queue.Queue()
        self.deaths: queue.Queue = queue.Queue()
        self.link = WorkerLink(self.heard.put, self.deaths.put, "tests.toy", cache)

    def until(self, kind: type, seconds: float = SECONDS) -> list:
        """Everything heard up to and with the first of a kind."""
        got = []
        while not got or not isinstance(got[-1], kind):
            got.append(self.heard.get(timeout=seconds))
        return got

    def run(self, graph: Graph, run: str, **options: object) -> None:
        self.link.run(wire.Run(run, write(Workflow(graph)), **options))


@pytest.fixture
def ear(tmp_path):
    ear = Ear(tmp_path / "cache")
    ear.link.start()
    yield ear
    ear.link.close()


def chain(*types: str, **parameters: object) -> Graph:
    nodes = {"1": Node("numbers/number")}
    nodes |= {str(i + 2): Node(kind, parameters=parameters) for i, kind in enumerate(types)}
    return Graph(nodes, [Link(str(i + 1), "integer", str(i + 2), "a") for i in range(len(types))])


def test_the_catalogue_comes_from_the_worker(ear):
    (ready,) = ear.until(wire.Ready)
    assert b"pictures/swatch" in ready.catalogue


def test_events_and_pictures_cross_the_border(ear, tmp_path):
    nodes = {"1": Node("pictures/swatch", parameters={"color": "#ff000080"}), "2": Node("pictures/fade"), "3": Node("pictures/keep")}
    graph = Graph(nodes, [Link("1", "swatch", "2", "picture"), Link("2", "swatch", "3", "picture")])
    ear.run(graph, "r", output_folder=str(tmp_path))
    events = ear.until(RunFinished)
    assert events[-1].state == "done"
    assert (tmp_path / "kept.bin").read_bytes() == bytes([0, 0, 0, 255])
    first = next(event for event in events if isinstance(event, StepFinished) and event.node == "1")
    assert first.results[0].pixels.rgba == bytes([255, 0, 0, 128]) * 256
    assert any(isinstance(event, StepPreview) and len(event.pixels.rgba) == 1024 for event in events)
    assert not list(Path("/dev/shm").glob(f"tessera{ear.link.pid:x}x*"))


def test_a_run_stops_between_steps(ear):
    ear.run(chain("numbers/count_slowly", steps=1000), "r")
    ear.until(StepProgress)
    ear.link.stop("r")
    assert ear.until(RunFinished)[-1].state == "stopped"


def test_a_node_that_never_looks_up_is_ended_and_the_next_run_works(ear):
    ear.run(chain("numbers/sleep_deeply"), "r")
    ear.until(StepStarted)
    while (event := ear.until(StepStarted)[-1]).node != "2":
        pass
    asked = time.monotonic()
    ear.link.stop("r")
    assert ear.until(RunFinished)[-1].state == "stopped"
    assert time.monotonic() - asked < 3
    ear.run(chain("numbers/add"), "s")
    assert ear.until(RunFinished)[-1].state == "done"
    assert event.node == "2" and ear.deaths.empty()


def test_a_killed_worker_is_replaced_and_finished_nodes_are_kept(ear):
    ear.run(chain("numbers/add", "numbers/count_slowly", steps=1000), "r")
    ear.until(StepProgress)
    os.kill(ear.link.pid, signal.SIGKILL)
    assert "SIGKILL" in ear.deaths.get(timeout=SECONDS)
    assert ear.until(RunFinished)[-1].state == "lost"
    ear.run(chain("numbers/add", "numbers/count_slowly", steps=1), "s")
    events = ear.until(RunFinished)
    assert [event.state for event in events if isinstance(event, StepFinished) and event.node == "2"] == ["disk"]


def test_a_refused_workflow_comes_back_with_its_problems(ear):
    ear.run(Graph({"1": Node("numbers/add")}), "r")
    refused = ear.until(wire.Refused)[-1]
    assert refused.problems[0].message == "input a is not connected"


def test_a_plan_is_answered(ear):
    ear.link.plan(wire.AskPlan("p", write(Workflow(chain("numbers/add")))))
    assert [step.state for step in ear.until(wire.Planned)[-1].plan.steps] == ["run", "run"]


def test_a_worker_that_cannot_start_is_given_up(tmp_path):
    ear = Ear(tmp_path)
    ear.link = WorkerLink(ear.heard.put, ear.deaths.put, "no.such.package", tmp_path)
    ear.link.start()
    said = [ear.deaths.get(timeout=SECONDS) for _ in range(3)]
    assert "cannot be started" in said[-1]


def test_a_worker_that_was_given_up_is_tried_again_by_the_next_run(tmp_path):
    ear = Ear(tmp_path)
    ear.link = WorkerLink(ear.heard.put, ear.deaths.put, "no.such.package", tmp_path)
    ear.link.start()
    while "cannot be started" not in ear.deaths.get(timeout=SECONDS):
        pass
    ear.run(chain("numbers/add"), "r")
    assert ear.until(RunFinished)[-1].state == "lost"
    assert "cannot be started" in ear.deaths.get(timeout=SECONDS)


def test_a_plan_for_what_is_no_workflow_is_answered_with_the_problem(ear):
    ear.link.plan(wire.AskPlan("p", b"{"))
    assert "must be JSON" in ear.until(wire.Planned)[-1].plan.problems[0].message


def test_pictures_of_a_killed_worker_do_not_stay_in_shared_memory(ear):
    nodes = {"1": Node("pictures/swatch", parameters={"side": 512}), "2": Node("pictures/fade", parameters={"steps": 1000})}
    ear.run(Graph(nodes, [Link("1", "swatch", "2", "picture")]), "r")
    pid = ear.link.pid
    ear.until(StepPreview)
    ear.link.kill()
    ear.until(RunFinished)
    assert not list(Path("/dev/shm").glob(f"tessera{pid:x}x*"))


@pytest.mark.parametrize("frame", [b"\xff\xff\xff\xff", b"\x03\0\0\0abc", b"\x09\0\0\0abc"])
def test_a_worker_that_is_sent_rubbish_says_so_and_ends(tmp_path, frame):
    words = [sys.executable, "-m", "app.worker", "--nodes", "tests.toy", "--cache", str(tmp_path)]
    done = subprocess.run(words, input=frame, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 2 and b"frame: must" in done.stderr


def test_a_worker_ends_with_the_process_that_started_it(tmp_path):
    code = f"""
import os, queue
from app import wire
from app.worker_link import WorkerLink
heard = queue.Queue()
link = WorkerLink(heard.put, heard.put, "tests.toy", {str(tmp_path)!r})
link.start()
heard.get(timeout={SECONDS})
os._exit(9)
"""
    # The worker shares standard error: `run` comes back only when that is closed by both.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 9
