"""Align, distribute, straighten, tidy and snap, through keys and menus."""

from PySide6.QtCore import QPoint, Qt

from graph_engine import Graph, Link, Node, Workflow
from tests.app.window.hands import Hands

A, B, C = QPoint(120, 160), QPoint(460, 240), QPoint(800, 420)


def _three(hands: Hands) -> list[str]:
    made = [hands.add(word, at) for word, at in (("swatch", A), ("fade", B), ("keep", C))]
    hands.session.select_all()
    return made


def _do(hands: Hands, name: str) -> None:
    hands.window.commands.by_name[name].trigger()


def test_tops_are_aligned_as_one_edit(hands: Hands) -> None:
    nodes = _three(hands)
    before = dict(hands.session.workflow.layout)
    _do(hands, "align_top")
    assert {hands.place(node)[1] for node in nodes} == {min(y for _, y in before.values())}
    hands.undo()
    assert dict(hands.session.workflow.layout) == before


def test_right_edges_are_aligned(hands: Hands) -> None:
    nodes = _three(hands)
    _do(hands, "align_right")
    assert len({hands.place(node)[0] for node in nodes}) == 1


def test_gaps_become_equal_and_the_outermost_stay(hands: Hands) -> None:
    one, two, three = _three(hands)
    hands.session.move_nodes({two: (hands.place(one)[0] + 220, 300)})
    ends = hands.place(one)[0], hands.place(three)[0]
    _do(hands, "distribute_across")
    first, middle, last = (hands.place(node)[0] for node in (one, two, three))
    assert (first, last) == ends and abs((middle - first) - (last - middle)) < 1e-6


def test_q_makes_a_wire_straight(hands: Hands) -> None:
    one, two, _ = _three(hands)
    hands.session.link(Link(one, "swatch", two, "picture"))
    hands.key(Qt.Key.Key_Q)
    assert hands.output(one, "swatch").y() == hands.input(two, "picture").y()


def test_l_lays_out_in_columns_without_overlaps_and_undo_brings_back(hands: Hands) -> None:
    nodes = {str(number): Node("pictures/fade") for number in range(1, 13)}
    links = [Link(str(number // 2), "fade", str(number), "picture") for number in range(2, 13)]
    layout = dict.fromkeys(nodes, (0.0, 0.0))
    hands.session.document.apply("Lay over one another", Workflow(Graph(nodes, links), layout))
    hands.key(Qt.Key.Key_L)
    boxes = hands.canvas.boxes()
    for link in links:
        assert boxes[link.source].right < boxes[link.target].x
    for one, first in boxes.items():
        for two, second in boxes.items():
            apart = first.right <= second.x or second.right <= first.x or first.bottom <= second.y or second.bottom <= first.y
            assert one == two or apart
    hands.undo()
    assert dict(hands.session.workflow.layout) == layout


def test_a_dragged_node_snaps_to_the_edge_of_another_and_control_lets_it_free(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", QPoint(500, 500))
    hands.session.move_nodes({one: (3.0, 5.0)})
    way = QPoint(round(3 - hands.place(two)[0]) + 4, -60)
    hands.drag(hands.header(two), hands.header(two) + way)
    assert hands.place(two)[0] == 3.0


def test_a_dragged_node_snaps_where_its_wire_runs_straight(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", QPoint(500, 300))
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    hands.session.move_nodes({one: (0.0, 3.0)})
    up = hands.output(one, "swatch").y() - hands.input(two, "picture").y()
    hands.drag(hands.header(two), hands.header(two) + QPoint(100, up + 3))
    assert hands.output(one, "swatch").y() == hands.input(two, "picture").y()
