"""The disk tier among processes: whose turn it is, what a kill leaves, what goes first."""

import os
import signal
import subprocess
import sys
import threading

from graph_engine import Cache, DiskCache, MemoryCache
from graph_engine.cache import entry_of

DAY = 24 * 3600.0


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


def put(disk, name, size, seconds):
    Cache(MemoryCache(), disk).put(name * 32, entry_of(name * 32, {"text": "x" * size}, seconds))


def test_what_is_dear_to_make_again_outlives_what_is_cheap_and_newer(tmp_path):
    clock = Clock()
    disk = DiskCache(tmp_path, budget=50_000, clock=clock)
    put(disk, "d", 9000, seconds=60.0)
    for name in "123456789":
        clock.now += 10
        put(disk, name, 9000, seconds=0.001)
    assert "d" * 32 in disk and "9" * 32 in disk and "1" * 32 not in disk
    assert disk.size() <= 53_000


def test_a_treasure_that_nobody_uses_goes_in_the_end(tmp_path):
    clock = Clock()
    disk = DiskCache(tmp_path, budget=50_000, clock=clock)
    put(disk, "d", 9000, seconds=60.0)
    clock.now += 200 * DAY
    for name in "123456789":
        clock.now += 10
        put(disk, name, 9000, seconds=0.001)
    assert "d" * 32 not in disk and "9" * 32 in disk


def test_use_keeps_an_entry_on_disk(tmp_path):
    clock = Clock()
    disk = DiskCache(tmp_path, budget=50_000, clock=clock)
    put(disk, "a", 9000, seconds=0.001)
    for name in "123456789":
        clock.now += 100
        assert disk.read("a" * 32)
        put(disk, name, 9000, seconds=0.001)
    assert "a" * 32 in disk and "1" * 32 not in disk


PRELUDE = """
import os, sys, threading
from pathlib import Path
from graph_engine import *
from graph_engine.cache import entry_of
from graph_engine.atomic import replace_file
def say(word):
    print(word, flush=True)
"""


def process(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


MAKER = """
cache = Cache(MemoryCache(), DiskCache(Path(sys.argv[1])))
with cache.turn("c" * 32, threading.Event()):
    say("mine")
    sys.stdin.readline()
    cache.put("c" * 32, entry_of("c" * 32, {"text": "made once"}, 1.0))
say("done")
"""

WAITER = """
cache = Cache(MemoryCache(), DiskCache(Path(sys.argv[1]), patience=float(sys.argv[2])))
say("ready")
with cache.turn("c" * 32, threading.Event()) as waited:
    found = cache.find("c" * 32)
    say(f"{waited > 0} {found.values['text'] if found else None}")
"""


def test_a_second_process_waits_for_the_first_and_reads_what_it_made(tmp_path):
    with process(MAKER, tmp_path) as maker:
        assert maker.stdout.readline() == "mine\n"
        with process(WAITER, tmp_path, 60) as waiter:
            assert waiter.stdout.readline() == "ready\n"
            maker.stdin.write("go on\n")
            assert waiter.stdout.readline() in ("True made once\n", "False made once\n")
    assert list((tmp_path / "turns").iterdir()) == []


def test_a_turn_ends_with_its_holder_when_that_is_killed(tmp_path):
    with process(MAKER, tmp_path) as maker:
        assert maker.stdout.readline() == "mine\n"
        with process(WAITER, tmp_path, 600) as waiter:
            assert waiter.stdout.readline() == "ready\n"
            maker.kill()
            assert waiter.stdout.readline().endswith(" None\n")
        maker.stdin.close()


def test_patience_with_a_holder_that_lives_and_does_nothing_ends(tmp_path):
    with process(MAKER, tmp_path) as maker:
        assert maker.stdout.readline() == "mine\n"
        with process(WAITER, tmp_path, 0.05) as waiter:
            assert waiter.stdout.readlines() == ["ready\n", "True None\n"]
        maker.kill()


def test_a_stop_ends_the_waiting(tmp_path):
    disk, stop = DiskCache(tmp_path), threading.Event()
    stop.set()
    with disk.turn("c" * 32, threading.Event()), disk.turn("c" * 32, stop) as waited:
        assert waited < 5


WRITER = """
disk = DiskCache(Path(sys.argv[1]))
for number in range(10**9):
    name = f"{number % 40:032x}"
    (Path(sys.argv[1]) / "entries" / name[:2] / name).unlink(missing_ok=True)
    Cache(MemoryCache(), disk).put(name, entry_of(name, {"text": name * 5000}, 1.0))
    say(number)
"""


def test_kills_in_the_middle_of_writing_leave_whole_entries_or_none(tmp_path):
    for round in range(6):
        with process(WRITER, tmp_path) as writer:
            for _ in range(10 + round * 7):
                writer.stdout.readline()
            os.kill(writer.pid, signal.SIGKILL)
        names = [name for name in os.listdir(tmp_path / "entries" / "00") if not name.startswith(".")]
        assert len(names) > 5 and all(DiskCache(tmp_path).read(name)[1] == {"text": name * 5000} for name in names)


def test_what_another_process_is_writing_outlives_a_shrinking(tmp_path):
    disk = DiskCache(tmp_path, budget=50_000)
    put(disk, "a", 40_000, 1.0)
    half = tmp_path / "entries" / "aa" / ".part-mine"
    half.write_bytes(b"half")
    put(disk, "b", 40_000, 1.0)
    assert half.exists() and "a" * 32 not in disk and "b" * 32 in disk


def test_what_killed_processes_left_half_written_is_cleared_away(tmp_path):
    disk = DiskCache(tmp_path, budget=50_000)
    put(disk, "a", 10, 1.0)
    left = tmp_path / "entries" / "aa" / ".part-gone"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    (tmp_path / "turns").mkdir()
    (tmp_path / "turns" / ("b" * 32)).touch()
    put(DiskCache(tmp_path, budget=50_000), "b", 10, 1.0)
    assert not left.exists() and list((tmp_path / "turns").iterdir()) == [] and "a" * 32 in disk


RUNNER = """
calls = Path(sys.argv[2])

@node()
def slow(seconds: float = 0.5) -> str:
    \"\"\"Take a while, and leave a mark.

    Args:
        seconds: how long.
    \"\"\"
    with calls.open("a") as file:
        file.write("called ")
    threading.Event().wait(seconds)
    return "done"

catalogue = Catalogue.of(("t", slow))
sys.stdin.readline()
outcome = execute(Graph({"1": Node("t/slow")}), catalogue, Cache(MemoryCache(), DiskCache(Path(sys.argv[1]))))
say(outcome.results["1"][0].digest)
"""


def test_processes_that_run_the_same_at_once_make_it_once(tmp_path):
    running = [process(RUNNER, tmp_path / "results", tmp_path / "calls") for _ in range(3)]
    for one in running:
        one.stdin.write("go\n")
    digests = {one.communicate()[0] for one in running}
    assert len(digests) == 1 and (tmp_path / "calls").read_text() == "called "
