"""Documents and their files: nothing is lost, nothing hostile gets in."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from app.edits import with_graph
from graph_engine import Node, read
from nodes.imaging.encoding import FORMATS, SUFFIXES, encoded, fitting_texts
from tests.app.window.hands import Hands

A, B = QPoint(120, 160), QPoint(480, 160)


def _answer(button: QMessageBox.StandardButton) -> Callable[[], None]:
    """Press a button of the question that is about to be asked."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        box.button(button).click()

    return press


def _saved(hands: Hands, folder: Path) -> Path:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    path = folder / "dusk.json"
    hands.session.document.save(path)
    return path


def test_a_saved_file_opens_equal(hands: Hands, tmp_path: Path) -> None:
    path = _saved(hands, tmp_path)
    before = hands.session.workflow
    hands.session.new()
    assert hands.window.files.open_path(path)
    assert hands.session.workflow == before
    assert len(hands.canvas.graph_scene.nodes) == 2 and len(hands.canvas.graph_scene.wires) == 1


def test_the_title_names_the_file_and_shows_unsaved_work(hands: Hands, tmp_path: Path) -> None:
    assert hands.window.windowTitle().startswith("Untitled") and not hands.window.isWindowModified()
    _saved(hands, tmp_path)
    assert hands.window.windowTitle() == "dusk[*] — Tessera" and not hands.window.isWindowModified()
    hands.add("keep", QPoint(800, 160))
    assert hands.window.isWindowModified()
    hands.undo()
    assert not hands.window.isWindowModified()


def test_a_folder_that_cannot_be_written_keeps_the_work_unsaved(hands: Hands, tmp_path: Path) -> None:
    path = _saved(hands, tmp_path)
    hands.add("keep", QPoint(800, 160))
    hands.session.document.path = tmp_path / "gone" / "dusk.json"
    assert not hands.window.files.save()
    assert hands.window.isWindowModified() and hands.window.notice.isVisible()
    assert "was not saved" in hands.window.notice.text.text()
    assert len(read(path.read_bytes()).graph.nodes) == 2


@pytest.mark.parametrize("data", [b"", b"{", b'{"format": "other"}', b'{"format": "tessera-workflow", "version": 99}', b"[" * 5000])
def test_a_file_that_is_no_workflow_leaves_the_document_on_the_screen(hands: Hands, tmp_path: Path, data: bytes) -> None:
    hands.add("swatch", A)
    before = hands.session.workflow
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    assert not hands.window.files.open_path(path)
    assert hands.session.workflow is before
    assert hands.window.notice.text.text().startswith(f"Not opened. {path}")


def test_an_unknown_node_type_is_shown_and_saved_back_unchanged(hands: Hands, tmp_path: Path) -> None:
    path = _saved(hands, tmp_path)
    strange = path.read_text().replace('"pictures/fade"', '"elsewhere/dream"').replace('"parameters": {}', '"parameters": {"deep": [1, 2]}')
    path.write_text(strange)
    assert hands.window.files.open_path(path)
    (item,) = [item for item in hands.canvas.graph_scene.nodes.values() if not item.face.known]
    assert [port.name for port in item.geometry.ports] == ["picture"]
    hands.window.grab()
    again = tmp_path / "again.json"
    hands.session.document.save(again)
    assert json.loads(again.read_text()) == json.loads(strange)


def test_links_to_nothing_and_places_far_away_do_not_hurt(hands: Hands, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(
        '{"format": "tessera-workflow", "version": 1, "nodes": {"1": {"type": "pictures/fade"}},'
        ' "layout": {"1": [1e300, -1e300], "7": [0, 0]}'
        ', "links": [{"from": ["9", "swatch"], "to": ["1", "picture"]}], "exposed": {"x": {"node": "5", "parameter": "y"}}}'
    )
    assert hands.window.files.open_path(path)
    hands.window.grab()
    assert hands.session.problems
    hands.session.select_all()
    hands.session.delete(hands.session.selection)
    assert not hands.canvas.graph_scene.nodes


def test_a_workflow_without_a_layout_is_laid_out(hands: Hands, tmp_path: Path) -> None:
    path = tmp_path / "bare.json"
    path.write_text(
        '{"format": "tessera-workflow", "version": 1, "nodes": {"1": {"type": "pictures/swatch"}, "2": {"type": "pictures/fade"}},'
        ' "links": [{"from": ["1", "swatch"], "to": ["2", "picture"]}]}'
    )
    assert hands.window.files.open_path(path)
    assert hands.place("1")[0] + 208 < hands.place("2")[0]
    assert not hands.window.isWindowModified()


def test_closing_with_unsaved_work_asks_and_cancel_stays(hands: Hands) -> None:
    hands.add("swatch", A)
    QTimer.singleShot(0, _answer(QMessageBox.StandardButton.Cancel))
    assert not hands.window.close()
    assert hands.window.isVisible() and hands.graph.nodes


def test_new_after_discard_begins_empty_and_saving_keeps_the_file(hands: Hands, tmp_path: Path) -> None:
    path = _saved(hands, tmp_path)
    hands.add("keep", QPoint(800, 160))
    QTimer.singleShot(0, _answer(QMessageBox.StandardButton.Save))
    hands.window.files.new()
    assert not hands.graph.nodes and len(read(path.read_bytes()).graph.nodes) == 3
    hands.add("swatch", A)
    QTimer.singleShot(0, _answer(QMessageBox.StandardButton.Discard))
    hands.window.files.new()
    assert not hands.graph.nodes


def test_a_node_of_a_newer_version_is_a_problem_that_a_click_leads_to(hands: Hands) -> None:
    node = hands.add("swatch", A)
    graph = hands.graph.with_node(node, Node("pictures/swatch", 99))
    hands.session.document.apply("Test", with_graph(hands.session.workflow, graph))
    hands.session.select(())
    status = hands.window.status
    assert status.problems.isVisible() and status.problems.text() == "1 problem"
    status.problems.click()
    status.list.list.itemClicked.emit(status.list.list.item(0))
    assert hands.session.selection == {node}
    assert hands.canvas.graph_scene.nodes[node].face.trouble == "error"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_that_falls_on_the_canvas_brings_its_graph_back(hands: Hands, tmp_path: Path, kind: str) -> None:
    before = read(_saved(hands, tmp_path).read_bytes()).graph
    texts = fitting_texts({"tessera.workflow": (tmp_path / "dusk.json").read_text()}, kind)
    path = tmp_path / f"made{SUFFIXES[kind]}"
    path.write_bytes(encoded(torch.zeros(3, 8, 8), kind, texts))
    hands.session.new()
    hands.drop(path)
    assert hands.graph == before and len(hands.canvas.graph_scene.nodes) == 2
    assert hands.session.document.path is None and not hands.window.isWindowModified()


@pytest.mark.parametrize("data", [b"tessera.workflow:[", b"tessera.workflow.packed:AAAA", b"no workflow"])
def test_a_picture_that_carries_rubbish_leaves_the_document_on_the_screen(hands: Hands, tmp_path: Path, data: bytes) -> None:
    hands.session.document.save(tmp_path / "mine.json")
    block = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0xEA10, 2, len(data), 26, 0) + data
    path = tmp_path / "bad.webp"
    path.write_bytes(b"RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", len(block)) + block)
    hands.drop(path)
    assert hands.session.document.path == tmp_path / "mine.json"
    assert (
        hands.window.notice.isVisible()
        and "Not opened." in hands.window.notice.text.text()
        and "bad.webp" in hands.window.notice.text.text()
    )
