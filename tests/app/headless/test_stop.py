"""Ending a headless run from outside, with real processes."""

import signal
import time
from pathlib import Path

import pytest

from graph_engine import Node
from tests.app.queue.conftest import begun, chain, finished, saved, until


def stuck(kind: str, log: Path, **parameters: object) -> list[Node]:
    return [Node("numbers/add"), Node(kind, parameters={"log": str(log), **parameters})]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_sleeps_is_gone_within_three_seconds_and_keeps_what_it_finished(tmp_path, number):
    log = tmp_path / "log"
    file = saved(chain(*stuck("numbers/note_down", log, pause=60.0)), tmp_path)
    process = begun("run", file, "--json")
    until(log.exists)
    asked = time.monotonic()
    process.send_signal(number)
    said = finished(process)
    assert process.returncode == 130 and time.monotonic() - asked < 3
    assert said["state"] == "stopped" and said["ran"] == ["1", "2"] and said["results"]["2"]["integer"]["digest"]
    process = begun("plan", file, "--json")
    assert {step["node"]: step["state"] for step in finished(process)["steps"]}["2"] == "disk"


def test_a_run_that_keeps_the_interpreter_to_itself_is_gone_within_three_seconds(tmp_path):
    log = tmp_path / "log"
    process = begun("run", saved(chain(*stuck("numbers/hold_tight", log)), tmp_path), "--json")
    until(log.exists)
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert finished(process) == {"state": "stopped"}
    assert process.returncode == 130 and time.monotonic() - asked < 3


def test_a_killed_run_takes_its_work_with_it(tmp_path):
    log = tmp_path / "log"
    process = begun("run", saved(chain(*stuck("numbers/note_down", log, pause=60.0)), tmp_path))
    until(log.exists)
    child = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())
    process.kill()
    process.communicate()
    until(lambda: not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0])


def test_a_run_between_steps_stops_softly_and_another_interrupt_ends_it_at_once(tmp_path):
    log = tmp_path / "log"
    process = begun("run", saved(chain(*stuck("numbers/note_down", log, pause=60.0)), tmp_path))
    until(log.exists)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert "finished nodes are kept" in process.stderr.readline() + process.stderr.readline() + process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130 and time.monotonic() - asked < 2
