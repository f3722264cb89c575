"""Documents that were open leave nothing behind: no object, no widget, no file, no memory."""

import collections
import gc
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.edits import with_graph, with_parameter
from app.window import Window
from graph_engine import Graph, Link, Node, Workflow, save
from tests.app.window.hands import Hands

NODES = 20


def _file(folder: Path, number: int) -> Path:
    """A workflow of a chain of nodes."""
    nodes = {"0": Node("pictures/swatch", parameters={"side": 1 + number % 7})}
    nodes |= {str(at): Node("pictures/fade", parameters={"seed": number % 7}) for at in range(1, NODES)}
    links = [Link(str(at), "swatch", str(at + 1), "picture") for at in range(NODES - 1)]
    save(Workflow(Graph(nodes, links)), folder / f"{number % 7}.json")
    return folder / f"{number % 7}.json"


def _open_and_leave(hands: Hands, folder: Path, number: int) -> None:
    """What is done with a document in a minute: opened, looked at, edited, undone, saved, left."""
    session = hands.session
    assert hands.window.files.open_path(_file(folder, number))
    session.select(list(session.workflow.graph.nodes)[:1])
    session.select_all()
    session.groups.group()
    session.undo()
    swatch = session.catalogue["pictures/swatch"]
    session.document.apply("Change", with_parameter(session.workflow, "0", swatch.parameter("side"), 7))
    session.document.apply("Clear", with_graph(session.workflow, session.workflow.graph.without(["3"])))
    session.document.save(session.document.path)
    session.new()
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the event loop of a program does so by itself


def _resident() -> float:
    """Megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def _alive() -> collections.Counter[str]:
    gc.collect()
    return collections.Counter(type(found).__qualname__ for found in gc.get_objects())


def _widgets(window: Window) -> int:
    return len(window.findChildren(object))


def _opened(hands: Hands, folder: Path, first: int, count: int) -> None:
    for number in range(first, first + count):
        _open_and_leave(hands, folder, number)


def _grown(before: collections.Counter[str], after: collections.Counter[str], least: int) -> dict[str, int]:
    return {name: count - before[name] for name, count in after.items() if count - before[name] >= least}


@pytest.fixture
def kept(hands: Hands, tmp_path: Path) -> Hands:
    """A window that keeps journals and versions, as the real one does."""
    hands.session.folder = tmp_path / "data"
    hands.session.new()
    return hands


def test_documents_that_were_left_leave_no_object_behind(kept: Hands, tmp_path: Path) -> None:
    _opened(kept, tmp_path, 0, 7)
    widgets, before = _widgets(kept.window), _alive()
    _opened(kept, tmp_path, 7, 28)
    assert _grown(before, _alive(), 28) == {}  # one for each; the document that is open now may hold some more than the one before
    assert _widgets(kept.window) == widgets and not kept.canvas.graph_scene.items()
    assert len(kept.session.document.changed) == 1 and not list((tmp_path / "data" / "journals").iterdir())


@pytest.mark.slow
def test_a_thousand_documents_take_no_memory_for_good(kept: Hands, tmp_path: Path) -> None:
    _opened(kept, tmp_path, 0, 200)
    before, size = _alive(), _resident()
    _opened(kept, tmp_path, 200, 1000)
    after = _alive()
    assert _grown(before, after, 100) == {}
    assert _resident() - size < 8, f"{_resident() - size:.1f} MB more after 1,000 documents"
