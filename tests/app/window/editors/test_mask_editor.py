"""Masks painted by hand on the picture."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.window import Window
from graph_engine.graph import Link
from tests.app.window.editors.conftest import Painter

PATIENCE = 60_000
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def _alpha(painter: Painter, x: float, y: float) -> int:
    mask = painter.editor.mask()
    return mask.pixelColor(int(x * mask.width()), int(y * mask.height())).alpha()


def test_a_stroke_is_data_in_the_document_and_one_undo_step(painter: Painter) -> None:
    painter.edit("mask/paint_mask")
    before = painter.session.workflow
    painter.drag((0.2, 0.5), (0.4, 0.5), (0.8, 0.5))
    (shape,) = painter.value["shapes"]
    assert shape["tool"] == "brush" and len(shape["points"]) % 3 == 0
    assert _alpha(painter, 0.5, 0.5) == 255 and _alpha(painter, 0.5, 0.7) == 0
    painter.undo()
    assert painter.session.workflow == before and _alpha(painter, 0.5, 0.5) == 0


@pytest.mark.parametrize("tool", ["rectangle", "ellipse"])
def test_boxes_select_what_lies_in_them(painter: Painter, tool: str) -> None:
    painter.edit("mask/paint_mask")
    painter.editor.choose_tool(tool)
    painter.drag((0.2, 0.2), (0.6, 0.6))
    assert painter.value["shapes"][0]["tool"] == tool
    assert _alpha(painter, 0.4, 0.4) == 255 and _alpha(painter, 0.21, 0.21) == (255 if tool == "rectangle" else 0)


def test_a_lasso_with_alt_takes_away(painter: Painter) -> None:
    painter.edit("mask/paint_mask")
    painter.key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    painter.key(Key.Key_L)
    painter.drag((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8), keys=ALT)
    assert painter.value["shapes"][1]["erase"] and _alpha(painter, 0.5, 0.5) == 0 and _alpha(painter, 0.9, 0.5) == 255


def test_a_polygon_is_clicked_corner_by_corner(painter: Painter) -> None:
    painter.edit("mask/paint_mask")
    painter.key(Key.Key_P)
    for corner in ((0.1, 0.1), (0.9, 0.1), (0.5, 0.5), (0.5, 0.9)):
        painter.click(*corner)
    painter.key(Key.Key_Backspace)
    assert "shapes" not in painter.value
    painter.key(Key.Key_Return)
    assert len(painter.value["shapes"][0]["points"]) == 6 and _alpha(painter, 0.5, 0.3) == 255


def test_escape_leaves_no_trace_of_a_shape(painter: Painter) -> None:
    painter.edit("mask/paint_mask")
    painter.key(Key.Key_P)
    painter.click(0.1, 0.1)
    painter.click(0.9, 0.1)
    painter.key(Key.Key_Escape)
    painter.key(Key.Key_Return)
    assert "shapes" not in painter.value


def test_the_pen_presses_and_its_other_end_takes_away(painter: Painter) -> None:
    painter.edit("mask/paint_mask")
    painter.pen((0.2, 0.5, 0.1, 0), (0.5, 0.5, 0.5, 0), (0.8, 0.5, 1.0, 0))
    assert painter.value["shapes"][0]["points"][2::3] == [10, 50, 100]
    painter.pen((0.5, 0.2, 1.0, 0), (0.5, 0.8, 1.0, 0), end=QPointingDevice.PointerType.Eraser)
    assert painter.value["shapes"][1]["erase"] and _alpha(painter, 0.5, 0.5) == 0


def test_brackets_change_the_brush_and_x_swaps_adding_and_taking_away(painter: Painter) -> None:
    painter.edit("mask/paint_mask")
    size, hard = painter.editor.size, painter.editor.hard
    painter.key(Key.Key_BracketRight)
    painter.key(Key.Key_BraceLeft, SHIFT)
    assert painter.editor.size > size and painter.editor.hard == hard - 10
    painter.key(Key.Key_X)
    painter.drag((0.2, 0.2), (0.4, 0.4))
    assert painter.value["shapes"][0]["erase"]


def test_space_moves_the_picture_and_paints_nothing(painter: Painter) -> None:
    painter.edit("mask/paint_mask")
    QTest.keyPress(painter.paper, Key.Key_Space)
    before = painter.at(0.5, 0.5)
    painter.drag((0.5, 0.5), (0.6, 0.6))
    QTest.keyRelease(painter.paper, Key.Key_Space)
    assert painter.at(0.5, 0.5) != before and not painter.value


def test_a_picture_of_another_size_takes_the_shapes_along(painter: Painter) -> None:
    node = painter.edit("mask/paint_mask")
    painter.key(Key.Key_R)
    painter.drag((0.25, 0.25), (0.5, 0.5))
    shapes = painter.value["shapes"]
    painter.set(node, width=256, height=128)
    assert painter.paper.picture_size.toTuple() == (256, 128)
    assert painter.value["shapes"] == shapes
    assert _alpha(painter, 0.3, 0.3) == 255 and _alpha(painter, 0.6, 0.6) == 0


def test_another_node_leaves_the_editor_open_and_deleting_its_own_empties_it(painter: Painter) -> None:
    node = painter.edit("mask/paint_mask")
    other = painter.session.add_node("prompt/prompt", (0.0, 0.0))
    painter.session.select({other})
    assert painter.editor.subject.id == node
    painter.session.delete({node})
    assert painter.window.docks.editor.panel.editor is None


def _digest_from_the_command_line(file: Path, folder: Path) -> str:
    command = [sys.executable, "-m", "app", "run", str(file), "--out", str(folder), "--json"]
    environment = os.environ | {"TESSERA_CACHE": str(folder / "headless")}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=PATIENCE / 1000)
    results = json.loads(done.stdout)["results"]
    return next(outputs["mask"]["digest"] for outputs in results.values() if "mask" in outputs)


def test_a_mask_on_a_picture_runs_and_is_the_same_without_the_window(
    studio: Window, painter: Painter, qtbot: QtBot, tmp_path: Path
) -> None:
    Image.new("RGB", (96, 64), "#3080d0").save(tmp_path / "sky.png")
    with qtbot.waitSignal(studio.runner.ready, timeout=PATIENCE):
        studio.runner.start()
    picture = painter.session.add_node("image/load_image", (0.0, 0.0))
    painter.set(picture, file=str(tmp_path / "sky.png"))
    node = painter.edit("mask/paint_mask", feather=4.0)
    painter.session.link(Link(picture, "image", node, "image"))
    studio.docks.editor.panel.run_button.click()
    qtbot.waitUntil(lambda: painter.paper.picture_size.toTuple() == (96, 64), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not painter.session.runs.running, timeout=PATIENCE)
    painter.drag((0.2, 0.5), (0.8, 0.5))
    painter.session.running.run([node])
    qtbot.waitUntil(lambda: painter.session.steps[node].state == "ran", timeout=PATIENCE)
    assert studio.viewer.name.text() == "Paint mask"
    painter.session.document.save(tmp_path / "mask.json")
    shown = painter.session.steps[node].results[0].digest
    assert shown == _digest_from_the_command_line(tmp_path / "mask.json", tmp_path)
