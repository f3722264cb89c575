"""Finding nodes by words, and the map in the corner."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph_engine import Graph, Node, Workflow
from tests.app.window.hands import Hands

CONTROL = Qt.KeyboardModifier.ControlModifier
A, B = QPoint(200, 200), QPoint(600, 400)


def _many(hands: Hands, count: int) -> None:
    nodes = {str(number): Node("pictures/swatch", title=f"Box {number}") for number in range(1, count + 1)}
    places = {key: (int(key) % 10 * 300.0, int(key) // 10 * 300.0) for key in nodes}
    hands.session.document.apply("Many", Workflow(Graph(nodes), places))


def test_control_f_finds_a_node_by_its_title_and_brings_it_into_sight(hands: Hands) -> None:
    hands.add("swatch", A)
    far = hands.add("fade", B)
    hands.session.rename(far, "Sunset")
    hands.session.move_nodes({far: (9000.0, 4000.0)})
    hands.key(Qt.Key.Key_F, CONTROL)
    hands.type(hands.canvas.finder.field, "suns")
    assert hands.session.selection == {far} and hands.view.rect().contains(hands.header(far))
    QTest.keyClick(hands.canvas.finder.field, Qt.Key.Key_Return)
    assert not hands.canvas.finder.isVisible() and hands.canvas.hasFocus()


def test_a_slash_opens_the_finder_and_down_walks_through_hits(hands: Hands) -> None:
    _many(hands, 5)
    hands.key(Qt.Key.Key_Slash)
    hands.type(hands.canvas.finder.field, "box")
    first = hands.session.selection
    QTest.keyClick(hands.canvas.finder.field, Qt.Key.Key_Down)
    assert len(hands.canvas.finder.hits) == 5 and hands.session.selection != first


def test_what_is_typed_in_a_node_and_written_in_a_note_is_found(hands: Hands) -> None:
    node = hands.add("caption", A)
    known = hands.session.type_of(node)
    hands.session.set_parameter(node, known.parameter("text"), "a heron at dawn")
    note = hands.session.board.add_note((0.0, 400.0), "Try *heron* twice")
    hands.key(Qt.Key.Key_F, CONTROL)
    hands.type(hands.canvas.finder.field, "heron")
    assert {hit.identity for hit in hands.canvas.finder.hits} == {node, note}


def test_a_node_inside_a_group_is_found_and_shown_there(hands: Hands) -> None:
    node = hands.add("swatch", A)
    hands.session.rename(node, "Deep")
    hands.session.select({node})
    hands.session.groups.group()
    hands.key(Qt.Key.Key_F, CONTROL)
    hands.type(hands.canvas.finder.field, "deep")
    assert len(hands.session.document.way) == 1 and hands.session.title(hands.session.selected_node) == "Deep"


def test_the_map_is_there_above_forty_nodes_and_o_hides_it(hands: Hands) -> None:
    _many(hands, 30)
    assert not hands.canvas.minimap.isVisible()
    _many(hands, 60)
    assert hands.canvas.minimap.isVisible()
    hands.key(Qt.Key.Key_O)
    assert not hands.canvas.minimap.isVisible()


def test_a_press_on_the_map_goes_there(hands: Hands) -> None:
    _many(hands, 60)
    hands.canvas.zoom_to_actual()
    hands.canvas.grab()
    minimap = hands.canvas.minimap
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 20))
    left = hands.canvas.mapToScene(QPoint(0, 0)).x()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(180, 110))
    assert hands.canvas.mapToScene(QPoint(0, 0)).x() > left + 1000
