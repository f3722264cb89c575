"""Several processes run one graph over one cache on disk, and some are killed at any moment: whoever is left gives what is right."""

import contextlib
import random
import subprocess
import sys

import pytest

from graph_engine import Cache, DiskCache, MemoryCache

RUNNER = """
import sys
from pathlib import Path
from graph_engine import *

@node()
def start(value: int = 0) -> str:
    \"\"\"Begin.

    Args:
        value: with what.
    \"\"\"
    return str(value) * 20_000

@node()
def turned(a: str, b: str = "") -> str:
    \"\"\"Mix.

    Args:
        a: one.
        b: another.
    \"\"\"
    return (a[1:] + a[:1] + b)[:20_000]

nodes = {str(at): Node("t/turned") if at > 1 else Node("t/start", parameters={"value": at + 3}) for at in range(40)}
links = [Link(str(at - back), "text", str(at), taken) for at in range(2, 40) for back, taken in ((1, "a"), (2, "b"))]
folder = Path(sys.argv[1]) if sys.argv[1:] else None
disk = DiskCache(folder / "results", budget=300_000) if folder else None
history = History(folder / "history.db") if folder else None
print("ready", flush=True)
outcome = execute(Graph(nodes, links), Catalogue.of(("t", start), ("t", turned)), Cache(MemoryCache(100_000), disk), history=history)
print(outcome.state, outcome.results["39"][0].digest, flush=True)
"""
RUNNERS, ROUNDS = 3, 3


def begun(*words):
    return subprocess.Popen([sys.executable, "-c", RUNNER, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process):
    out, err = process.communicate(timeout=60)
    return out.splitlines()[1:], err


def killed_at_some_moment(process, draw):
    process.stdout.readline()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(draw.uniform(0.0, 0.08))
    process.kill()
    process.communicate()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(2, 60))])
def test_processes_that_share_a_cache_give_the_same_whichever_of_them_are_killed(tmp_path, seed):
    draw, (right, _) = random.Random(seed), said(begun())
    for _ in range(ROUNDS):
        running = [begun(tmp_path) for _ in range(RUNNERS)]
        killed_at_some_moment(running.pop(draw.randrange(RUNNERS)), draw)
        assert [said(process) for process in running] == [(right, "")] * len(running)
    names = [path.name for path in (tmp_path / "results" / "entries").glob("*/*") if not path.name.startswith(".")]
    assert names and all(Cache(MemoryCache(), DiskCache(tmp_path / "results")).find(name) for name in names)
