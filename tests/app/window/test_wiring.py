"""Links made, refused and pulled off by hand."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph_engine import Link
from tests.app.window.hands import Hands

A, B, C = QPoint(120, 160), QPoint(480, 160), QPoint(840, 160)
EMPTY = QPoint(500, 640)


def _chain(hands: Hands) -> tuple[str, str]:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    return one, two


def test_a_link_is_dragged_from_output_to_input(hands: Hands) -> None:
    one, two = _chain(hands)
    assert hands.graph.links == (Link(one, "swatch", two, "picture"),)
    assert len(hands.canvas.graph_scene.wires) == 1


def test_a_link_is_dragged_from_input_to_output_too(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.input(two, "picture"), hands.output(one, "swatch"))
    assert hands.graph.links == (Link(one, "swatch", two, "picture"),)


def test_a_link_snaps_to_an_input_within_24_pixels(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture") + QPoint(-14, 8))
    assert hands.graph.links == (Link(one, "swatch", two, "picture"),)


def test_a_wrong_type_is_refused_with_the_reason_at_the_pointer(hands: Hands) -> None:
    number, fade = hands.add("number", A), hands.add("fade", B)
    start, end = hands.output(number, "integer"), hands.input(fade, "picture")
    hands.press(start)
    hands.move(start, end)
    hint = hands.canvas.cursor_hint
    assert hint.isVisible()
    assert hint.text() == "Input picture of Fade takes Swatch, got Integer from Number"
    port = hands.canvas.graph_scene.nodes[fade].geometry.port("picture", gives=False)
    assert port is not None and not hands.canvas.graph_scene.stage.wiring.fits(fade, port)
    hands.release(end)
    assert not hands.graph.links and not hint.isVisible() and not hands.window.palette.isVisible()


def test_a_circle_is_refused_with_the_reason(hands: Hands) -> None:
    one, two = hands.add("fade", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    start, end = hands.output(two, "swatch"), hands.input(one, "picture")
    hands.press(start)
    hands.move(start, end)
    assert "close a circle" in hands.canvas.cursor_hint.text()
    hands.release(end)
    assert len(hands.graph.links) == 1


def test_a_link_is_pulled_off_its_input(hands: Hands) -> None:
    _, two = _chain(hands)
    hands.drag(hands.input(two, "picture"), EMPTY)
    assert not hands.graph.links
    assert not hands.window.palette.isVisible()
    hands.undo()
    assert len(hands.graph.links) == 1


def test_a_link_is_moved_to_another_input_in_one_edit(hands: Hands) -> None:
    one, two = _chain(hands)
    three = hands.add("fade", C)
    before = hands.session.workflow
    hands.drag(hands.input(two, "picture"), hands.input(three, "picture"))
    assert hands.graph.links == (Link(one, "swatch", three, "picture"),)
    hands.undo()
    assert hands.session.workflow == before


def test_escape_keeps_a_link_that_was_being_pulled_off(hands: Hands) -> None:
    _, two = _chain(hands)
    at = hands.input(two, "picture")
    hands.press(at)
    hands.move(at, EMPTY)
    hands.key(Qt.Key.Key_Escape)
    hands.release(EMPTY)
    assert len(hands.graph.links) == 1
    assert all(wire.isVisible() for wire in hands.canvas.graph_scene.wires.values())


def test_a_wire_let_go_on_nothing_offers_what_fits_and_links_it(hands: Hands) -> None:
    one = hands.add("swatch", A)
    hands.drag(hands.output(one, "swatch"), EMPTY)
    palette = hands.window.palette
    assert palette.isVisible()
    assert {node_type.id for node_type in palette.model.types} == {
        "pictures/caption", "pictures/fade", "pictures/keep", "pictures/keep_each",
    }  # fmt: skip
    hands.type(palette.field, "keep")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    (made,) = set(hands.graph.nodes) - {one}
    assert hands.graph.links == (Link(one, "swatch", made, "picture"),)
    hands.undo()
    assert set(hands.graph.nodes) == {one}


def test_escape_in_the_palette_lets_the_wire_go(hands: Hands) -> None:
    one = hands.add("swatch", A)
    items = len(hands.canvas.graph_scene.items())
    hands.drag(hands.output(one, "swatch"), EMPTY)
    QTest.keyClick(hands.window.palette.field, Qt.Key.Key_Escape)
    assert not hands.window.palette.isVisible()
    assert set(hands.graph.nodes) == {one} and len(hands.canvas.graph_scene.items()) == items


def test_a_parameter_can_be_driven_by_a_link(hands: Hands) -> None:
    number, fade = hands.add("number", A), hands.add("fade", B)
    hands.drag(hands.output(number, "integer"), hands.input(fade, "steps"))
    assert hands.graph.links == (Link(number, "integer", fade, "steps"),)
    hands.click(hands.header(fade))
    assert hands.row("steps").driven.text() == "from Number · Integer"
    assert not hands.row("steps").control.isVisible()


def test_alt_click_on_a_wire_removes_it(hands: Hands) -> None:
    one, two = _chain(hands)
    middle = (hands.output(one, "swatch") + hands.input(two, "picture")) / 2
    hands.click(middle, Qt.KeyboardModifier.AltModifier)
    assert not hands.graph.links


def test_a_clicked_wire_is_deleted_by_the_key(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click((hands.output(one, "swatch") + hands.input(two, "picture")) / 2)
    hands.key(Qt.Key.Key_Delete)
    assert not hands.graph.links and set(hands.graph.nodes) == {one, two}
