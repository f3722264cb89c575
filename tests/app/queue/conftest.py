"""The queue of a test, and the command line on toy nodes in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import places
from app.queue.job import Job
from app.queue.jobs import Jobs
from graph_engine import Graph, Link, Node, Workflow, save, write

ROOT = Path(__file__).parents[3]
SECONDS = 40
COMMAND = """
import sys
from app.cli import run_command
from app.guard import guarded
words = sys.argv[1:]
run = lambda: run_command(words, "tests.toy")
sys.exit(guarded(run, lambda: print('{"state": "stopped"}')) if words[0] == "run" else run())
"""


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs(places.data_folder())
    yield made
    made.close()


def job(name: str = "a job", graph: Graph | None = None, **fields: object) -> Job:
    return Job(0, name, write(Workflow(graph or Graph({"1": Node("numbers/number")}))), **fields)


def chain(*nodes: Node) -> Graph:
    """Nodes of whole numbers, one after the other, behind a number."""
    named = {"1": Node("numbers/number"), **{str(at + 2): node for at, node in enumerate(nodes)}}
    return Graph(named, [Link(str(at + 1), "integer", str(at + 2), "a") for at in range(len(nodes))])


def begun(*words: object) -> subprocess.Popen[str]:
    """A command in a process of its own, on toy nodes."""
    command = [sys.executable, "-c", COMMAND, *(str(word) for word in words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})


def finished(process: subprocess.Popen[str]) -> dict:
    """What a command with ``--json`` said last."""
    out, err = process.communicate(timeout=SECONDS)
    assert out.strip(), err
    return json.loads(out)


def until(holds: Callable[[], object]) -> None:
    """Look again and again, as what is waited for happens in another process."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def saved(graph: Graph, folder: Path) -> Path:
    save(Workflow(graph), folder / "workflow.json")
    return folder / "workflow.json"
