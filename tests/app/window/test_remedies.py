"""What a node says of itself before and after a run, and the button that mends it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.canvas.tips import tip_at
from app.inspector.node_form import NodeForm
from app.language import retold
from graph_engine.check import Problem
from graph_engine.events import StepFailed, StepProgress, StepStarted
from graph_engine.plan import Plan, PlannedStep
from tests.app.window.hands import Hands

A = QPoint(500, 300)


def _button(hands: Hands, node: str) -> QPoint:
    item = hands.canvas.graph_scene.nodes[node]
    return hands.canvas.mapFromScene(item.pos() + item.face.remedy_area.center())


def test_the_button_of_a_node_that_lacks_an_input_offers_what_gives_it(hands: Hands) -> None:
    node = hands.add("keep", A)
    palette = hands.window.palette
    hands.click(_button(hands, node))
    assert palette.isVisible() and {found.id for found in palette.model.types} == {"pictures/fade", "pictures/swatch"}
    hands.type(palette.field, "swatch")

    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    (link,) = hands.graph.links
    assert (link.target, link.input) == (node, "picture")
    assert hands.canvas.graph_scene.nodes[node].face.remedy_area.isEmpty()


def test_the_button_goes_when_the_node_is_not_selected(hands: Hands) -> None:
    node = hands.add("keep", A)
    item = hands.canvas.graph_scene.nodes[node]
    high = item.body.height()
    hands.click(QPoint(60, 700))
    assert item.body.height() < high


LONG = "Use a smaller picture or fewer at a time, or close other programs; then retry the job."


@pytest.mark.parametrize("language", [None, "german"])
def test_on_a_failed_node_what_happened_gives_way(hands: Hands, language: str | None, request: pytest.FixtureRequest) -> None:
    if language:
        request.getfixturevalue(language)
    item = hands.canvas.graph_scene.nodes[node := hands.add("swatch", A)]
    hands.session.runs.follow("run", hands.session.queueing.pace)
    hands.session.running.take_event(StepFailed("run", node, "failed", "a pear " * 60, LONG, ""))
    message, advice = item.face.failure.text(), item.face.advice.text()
    assert message.startswith("a pear a pear") and message.endswith("…") and advice.replace("\u2028", " ") == retold(LONG)
    assert retold(LONG) in tip_at(hands.canvas.graph_scene, item.pos() + QPoint(60, 14).toPointF())
    hands.session.running.take_event(StepFailed("run", node, "failed", "a pear", "Eat it.", ""))
    assert (item.face.failure.text(), item.face.advice.text()) == ("a pear", "Eat it.")


def test_what_a_running_step_notes_is_said_once(hands: Hands) -> None:
    node = hands.add("swatch", A)
    hands.session.runs.follow("run", hands.session.queueing.pace)
    for event in (StepStarted("run", node), StepProgress("run", node, 3, 10, "item 4, 1 of 2", 0.5)):
        hands.session.running.take_event(event)
    assert hands.window.inspector.form.state.text() == "Running, 3 of 10\nitem 4, 1 of 2"


def test_a_node_says_what_the_next_run_costs_and_why_it_runs(hands: Hands) -> None:
    node = hands.add("swatch", A)
    item = hands.canvas.graph_scene.nodes[node]
    hands.session.running.take_plan(Plan((node,), (PlannedStep(node, "run", "never ran", 2.5),), (), 2.5))
    assert item.face.will_run and item.face.cost is not None
    assert "Will run" in tip_at(hands.canvas.graph_scene, item.pos() + QPoint(60, 14).toPointF())
    hands.session.running.take_plan(Plan((node,), (PlannedStep(node, "disk"),), (), 0.0))
    assert not item.face.will_run and item.face.cost is None


def test_the_button_of_a_node_whose_model_is_not_there_copies_where_to_get_it(hands: Hands, qapp: QApplication) -> None:
    node = hands.add("weights", A)
    remedy = "get it from https://models.example/x.pt (about 1 GB), then: tessera convert x.pt --out /models/x.safetensors"
    missing = Problem(node, "file", "file: no such model: x", remedy, "warning")
    hands.session.running.take_plan(Plan((node,), (), (), 0.0, (missing,)))
    form = hands.window.inspector.form
    assert isinstance(form, NodeForm) and form.problems.isVisible()
    assert all(said in form.problems.text() for said in (missing.message, remedy))
    hands.click(_button(hands, node))
    menu = next(child for child in hands.canvas.findChildren(QMenu) if child.isVisible())
    copied = []
    for action in menu.actions()[:2]:
        action.trigger()
        copied.append(qapp.clipboard().text())
    assert copied == ["https://models.example/x.pt", "tessera convert x.pt --out /models/x.safetensors"]
    assert menu.actions()[2].text() == "Open the models folder"
    menu.close()
