"""What the canvas shows where nodes are small: painted in bulk, and while it is zoomed from a picture of itself."""

import pytest
from PIL import Image, ImageChops, ImageStat
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor

from tests.app.window.hands import Hands
from tests.app.window.likeness import to_pillow

A, B = QPoint(200, 200), QPoint(600, 400)
SMALL, FAR = 0.4, 0.2


def seen(hands: Hands) -> Image.Image:
    return to_pillow(hands.canvas.viewport().grab().toImage())


def color_at(hands: Hands, at: QPoint) -> str:
    return hands.canvas.viewport().grab().toImage().pixelColor(at).name()


def body(hands: Hands, node: str) -> QPoint:
    return hands.canvas.mapFromScene(hands.canvas.graph_scene.nodes[node].body.center())


def difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


@pytest.mark.parametrize("size", [SMALL, FAR])
def test_a_dragged_node_is_seen_where_it_is_and_nowhere_else(hands: Hands, size: float) -> None:
    node = hands.add("swatch", A)
    hands.canvas.zoom_by(size, QPointF(A))
    before = body(hands, node)
    filled = color_at(hands, before)
    at = hands.header(node)
    hands.press(at)
    hands.move(at, at + QPoint(300, 160))
    assert color_at(hands, before) != filled and color_at(hands, before + QPoint(300, 160)) == filled
    hands.release(at + QPoint(300, 160))
    assert color_at(hands, before + QPoint(300, 160)) == filled
    hands.undo()
    assert color_at(hands, before) == filled


def test_a_wire_that_is_pulled_is_seen_where_nodes_are_small(hands: Hands) -> None:
    one = hands.add("swatch", A)
    hands.canvas.zoom_by(SMALL, QPointF(A))
    start = hands.output(one, "swatch")
    end = start + QPoint(200, 0)
    hands.press(start)
    hands.move(start, end)
    wire = QColor(color_at(hands, start + QPoint(100, 0)))
    hands.release(end)
    ground = QColor(color_at(hands, start + QPoint(100, 40)))
    assert abs(wire.lightness() - ground.lightness()) > 30


def test_links_nodes_and_deletions_are_seen_at_once(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.canvas.zoom_by(SMALL, QPointF(A))
    bare = seen(hands)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    linked = seen(hands)
    hands.undo()
    assert difference(linked, bare) > 0.02 and difference(seen(hands), bare) < 0.02
    hands.session.delete({two})
    assert difference(seen(hands), bare) > 0.02


@pytest.mark.parametrize("factor", [1.06, 1 / 1.06])
@pytest.mark.parametrize("size", [1.0, SMALL])
def test_zooming_what_paints_slowly_shows_nearly_what_painting_it_anew_shows(hands: Hands, size: float, factor: float) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    hands.canvas.zoom_by(size, QPointF(A))
    before = seen(hands)
    hands.canvas.coasting.took(1.0)
    for _ in range(3):
        hands.canvas.zoom_by(factor, QPointF(A))
    assert hands.canvas.coasting.on
    coasted = seen(hands)
    hands.qtbot.waitUntil(lambda: not hands.canvas.coasting.on)
    anew = seen(hands)
    assert difference(coasted, anew) < 0.4 * difference(before, anew)


def test_an_edit_ends_the_picture_that_is_shown_while_zooming(hands: Hands) -> None:
    node = hands.add("swatch", A)
    hands.canvas.coasting.took(1.0)
    hands.canvas.zoom_by(1.06, QPointF(A))
    hands.session.delete({node})
    assert not hands.canvas.coasting.on


def test_a_larger_window_ends_the_picture_that_is_shown_while_zooming(hands: Hands) -> None:
    hands.add("swatch", A)
    hands.canvas.coasting.took(1.0)
    hands.canvas.zoom_by(1.06, QPointF(A))
    hands.canvas.resize(hands.canvas.width() * 2, hands.canvas.height() * 2)
    assert not hands.canvas.coasting.on
