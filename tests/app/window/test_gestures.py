"""What hands from other node editors do: click-click, knife, onto a wire, out of it, copies, whole bundles."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph_engine import Link
from tests.app.window.hands import Hands

RIGHT = Qt.MouseButton.RightButton
ALT, SHIFT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
A, B, C = QPoint(120, 160), QPoint(420, 160), QPoint(720, 160)


def _chain(hands: Hands) -> tuple[str, str]:
    """A swatch far left, a fade far right, linked."""
    one, two = hands.add("swatch", A), hands.add("fade", C)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    return one, two


def test_a_click_on_one_end_and_a_click_on_another_link_them(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.click(hands.output(one, "swatch"))
    hands.move(hands.output(one, "swatch"), hands.input(two, "picture"))
    assert hands.canvas.gesture is not None
    hands.click(hands.input(two, "picture"))
    assert hands.graph.links == (Link(one, "swatch", two, "picture"),)
    assert hands.canvas.gesture is None


def test_escape_leaves_a_clicked_link_without_a_trace(hands: Hands) -> None:
    one, two = _chain(hands)
    before = hands.session.workflow
    hands.click(hands.input(two, "picture"))
    hands.move(hands.input(two, "picture"), QPoint(500, 500))
    hands.key(Qt.Key.Key_Escape)
    hands.click(QPoint(500, 600))
    assert hands.session.workflow is before and hands.canvas.graph_scene.wires[hands.graph.links[0]].isVisible()


def test_a_stroke_with_control_and_the_right_button_cuts_what_it_crosses(hands: Hands) -> None:
    one, two = _chain(hands)
    middle = (hands.output(one, "swatch") + hands.input(two, "picture")) / 2
    hands.drag(middle - QPoint(0, 120), middle + QPoint(0, 120), RIGHT, CONTROL)
    assert not hands.graph.links
    hands.undo()
    assert len(hands.graph.links) == 1


def test_a_stroke_with_y_held_cuts_and_one_beside_wires_does_not(hands: Hands) -> None:
    one, two = _chain(hands)
    middle = (hands.output(one, "swatch") + hands.input(two, "picture")) / 2
    hands.canvas.setFocus()
    QTest.keyPress(hands.canvas, Qt.Key.Key_Y)
    hands.drag(middle + QPoint(0, 300), middle + QPoint(60, 400))
    assert len(hands.graph.links) == 1
    hands.drag(middle - QPoint(0, 80), middle + QPoint(0, 80))
    QTest.keyRelease(hands.canvas, Qt.Key.Key_Y)
    assert not hands.graph.links


def test_a_node_dropped_on_a_wire_stands_on_it_and_what_is_behind_makes_room(hands: Hands) -> None:
    one, two = _chain(hands)
    new = hands.add("fade", QPoint(400, 600))
    before = hands.place(two)
    at = hands.header(new)
    middle = (hands.output(one, "swatch") + hands.input(two, "picture")) / 2
    hands.drag(at, middle + QPoint(30, 0))
    assert set(hands.graph.links) == {Link(one, "swatch", new, "picture"), Link(new, "swatch", two, "picture")}
    assert hands.place(two)[0] - hands.place(new)[0] >= 272 and hands.place(two)[0] > before[0]
    hands.undo()
    assert hands.graph.links == (Link(one, "swatch", two, "picture"),) and hands.place(two) == before


def test_with_alt_when_it_is_let_go_a_node_stays_beside_the_wire(hands: Hands) -> None:
    one, two = _chain(hands)
    new = hands.add("fade", QPoint(400, 600))
    at, middle = hands.header(new), (hands.output(one, "swatch") + hands.input(two, "picture")) / 2
    hands.press(at)
    hands.move(at, middle)
    QTest.mouseMove(hands.view, middle + QPoint(1, 0))
    hands.canvas.gesture.move(_moved(hands, middle, ALT))
    hands.release(middle, keys=ALT)
    assert hands.graph.links == (Link(one, "swatch", two, "picture"),)


def _moved(hands: Hands, at: QPoint, keys):
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    place = QPointF(hands.view.mapToGlobal(at))
    left = Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(at), place, left, left, keys)


def test_a_shaken_node_comes_out_of_its_links_and_they_close(hands: Hands) -> None:
    one, two = _chain(hands)
    new = hands.add("fade", QPoint(400, 600))
    hands.drag(hands.header(new), (hands.output(one, "swatch") + hands.input(two, "picture")) / 2 + QPoint(30, 0))
    at = hands.header(new)
    hands.press(at)
    for x in (60, -60, 60, -60, 60, -60, 10):
        QTest.mouseMove(hands.view, at + QPoint(x, 200))
    hands.release(at + QPoint(10, 200))
    assert hands.graph.links == (Link(one, "swatch", two, "picture"),)


def test_alt_drag_pulls_a_node_out(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.drag(hands.header(two), hands.header(two) + QPoint(0, 160), keys=ALT)
    assert not hands.graph.links
    hands.undo()
    assert len(hands.graph.links) == 1


def test_alt_shift_drag_leaves_the_node_and_takes_a_copy_with_its_inputs(hands: Hands) -> None:
    one, two = _chain(hands)
    start = hands.place(two)
    hands.drag(hands.header(two), hands.header(two) + QPoint(0, 240), keys=ALT | SHIFT)
    (copy,) = hands.session.selection
    assert hands.place(two) == start and hands.place(copy) == (start[0], start[1] + 240)
    assert Link(one, "swatch", copy, "picture") in hands.graph.links


def test_control_drag_moves_all_links_of_an_output(hands: Hands) -> None:
    one, two = _chain(hands)
    other = hands.add("swatch", QPoint(120, 500))
    three = hands.add("keep", QPoint(720, 500))
    hands.drag(hands.output(one, "swatch"), hands.input(three, "picture"))
    hands.drag(hands.output(one, "swatch"), hands.output(other, "swatch"), keys=CONTROL)
    assert {link.source for link in hands.graph.links} == {other} and len(hands.graph.links) == 2


def test_control_delete_takes_a_node_away_and_closes_the_link(hands: Hands) -> None:
    one, two = _chain(hands)
    new = hands.add("fade", QPoint(400, 600))
    hands.drag(hands.header(new), (hands.output(one, "swatch") + hands.input(two, "picture")) / 2 + QPoint(30, 0))
    hands.key(Qt.Key.Key_Delete, CONTROL)
    assert new not in hands.graph.nodes and hands.graph.links == (Link(one, "swatch", two, "picture"),)


def test_tab_with_a_wire_chosen_offers_what_fits_on_it_and_puts_it_there(hands: Hands) -> None:
    one, two = _chain(hands)
    middle = (hands.output(one, "swatch") + hands.input(two, "picture")) / 2
    hands.click(middle)
    hands.key(Qt.Key.Key_Tab)
    palette = hands.window.palette
    assert [found.id for found in palette.model.types] == ["pictures/fade"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert len(hands.graph.nodes) == 3 and len(hands.graph.links) == 2
    assert all(link.source != one or link.target != two for link in hands.graph.links)


def test_a_node_added_with_tab_links_behind_the_selected_one(hands: Hands) -> None:
    one = hands.add("swatch", A)
    hands.key(Qt.Key.Key_Tab)
    hands.type(hands.window.palette.field, "fade")
    QTest.keyClick(hands.window.palette.field, Qt.Key.Key_Return)
    (link,) = hands.graph.links
    assert link.source == one and link.input == "picture"


def test_duplicate_with_inputs_links_the_copy_to_what_the_original_takes(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(two))
    hands.key(Qt.Key.Key_D, CONTROL | SHIFT)
    (copy,) = hands.session.selection
    assert Link(one, "swatch", copy, "picture") in hands.graph.links


def test_what_was_copied_is_pasted_with_its_inputs(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(two))
    hands.key(Qt.Key.Key_C, CONTROL)
    hands.key(Qt.Key.Key_V, CONTROL | SHIFT)
    (copy,) = hands.session.selection
    assert Link(one, "swatch", copy, "picture") in hands.graph.links


def test_control_and_arrows_walk_along_links_and_take_in_what_lies_before(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(two))
    hands.key(Qt.Key.Key_Left, CONTROL)
    assert hands.session.selection == {one}
    hands.key(Qt.Key.Key_Right, CONTROL)
    assert hands.session.selection == {two}
    hands.key(Qt.Key.Key_Up, CONTROL)
    assert hands.session.selection == {one, two}


def test_arrows_pan_where_nothing_is_selected(hands: Hands) -> None:
    before = hands.canvas.mapToScene(QPoint(0, 0))
    hands.key(Qt.Key.Key_Right)
    assert hands.canvas.mapToScene(QPoint(0, 0)).x() == before.x() + 64


def test_a_drag_at_the_edge_takes_the_view_along_and_rests_afterwards(hands: Hands) -> None:
    node = hands.add("swatch", A)
    before, start, at = hands.canvas.mapToScene(QPoint(0, 0)), hands.place(node), hands.header(node)
    edge = QPoint(hands.view.width() - 4, at.y())
    hands.press(at)
    hands.move(at, edge)
    hands.qtbot.waitUntil(lambda: hands.canvas.mapToScene(QPoint(0, 0)).x() > before.x() + 60, timeout=5000)
    hands.release(edge)
    assert not hands.canvas.edge.active
    assert hands.place(node)[0] > start[0] + (edge - at).x() + 40


def test_m_mutes_and_b_bypasses_on_the_canvas(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(two))
    hands.key(Qt.Key.Key_B)
    assert hands.graph.nodes[two].state == "bypassed"
    hands.key(Qt.Key.Key_M)
    assert hands.graph.nodes[two].state == "muted"


def test_one_keeps_a_node_in_the_viewer_and_lets_it_go_again(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(one))
    hands.key(Qt.Key.Key_1)
    hands.click(hands.header(two))
    assert hands.session.watched == one
    hands.click(hands.header(one), CONTROL | SHIFT)
    assert hands.session.watched == ""


def test_a_wire_at_the_pointer_goes_with_the_node_that_it_comes_from(hands: Hands) -> None:
    one = hands.add("swatch", QPoint(120, 160))
    hands.click(hands.output(one, "swatch"))
    assert hands.canvas.gesture is not None
    hands.session.delete({one})
    assert hands.canvas.gesture is None
    hands.move(QPoint(300, 300), QPoint(400, 400))
    hands.undo()
    assert set(hands.canvas.graph_scene.nodes) == {one} and not hands.canvas.graph_scene.wires
