"""Processes that are killed at real moments: the job is found, goes on, and gives the same."""

import os
import signal
import time
from pathlib import Path

import pytest

from graph_engine import Graph, Link, Node
from tests.app.queue.conftest import begun, chain, finished, saved, until

PAUSE = 0.25


def counted(log: Path) -> Graph:
    """Four steps that each leave a line."""
    steps = [Node("numbers/note_down", parameters={"log": str(log), "pause": PAUSE}) for _ in range(4)]
    return chain(*steps)


def lines(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def added(tmp_path: Path, graph: Graph) -> dict:
    return finished(begun("queue", "add", saved(graph, tmp_path), "--out", tmp_path / "out", "--json"))


def run_to_the_end() -> dict:
    (job,) = finished(begun("queue", "run", "--until-empty", "--json"))["jobs"]
    return job


def worker_of(runner: int) -> int:
    """The one child of a process."""
    return int(Path(f"/proc/{runner}/task/{runner}/children").read_text().split()[0])


@pytest.mark.parametrize("after", [0, 2])
def test_a_killed_runner_leaves_a_job_that_goes_on_from_its_last_finished_node(jobs, tmp_path, after):
    log = tmp_path / "log"
    added(tmp_path, counted(log))
    runner = begun("queue", "run", "--until-empty")
    until(lambda: len(lines(log)) > after)
    runner.kill()
    runner.communicate()
    job = run_to_the_end()
    assert (job["state"], job["interruptions"]) == ("done", 1)
    assert len(lines(log)) - len(set(lines(log))) <= 1 and lines(log)[-1] == "4"
    plain = finished(begun("run", saved(counted(tmp_path / "other"), tmp_path), "--json"))
    assert "5" in job["results"] and job["results"].items() <= plain["results"].items()


def test_a_killed_worker_costs_the_step_that_ran_and_the_job_goes_on_by_itself(jobs, tmp_path):
    log = tmp_path / "log"
    number = added(tmp_path, counted(log))["id"]
    runner = begun("queue", "run", "--until-empty", "--json")
    until(lambda: len(lines(log)) == 2)
    os.kill(worker_of(runner.pid), signal.SIGKILL)
    (job,) = finished(runner)["jobs"]
    assert (job["id"], job["state"], runner.returncode) == (number, "done", 0)
    assert lines(log) == ["1", "2", "2", "3", "4"] or lines(log) == ["1", "2", "3", "4"]


def test_a_job_that_ends_two_workers_at_one_step_fails_and_the_next_one_runs(jobs, tmp_path):
    number = added(tmp_path, chain(Node("numbers/crash")))["id"]
    added(tmp_path, chain(Node("numbers/add")))
    runner = begun("queue", "run", "--until-empty", "--json")
    crashed, other = finished(runner)["jobs"]
    assert (crashed["id"], crashed["state"], other["state"], runner.returncode) == (number, "failed", "done", 4)
    assert crashed["failures"][0]["node"] == "2" and "ended while this ran, twice" in crashed["failures"][0]["message"]


def test_a_file_that_was_written_before_the_kill_is_not_written_again(jobs, tmp_path):
    nodes = {"1": Node("pictures/swatch"), "2": Node("pictures/keep_each"), "3": Node("numbers/number")}
    nodes |= {"4": Node("numbers/sleep_deeply", parameters={"seconds": 2.0}), "5": Node("pictures/keep_number")}
    graph = Graph(nodes, [Link("1", "swatch", "2", "picture"), Link("3", "integer", "4", "a"), Link("4", "integer", "5", "a")])
    number = added(tmp_path, graph)["id"]
    runner = begun("queue", "run")
    until(lambda: jobs.job(number).record.wrote == ("2",))
    runner.kill()
    runner.communicate()
    job = run_to_the_end()
    assert job["state"] == "done" and sorted(path.name for path in (tmp_path / "out").iterdir()) == ["kept_1.bin", "number.txt"]
    assert sorted(Path(file).name for file in job["files"]) == ["kept_1.bin", "number.txt"]


def test_canceling_a_job_that_never_looks_up_ends_it_within_three_seconds_and_the_next_one_works(jobs, tmp_path):
    log = tmp_path / "log"
    stuck = added(tmp_path, chain(Node("numbers/hold_tight", parameters={"log": str(log)})))["id"]
    added(tmp_path, chain(Node("numbers/add")))
    runner = begun("queue", "run", "--until-empty", "--json")
    until(log.exists)
    asked = time.monotonic()
    jobs.cancel(stuck)
    until(lambda: jobs.job(stuck).state == "stopped")
    assert time.monotonic() - asked < 3
    assert [job["state"] for job in finished(runner)["jobs"]] == ["stopped", "done"] and runner.returncode == 0


def test_a_paused_job_stops_and_resumes_where_it_was(jobs, tmp_path):
    log = tmp_path / "log"
    number = added(tmp_path, counted(log))["id"]
    runner = begun("queue", "run", "--until-empty")
    until(lambda: len(lines(log)) == 2)
    jobs.pause(number)
    runner.communicate()
    assert jobs.job(number).state == "paused" and len(lines(log)) < 4
    jobs.resume(number)
    assert run_to_the_end()["state"] == "done" and lines(log) == ["1", "2", "3", "4"]


def test_an_interrupted_runner_leaves_its_job_waiting_and_says_130(jobs, tmp_path):
    number = added(tmp_path, chain(Node("numbers/sleep_deeply")))["id"]
    runner = begun("queue", "run")
    until(lambda: jobs.job(number).state == "running")
    asked = time.monotonic()
    runner.send_signal(signal.SIGTERM)
    runner.communicate()
    assert runner.returncode == 130 and time.monotonic() - asked < 4 and jobs.job(number).state == "waiting"
