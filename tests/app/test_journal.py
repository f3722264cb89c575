"""Unsaved edits outlive the process that made them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.document import Document
from app.journal import Journal, Saved, lost_work, replayed
from graph_engine import Graph, Link, Node, Workflow, save, write

ROOT = Path(__file__).parents[2]
EDITOR = """
import sys, time
from pathlib import Path
from app.document import Document
from app.edits import moved, with_graph
from graph_engine import Node, read
path = Path(sys.argv[2])
document = Document(read(path.read_bytes()), path)
document.keep_in(Path(sys.argv[1]))
for number in range(10_000):
    graph = document.workflow.graph.with_node(f"n{number}", Node("a/b", parameters={"made": time.time()}))
    document.apply("Add", with_graph(document.workflow, graph))
    print(number, flush=True)
    time.sleep(0.002)
"""


@pytest.fixture
def start():
    nodes = {"1": Node("a/b"), "2": Node("a/b", parameters={"x": 1})}
    return Workflow(Graph(nodes, [Link("1", "o", "2", "i")]), {"1": (0.0, 0.0), "2": (200.0, 0.0)})


def with_x(workflow, value):
    return replace(workflow, graph=workflow.graph.with_parameter("2", "x", value))


def test_a_killed_process_loses_at_most_the_last_200_ms(tmp_path, start):
    save(start, tmp_path / "a.json")
    words = [sys.executable, "-c", EDITOR, str(tmp_path / "data"), str(tmp_path / "a.json")]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) >= 300:
            break
    os.kill(process.pid, signal.SIGKILL)
    killed = time.time()
    made = [int(line) for line in process.communicate()[0].splitlines()] or [300]
    (lost,) = lost_work(tmp_path / "data" / "journals")
    newest = max(lost.workflow.graph.nodes, key=lambda key: int(key[1:]) if key[0] == "n" else -1)
    assert killed - lost.workflow.graph.nodes[newest].parameters["made"] < 1.0  # 0.1 and a write; the rest is for busy machines
    assert int(newest[1:]) <= max(made) + 1 and len(lost.workflow.graph.nodes) == 2 + int(newest[1:]) + 1
    assert lost.saved.path == tmp_path / "a.json" and write(lost.saved.workflow) == (tmp_path / "a.json").read_bytes()


def test_nothing_is_kept_once_the_document_is_saved_or_left(tmp_path, start):
    document = Document(start)
    document.keep_in(tmp_path)
    document.apply_whole("Change", with_x(start, 2))
    assert document.journal.flush() and list((tmp_path / "journals").glob("*.journal"))
    document.save(tmp_path / "a.json")
    assert not list((tmp_path / "journals").iterdir())
    document.apply_whole("Change", with_x(start, 3))
    assert document.journal.flush() and list((tmp_path / "journals").glob("*.journal"))
    document.close()
    assert not list((tmp_path / "journals").iterdir())


def test_nothing_is_kept_when_undo_leads_back_to_what_was_saved(tmp_path, start):
    document = Document(start)
    document.keep_in(tmp_path)
    document.apply_whole("Change", with_x(start, 2))
    document.journal.flush()
    document.undo()
    assert document.journal.flush() and not list((tmp_path / "journals").iterdir())
    document.close()


def test_the_work_of_a_living_process_is_not_lost_work(tmp_path, start):
    journal = Journal(tmp_path, Saved(start))
    journal.take(with_x(start, 2))
    assert journal.flush() and lost_work(tmp_path) == []
    journal.close()


def lines_of(start, count, folder):
    """The bytes of a journal with so many edits, each written down by itself, and the workflow after each of its lines."""
    journal = Journal(folder, Saved(start))
    steps = [with_x(start, {"n": number}) for number in range(count)]
    for step in steps:
        journal.take(step)
        assert journal.flush()
    (file,) = folder.glob("*.journal")
    data = file.read_bytes()
    journal.close()
    return data, [start, *steps]


def test_a_journal_torn_at_any_byte_gives_the_last_edit_that_is_whole(tmp_path, start):
    data, steps = lines_of(start, 4, tmp_path)
    assert data.count(b"\n") == 5
    for end in range(len(data) + 1):
        found = replayed(data[:end])
        whole = data[:end].count(b"\n")
        assert (found is None) if not whole else (found[0] == steps[whole - 1])


@settings(max_examples=60, deadline=None)
@given(at=st.floats(0, 1), value=st.integers(0, 255))
def test_a_damaged_byte_ends_the_journal_before_it(at, value, tmp_path_factory):
    start = Workflow(Graph({"2": Node("a/b", parameters={"x": 1})}))
    held = getattr(test_a_damaged_byte_ends_the_journal_before_it, "held", None) or lines_of(start, 3, tmp_path_factory.mktemp("journal"))
    test_a_damaged_byte_ends_the_journal_before_it.held = held
    data, steps = held
    position = int(at * (len(data) - 1))
    found = replayed(data[:position] + bytes([value]) + data[position + 1 :])
    whole = data[:position].count(b"\n")
    if value != data[position]:
        assert (found is None) if not whole else (found[0] == steps[whole - 1])


def test_a_journal_that_grows_long_begins_anew_from_what_was_saved(tmp_path, start):
    journal = Journal(tmp_path, Saved(start))
    for number in range(5):
        journal.take(with_x(start, f"{number}" * (3 << 20)))
        assert journal.flush()
    (file,) = tmp_path.glob("*.journal")
    found, saved, _ = replayed(file.read_bytes())
    assert file.stat().st_size < 14 << 20 and found.graph.nodes["2"].parameters["x"][0] == "4" and saved.workflow == start
    journal.close()


def test_a_journal_that_cannot_be_written_says_so_and_begins_anew_when_it_can(tmp_path, start):
    (tmp_path / "journals").write_text("in the way")
    journal = Journal(tmp_path / "journals", Saved(start))
    journal.take(with_x(start, 2))
    assert not journal.flush() and "cannot be written down" in journal.trouble
    (tmp_path / "journals").unlink()
    journal.take(with_x(start, 3))
    assert journal.flush()
    (file,) = (tmp_path / "journals").glob("*.journal")
    assert replayed(file.read_bytes())[0] == with_x(start, 3)
    journal.close()
