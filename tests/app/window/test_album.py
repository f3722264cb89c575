"""The history in the window: pictures of runs come into it, are found, compared and taken up again."""

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from app.album.album import Album
from app.album.entry import Entry
from app.document import Document
from app.queue.job import Job
from app.sweep_record import source_of
from app.window import Window
from graph_engine import Catalogue, Graph, Link, Node, Workflow, discover, write
from graph_engine.events import Result, StepFinished
from graph_engine.sweep import Axis, Sweep
from graph_engine.values import Pixels
from tests.app.window.hands import Hands

A, B = QPoint(120, 160), QPoint(480, 160)
PATIENCE = 20_000


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path / "album")


def _run(hands: Hands, node: str, **values: object) -> None:
    """Set values, run, and wait until the picture is in the history."""
    for name, value in values.items():
        hands.session.set_parameter(node, hands.session.type_of(node).parameter(name), value)
    with hands.qtbot.waitSignal(hands.window.recorder.kept, timeout=PATIENCE):
        hands.session.running.run()


def _chain(hands: Hands) -> str:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    return two


def test_pictures_of_runs_come_into_the_history_with_what_changed(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4, steps=2)
    working.docks.toggle_history()
    panel = working.docks.history.panel
    assert [entry.seed for entry in panel.model.entries] == [4, 3]
    panel.choose(panel.model.entries[0].id)
    assert panel.detail.isVisible() and panel.detail.line.isVisible()
    told = panel.detail.changed.text()
    assert "steps" in told and "seed" in told and "swatch" not in told.lower()


def test_a_chosen_entry_is_shown_until_a_node_is_selected(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    panel = working.docks.history.panel
    panel.choose(panel.model.entries[1].id)
    assert working.viewer.name.text() == "Seed 3"
    hands.click(hands.header(node))
    assert working.viewer.name.text() == "Fade"


def test_the_seed_of_an_entry_is_used_again_as_one_edit(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed={"value": 4, "policy": "random"})
    panel = working.docks.history.panel
    panel.choose(panel.model.entries[1].id)
    panel.use_seed()
    assert hands.graph.nodes[node].parameters["seed"] == {"value": 3, "policy": "fixed"}
    hands.undo()
    assert hands.graph.nodes[node].parameters["seed"]["policy"] == "random"


def test_the_workflow_of_an_entry_opens_and_what_it_makes_comes_from_the_entry(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    hands.session.new()  # so that leaving asks nothing
    panel = working.docks.history.panel
    first = panel.model.entries[1]
    panel.choose(first.id)
    panel.open_workflow()
    assert hands.graph.nodes[node].parameters["seed"] == 3
    _run(hands, node, seed=5)
    assert panel.model.entries[0].parent == first.id


def test_two_entries_are_compared_with_one_another(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    working.docks.toggle_history()
    panel = working.docks.history.panel
    panel.list.selectAll()
    panel.compare()
    assert working.viewer.view.is_comparing and working.viewer.name.text() == "Seed 4"


def test_words_and_the_star_narrow_the_history(working: Window, hands: Hands) -> None:
    node = _chain(hands)
    _run(hands, node, seed=3)
    _run(hands, node, seed=4)
    working.docks.toggle_history()
    panel = working.docks.history.panel
    panel.choose(panel.model.entries[1].id)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_S)
    panel.starred.click()
    assert [entry.seed for entry in panel.model.entries] == [3]
    panel.starred.click()
    QTest.keyClicks(panel.search, "seed>3")
    hands.qtbot.waitUntil(lambda: [entry.seed for entry in panel.model.entries] == [4], timeout=PATIENCE)


def _swept(hands: Hands, tmp_path: Path, **values: tuple[object, ...]) -> Job:
    """The document as a sweep over some exposed values, on the queue."""
    axes = tuple(Axis((name,), tuple((value,) for value in listed)) for name, listed in values.items())
    workflow = hands.session.workflow
    sweep = msgspec.json.encode(Sweep(axes))
    return Job(0, "Shades", write(workflow), output_folder=str(tmp_path / "sweep"), scope=source_of(workflow), sweep=sweep)


def test_the_cells_and_the_sheet_of_a_sweep_come_into_the_history_with_their_values(working: Window, hands: Hands, tmp_path: Path) -> None:
    node = _chain(hands)
    known = hands.session.type_of(node)
    for name in ("seed", "steps"):
        hands.session.expose(node, known.parameter(name), True)
    kept: list[Entry] = []
    working.recorder.kept.connect(kept.append)
    working.recorder.trouble.connect(print)
    jobs = working.runner.jobs
    jobs.add(msgspec.structs.replace(_swept(hands, tmp_path, seed=(3, 5), steps=(1, 2)), owner=jobs.me))
    working.runner.go_on(try_again=True)
    hands.qtbot.waitUntil(lambda: len(kept) == 5, timeout=PATIENCE)
    panel = working.docks.history.panel
    sheet, *cells = panel.model.entries
    assert sheet.title == "Contact sheet" and sheet.values["steps"] == (1, 2) and sheet.width > cells[0].width
    assert sorted((entry.seed, *entry.values["steps"]) for entry in cells) == [(3, 1), (3, 2), (5, 1), (5, 2)]
    QTest.keyClicks(panel.search, "seed=5 steps=2")
    hands.qtbot.waitUntil(lambda: len(panel.model.entries) == 2, timeout=PATIENCE)
    cell = panel.model.entries[1]
    panel.choose(cell.id)
    panel.use_seed()
    assert cell.name == "Shades: seed 5, steps 2"
    assert hands.graph.nodes[node].parameters["seed"] == {"value": 5, "policy": "fixed"}


def test_each_item_of_a_batch_has_an_entry_and_its_seed_makes_it_alone(window: Window, hands: Hands, tmp_path: Path) -> None:
    types = Catalogue.from_json(discover("nodes.library").to_json())
    nodes = {
        "1": Node("sampling/generate", parameters={"seed": 7, "count": 3}),
        "2": Node("tokenizer/decode"),
        "3": Node("output/save_image"),
    }
    workflow = Workflow(Graph(nodes, [Link("1", "latent", "2", "latent"), Link("2", "image", "3", "image")]), name="Three")
    hands.session.installed = types
    hands.session.show_document(Document(workflow))
    files = []
    for number in range(3):
        image = QImage(8, 8, QImage.Format.Format_RGBA8888)
        image.fill(QColor(80 * number, 0, 0))
        image.save(path := str(tmp_path / f"three_{number}.png"))
        files.append(path)
    sheet = Result("image", "Image", "one digest", pixels=Pixels(26, 8, bytes(26 * 8 * 4)))
    job = Job(4, "Three", write(workflow))
    kept: list[Entry] = []
    window.recorder.kept.connect(kept.append)
    window.recorder.take(StepFinished(job.run, "3", "ran", 0.1, (sheet,), tuple(files)), job)
    hands.qtbot.waitUntil(lambda: len(kept) == 3, timeout=PATIENCE)
    last = window.docks.history.panel.model.entries[0]
    assert (last.seed, last.width, last.values["first"], last.file) == (7, 8, (2,), files[2])
    hands.session.use_seeds(window.recorder.album.workflow(last), last.node)
    assert hands.graph.nodes["1"].parameters == {"seed": {"value": 7, "policy": "fixed"}, "count": 1, "first": 2}
