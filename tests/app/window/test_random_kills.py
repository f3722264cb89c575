"""Windows that are killed at any moment, again and again, and opened again: their job ends as if nothing had been."""

import contextlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graph_engine import Workflow, write
from tests.app.queue.conftest import ROOT, begun, finished, saved
from tests.app.queue.test_kills import counted, lines

LATEST = 4.0
"""Seconds from the start of a window to the kill: from before it has opened the queue until the job may be done."""
WINDOW = """
import sys
from PySide6.QtWidgets import QApplication
from app.document import Document
from app.runner import Runner
from app.session import Session
from app.window import Window
from graph_engine import discover, read
application = QApplication([])
window = Window(Session(discover("tests.toy")), Runner("tests.toy"))
window.start()
if left := window.session.queueing.find_left():
    window.session.queueing.take_over([job.id for job in left])
elif not window.session.queueing.all():
    window.session.show_document(Document(read(sys.stdin.buffer.read())))
    window.session.running.run()
application.exec()
"""


def killed_at_some_moment(draw: random.Random, workflow: bytes) -> None:
    """Open a window that goes on with what was left, or begins; end it, or it and its worker, whichever is drawn."""
    process = subprocess.Popen([sys.executable, "-c", WINDOW], cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(workflow)
        process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(draw.uniform(0.0, LATEST))
    (os.kill if draw.random() < 0.5 else os.killpg)(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize(("seed", "kills"), [(1, 2), *(pytest.param(seed, 4, marks=pytest.mark.torture) for seed in range(2, 20))])
def test_a_job_whose_windows_are_killed_at_random_moments_ends_with_the_same_digests(tmp_path: Path, seed: int, kills: int) -> None:
    log, draw = tmp_path / "log", random.Random(seed)
    for _ in range(kills):
        killed_at_some_moment(draw, write(Workflow(counted(log))))
    if not finished(begun("queue", "--json"))["jobs"]:  # every kill came before the job was added
        finished(begun("queue", "add", saved(counted(log), tmp_path), "--json"))
    finished(begun("queue", "run", "--until-empty", "--json"))
    (job,) = finished(begun("queue", "--json"))["jobs"]
    assert job["state"] == "done" and lines(log) == sorted(lines(log)), "a finished step never runs again"
    plain = finished(begun("run", saved(counted(tmp_path / "other"), tmp_path), "--json"))
    assert job["results"]["5"] == plain["results"]["5"]
