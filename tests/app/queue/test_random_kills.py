"""Runners and workers that are killed at any moment, again and again: the job ends as if nothing had been."""

import contextlib
import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from tests.app.queue.conftest import begun, finished, saved
from tests.app.queue.test_kills import added, counted, lines, worker_of

KILLS = 4
LATEST = 2.5
"""Seconds from the start of a runner to the kill: from before it has opened the queue until it may be done."""


def killed_at_some_moment(draw: random.Random) -> None:
    """Start a runner; end it or its worker, whichever is drawn."""
    runner = begun("queue", "run", "--until-empty")
    with contextlib.suppress(subprocess.TimeoutExpired):
        runner.wait(draw.uniform(0.0, LATEST))
    if draw.random() < 0.3:
        with contextlib.suppress(OSError, IndexError):  # there is none yet, or no more
            os.kill(worker_of(runner.pid), signal.SIGKILL)
    else:
        runner.kill()
    runner.communicate()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(2, 30))])
def test_a_job_whose_processes_are_killed_at_random_moments_ends_with_the_same_digests(tmp_path: Path, seed: int) -> None:
    log, draw = tmp_path / "log", random.Random(seed)
    added(tmp_path, counted(log))
    for _ in range(KILLS):
        killed_at_some_moment(draw)
    finished(begun("queue", "run", "--until-empty", "--json"))
    (job,) = finished(begun("queue", "--json"))["jobs"]
    assert job["state"] == "done" and lines(log) == sorted(lines(log)), "a finished step never runs again"
    plain = finished(begun("run", saved(counted(tmp_path / "other"), tmp_path), "--json"))
    assert job["results"]["5"] == plain["results"]["5"]
