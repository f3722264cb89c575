"""ComfyUI workflows dropped on the window."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QUrl
from PySide6.QtWidgets import QLabel

from app.node_words import catalogue_in_language
from graph_engine import Catalogue, discover
from tests.app.comfyui.hand_made import text_to_image
from tests.app.window.hands import Hands


@pytest.fixture(scope="module")
def real() -> Catalogue:
    return Catalogue.from_json(discover("nodes.library").to_json())


@pytest.fixture
def comfy(tmp_path: Path) -> Path:
    canvas = text_to_image()
    canvas.add("Odd <b>&", ("x",), "LATENT", latent=("LATENT", 3, 0))
    path = tmp_path / "cats.json"
    path.write_text(json.dumps(canvas.file()))
    return path


def test_a_dropped_workflow_is_a_new_unsaved_document_with_a_report(hands: Hands, real: Catalogue, comfy: Path) -> None:
    hands.session.show_catalogue(real)
    hands.drop(comfy)
    assert hands.session.document.path is None and hands.window.isWindowModified() and hands.window.windowTitle().startswith("cats")
    report = hands.window.docks.report
    assert report.isVisible() and "7 mapped, 0 approximated, 1 unmapped" in report.panel.heading.text()
    assert "Odd <b>&" in hands.window.docks.report.panel.lines.toPlainText()
    assert len(hands.canvas.graph_scene.nodes) == 12
    hands.window.grab()


def test_a_click_in_the_report_selects_what_came_of_the_node(hands: Hands, real: Catalogue, comfy: Path) -> None:
    hands.session.show_catalogue(real)
    hands.drop(comfy)
    item = next(item for item in hands.session.report.items if item.type == "KSampler")
    hands.window.docks.report.panel.lines.anchorClicked.emit(QUrl(f"nodes:{','.join(item.nodes)}"))
    assert {hands.graph.nodes[node].type.partition("/")[0] for node in hands.session.selection} == {"sampling", "guidance"}


def test_the_report_goes_with_its_document_and_comes_back_on_demand(hands: Hands, real: Catalogue, comfy: Path) -> None:
    hands.session.show_catalogue(real)
    hands.drop(comfy)
    hands.window.docks.report.panel.close_button.click()
    assert not hands.window.docks.report.isVisible()
    hands.window.commands["import_report"].trigger()
    assert hands.window.docks.report.isVisible()
    hands.session.new()
    assert not hands.window.docks.report.isVisible() and not hands.window.commands["import_report"].isEnabled()


def test_before_the_node_types_are_known_an_import_waits_for_them(hands: Hands, real: Catalogue, comfy: Path) -> None:
    hands.session.show_catalogue(Catalogue())
    hands.drop(comfy)
    assert not hands.graph.nodes and "opens once" in hands.window.notice.text.text()
    hands.session.show_catalogue(real)
    assert len(hands.graph.nodes) == 12 and hands.window.docks.report.isVisible()


def test_work_begun_while_an_import_waits_stays(hands: Hands, real: Catalogue, comfy: Path) -> None:
    node = hands.add("swatch", QPoint(200, 200))
    hands.undo()
    toys = hands.session.installed
    hands.session.show_catalogue(Catalogue())
    hands.drop(comfy)
    hands.redo()
    hands.session.show_catalogue(toys)
    assert set(hands.graph.nodes) == {node} and "can be opened now" in hands.window.notice.text.text()


def test_a_damaged_workflow_leaves_the_document_on_the_screen(hands: Hands, comfy: Path) -> None:
    node = hands.add("swatch", QPoint(200, 200))
    hands.session.document.save(comfy.with_name("mine.json"))
    comfy.write_text(comfy.read_text()[:400])
    hands.drop(comfy)
    assert set(hands.graph.nodes) == {node} and "Not opened." in hands.window.notice.text.text()


def test_a_placeholder_shows_what_it_keeps(hands: Hands, comfy: Path) -> None:
    hands.drop(comfy)
    (node,) = (key for key, found in hands.graph.nodes.items() if found.type == "comfyui/KSampler")
    hands.session.select({node})
    labels = [label.text() for label in hands.window.inspector.findChildren(QLabel)]
    assert any("comfyui/KSampler is not installed" in text for text in labels)
    assert any("sampler_name" in text and "euler" in text for text in labels)


def test_the_report_is_in_the_language_of_the_window(hands: Hands, real: Catalogue, comfy: Path, german: None) -> None:
    raw = json.loads(comfy.read_text())
    sampler = next(node for node in raw["nodes"] if node["type"] == "KSampler")
    sampler["mode"] = 2
    sampler["widgets_values"] = ["dpmpp_2m" if value == "euler" else value for value in sampler["widgets_values"]]
    comfy.write_text(json.dumps(raw))
    hands.session.show_catalogue(catalogue_in_language(real))
    hands.drop(comfy)
    panel = hands.window.docks.report.panel
    heading, lines = panel.heading.text(), panel.lines.toPlainText()
    assert "8 Knoten: 6 übernommen, 1 angenähert, 1 nicht übernommen" in heading
    assert "heun" in lines.lower() and "Vorhersagen je Schritt; ist auch hier stumm" in lines
    assert "wurde zu Prompt und Prompt kodieren" in lines and "hier tut noch nichts dasselbe; unverändert behalten" in lines
    assert "Checkpoint" in lines and not {"became", "its", "here"} & set(lines.split())
