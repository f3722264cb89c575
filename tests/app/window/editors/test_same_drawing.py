"""What the window draws is what the nodes make."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from app.editors.layer_drawing import MODES, draw_layers, layer_box
from app.editors.mask_drawing import draw_shape
from app.editors.mask_overlay import overlay
from app.editors.sketch_drawing import draw_stroke
from nodes.painting.edges import feathered, grown
from nodes.painting.layers_document import composite, layer_stack
from nodes.painting.mask_document import painted_mask
from nodes.painting.sketch_document import painted_sketch

SHAPES = {
    "soft brush": {"tool": "brush", "size": 900, "hard": 30, "points": [1500, 2000, 100, 6000, 4500, 40, 8000, 1500, 90]},
    "hard brush": {"tool": "brush", "size": 1200, "hard": 100, "points": [2000, 8000, 100, 8000, 7000, 100]},
    "one dab": {"tool": "brush", "size": 2000, "hard": 60, "points": [5000, 5000, 100]},
    "lasso": {"tool": "lasso", "points": [1000, 1000, 9000, 2000, 3000, 9000]},
    "crossed polygon": {"tool": "polygon", "points": [1000, 1000, 9000, 9000, 9000, 1000, 1000, 9000]},
    "rectangle": {"tool": "rectangle", "box": [1234, 2345, 7891, 8912], "opacity": 60},
    "ellipse": {"tool": "ellipse", "box": [-2000, 2000, 6000, 12000]},
    "wand": {"tool": "wand", "at": [6000, 5000], "tolerance": 40, "near": False},
    "joined wand": {"tool": "wand", "at": [6000, 5000], "tolerance": 40, "near": True},
}


def _picture() -> NDArray[np.uint8]:
    """Colored waves, in part transparent; premultiplied where the nodes look, straight where Qt does."""
    y, x = np.mgrid[0:90, 0:120].astype(np.float32)
    waves = [128 + 90 * np.sin(x / 9 + y / 23), 128 + 90 * np.sin(y / 7), 128 + 60 * np.cos(x / 13), np.where(x > 100, 0, 255)]
    return np.stack(waves, 2).astype(np.uint8)


def _alpha(image: QImage) -> NDArray[np.float32]:
    kept = image.convertToFormat(QImage.Format.Format_RGBA8888)  # the bytes live as long as the picture
    rows = np.frombuffer(kept.constBits(), np.uint8).copy()
    return rows.reshape(image.height(), image.width(), 4)[:, :, 3] / np.float32(255)


def _drawn(*shapes: dict[str, object]) -> QImage:
    straight = _picture()
    picture = QImage(straight.tobytes(), 120, 90, QImage.Format.Format_RGBA8888).copy()
    mask = QImage(120, 90, QImage.Format.Format_ARGB32_Premultiplied)
    mask.fill(Qt.GlobalColor.transparent)
    for shape in shapes:
        draw_shape(mask, shape, picture)
    return mask


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_covers_the_same_in_the_window_and_in_the_node(qapp: object, name: str) -> None:
    seen = _picture()
    seen[seen[:, :, 3] == 0] = 0
    made = painted_mask({"shapes": [SHAPES[name]]}, 120, 90, seen)
    off = np.abs(_alpha(_drawn(SHAPES[name])) - made)
    assert made.max() > 0.5 and off.mean() < 0.006 and (off > 0.35).sum() < 6


def test_shapes_add_up_alike(qapp: object) -> None:
    shapes = [SHAPES["soft brush"], {**SHAPES["ellipse"], "erase": True}, {**SHAPES["rectangle"], "opacity": 40}]
    made = painted_mask({"shapes": shapes}, 120, 90)
    assert np.abs(_alpha(_drawn(*shapes)) - made).mean() < 0.006


@pytest.mark.parametrize(("grow", "feather"), [(6, 0), (-5, 0), (0, 8), (4, 6)])
def test_edges_look_as_the_node_makes_them(qapp: object, grow: float, feather: float) -> None:
    shapes = [SHAPES["hard brush"], SHAPES["lasso"]]
    made = feathered(grown(painted_mask({"shapes": shapes}, 120, 90), grow), feather)
    assert np.abs(_alpha(overlay(_drawn(*shapes), "selected", grow, feather, False)) - made).mean() < 0.03


STROKES = {
    "detail": {"brush": "detail", "size": 500, "color": "#c04020", "points": [1500, 2000, 20, 0, 6000, 4500, 100, 20, 8000, 1500, 60, 60]},
    "blocking": {"brush": "blocking", "size": 2500, "color": "#204080", "opacity": 70, "points": [2000, 7000, 100, 0, 7000, 6000, 30, 30]},
    "mirrored": {"brush": "detail", "size": 900, "color": "#108040", "mirror": "xy", "points": [1000, 1000, 100, 0, 4000, 3000, 100, 0]},
}


@pytest.mark.parametrize("name", STROKES)
def test_a_stroke_looks_the_same_in_the_window_and_from_the_node(qapp: object, name: str) -> None:
    layer = QImage(120, 90, QImage.Format.Format_ARGB32_Premultiplied)
    layer.fill(Qt.GlobalColor.transparent)
    draw_stroke(layer, STROKES["blocking"])
    draw_stroke(layer, STROKES[name])
    draw_stroke(layer, {**STROKES["detail"], "erase": True, "size": 300})
    strokes = [STROKES["blocking"], STROKES[name], {**STROKES["detail"], "erase": True, "size": 300}]
    made = painted_sketch({"layers": [{"strokes": strokes}]}, 120, 90)
    off = np.abs(_premultiplied(layer) - made.transpose(1, 2, 0))
    assert made[3].max() > 0.6 and off.mean() < 0.006 and (off > 0.35).sum() < 12


def _premultiplied(image: QImage) -> NDArray[np.float32]:
    kept = image.convertToFormat(QImage.Format.Format_RGBA8888_Premultiplied)  # the bytes live as long as the picture
    rows = np.frombuffer(kept.constBits(), np.uint8).copy()
    return rows.reshape(image.height(), image.width(), 4) / np.float32(255)


@pytest.mark.parametrize("mode", MODES)
def test_a_blend_mode_mixes_alike_in_the_window_and_in_the_node(qapp: object, mode: str) -> None:
    colors = np.random.default_rng(3).integers(0, 256, (2, 24, 24, 4), np.uint8)
    entries = [{"input": "one"}, {"input": "two", "blend": mode, "opacity": 80}]
    pictures = {"one": _tensor(colors[0]), "two": _tensor(colors[1])}
    made = composite(layer_stack(pictures, {"layers": entries}, 24, 24))
    images = [QImage(part.tobytes(), 24, 24, QImage.Format.Format_RGBA8888).copy() for part in colors]
    placed = [(entry, image, layer_box(entry, image.size(), QSize(24, 24))) for entry, image in zip(entries, images, strict=True)]
    wanted = (made[0] * torch.cat([made[0, 3:].expand(3, -1, -1), torch.ones(1, 24, 24)])).permute(1, 2, 0).numpy()
    off = np.abs(_premultiplied(draw_layers(placed, QSize(24, 24))) - wanted)
    assert off.mean() < 0.006 and off.max() < 0.06


def test_a_scaled_layer_lies_alike_in_the_window_and_in_the_node(qapp: object) -> None:
    picture = _picture()
    entry = {"input": "one", "box": [-1000, 2000, 6000, 9000]}
    made = composite(layer_stack({"one": _tensor(picture)}, {"layers": [entry]}, 160, 100))
    image = QImage(picture.tobytes(), 120, 90, QImage.Format.Format_RGBA8888).copy()
    drawn = _premultiplied(draw_layers([(entry, image, layer_box(entry, image.size(), QSize(160, 100)))], QSize(160, 100)))
    seen = made[0].permute(1, 2, 0).numpy()
    assert np.abs(drawn[:, :, 3] - seen[:, :, 3]).mean() < 0.01 and np.abs(drawn[:, :, :3] - seen[:, :, :3] * seen[:, :, 3:]).mean() < 0.01


def _tensor(picture: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(picture.transpose(2, 0, 1)[None] / np.float32(255))


def test_a_turned_layer_lies_alike_in_the_window_and_in_the_node(qapp: object) -> None:
    picture = _picture()
    entry = {"input": "one", "box": [1000, 2000, 8000, 9000], "angle": 30}
    made = composite(layer_stack({"one": _tensor(picture)}, {"layers": [entry]}, 160, 100))
    image = QImage(picture.tobytes(), 120, 90, QImage.Format.Format_RGBA8888).copy()
    drawn = _premultiplied(draw_layers([(entry, image, layer_box(entry, image.size(), QSize(160, 100)))], QSize(160, 100)))
    seen = made[0].permute(1, 2, 0).numpy()
    assert np.abs(drawn[:, :, 3] - seen[:, :, 3]).mean() < 0.015
    assert np.abs(drawn[:, :, :3] - seen[:, :, :3] * seen[:, :, 3:]).mean() < 0.015
