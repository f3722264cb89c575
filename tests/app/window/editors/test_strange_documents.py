"""Painted documents from files of others."""

import pytest
from PySide6.QtCore import Qt

from tests.app.window.editors.conftest import Painter

STRANGE = [
    {"shapes": 3},
    {"shapes": ["no shape", {"tool": "spoon"}, {"tool": "brush", "points": [1, 2], "size": 3}, {"tool": "wand", "at": [1e300, 0]}]},
    {"layers": {"a": 1}},
    {"layers": [7, {"strokes": 5}, {"input": 3}, {"input": "one", "box": "wide"}, {"strokes": [{"points": ["x"] * 4, "size": 1}]}]},
    {"regions": [None, {"box": [1]}, {"box": [0, 0, 1, 1], "form": "cloud"}, {"box": [0, 0, 9000, 9000], "shapes": [{"tool": 1}]}]},
    {"left": "far", "top": 1e300},
]


@pytest.mark.parametrize("type_id", ["mask/paint_mask", "control/sketch", "control/layout", "layers/layers", "outpainting/outpaint_frame"])
def test_what_an_editor_does_not_understand_it_leaves_alone(painter: Painter, type_id: str) -> None:
    node = painter.edit(type_id)
    for painted in STRANGE:
        painter.set(node, painted=painted)
        assert not painter.paper.grab().isNull()
        painter.click(0.5, 0.5)
        painter.key(Qt.Key.Key_Escape)


def test_a_shape_is_added_beside_what_is_not_understood(painter: Painter) -> None:
    node = painter.edit("mask/paint_mask")
    painter.set(node, painted={"shapes": [{"tool": "spoon"}], "note": "kept"})
    painter.drag((0.2, 0.2), (0.6, 0.6))
    assert painter.value["note"] == "kept" and [shape["tool"] for shape in painter.value["shapes"]] == ["spoon", "brush"]


def test_a_painted_value_that_is_no_document_is_shown_as_such(painter: Painter) -> None:
    node = painter.edit("mask/paint_mask")
    painter.set(node, painted="paint")
    assert "not understood" in painter.window.inspector.form.row("painted").control.button.text()
    assert not painter.window.canvas.grab().isNull()
