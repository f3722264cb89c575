"""Frames, notes, dots, folds, colors and kept views, as hands make them."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.document import Document
from graph_engine import read, write
from tests.app.window.hands import Hands

RIGHT = Qt.MouseButton.RightButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
A, C = QPoint(160, 240), QPoint(720, 240)


def _chain(hands: Hands) -> tuple[str, str]:
    one, two = hands.add("swatch", A), hands.add("fade", C)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    return one, two


def _middle(hands: Hands, one: str, two: str) -> QPoint:
    return (hands.output(one, "swatch") + hands.input(two, "picture")) / 2


def test_c_puts_a_frame_around_the_selection_and_its_title_is_typed(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.session.select_all()
    hands.key(Qt.Key.Key_C)
    hands.type(hands.canvas.words, "Base picture")
    QTest.keyClick(hands.canvas.words, Qt.Key.Key_Return)
    (frame,) = hands.session.board.here.frames.values()
    assert frame.title == "Base picture"
    area = hands.canvas.graph_scene.board.frames[next(iter(hands.session.board.here.frames))].body
    assert all(area.contains(hands.canvas.graph_scene.nodes[node].body) for node in (one, two))


def test_a_frame_takes_along_what_lies_in_it(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(one))
    hands.key(Qt.Key.Key_C)
    QTest.keyClick(hands.canvas.words, Qt.Key.Key_Escape)
    start, other = hands.place(one), hands.place(two)
    (frame,) = hands.canvas.graph_scene.board.frames.values()
    head = hands.canvas.mapFromScene(frame.body.topLeft()) + QPoint(80, 18)
    hands.drag(head, head + QPoint(0, 160))
    assert hands.place(one)[1] > start[1] + 120 and hands.place(two) == other
    hands.undo()
    assert hands.place(one) == start


def test_the_edge_of_a_frame_resizes_it(hands: Hands) -> None:
    one, _ = _chain(hands)
    hands.click(hands.header(one))
    hands.key(Qt.Key.Key_C)
    QTest.keyClick(hands.canvas.words, Qt.Key.Key_Escape)
    (item,) = hands.canvas.graph_scene.board.frames.values()
    width = item.frame.size[0]
    edge = hands.canvas.mapFromScene(item.body.right() - 2, item.body.center().y())
    hands.drag(edge, edge + QPoint(80, 0))
    assert abs(item.frame.size[0] - width - 80) <= 8


def test_a_note_is_written_shown_as_markdown_and_undone(hands: Hands) -> None:
    hands.key(Qt.Key.Key_N)
    hands.type(hands.canvas.words, "## Head")
    QTest.keyClick(hands.canvas.words, Qt.Key.Key_Return)
    hands.type(hands.canvas.words, "and **more**")
    QTest.keyClick(hands.canvas.words, Qt.Key.Key_Return, CONTROL)
    (item,) = hands.canvas.graph_scene.board.notes.values()
    assert item.note.text == "## Head\nand **more**"
    assert item.words.toPlainText() == "Head\nand more"
    hands.undo()
    assert next(iter(hands.session.board.here.notes.values())).text == ""


def test_a_note_does_not_read_files_that_it_names(hands: Hands, tmp_path) -> None:
    from PIL import Image

    Image.new("RGB", (300, 300)).save(tmp_path / "large.png")
    plain = hands.session.board.add_note((0.0, 0.0), "x")
    named = hands.session.board.add_note((0.0, 0.0), f"![x]({tmp_path / 'large.png'})")
    notes = hands.canvas.graph_scene.board.notes
    assert notes[named].words.size().height() < notes[plain].words.size().height() + 60


def test_a_double_click_on_a_wire_puts_a_dot_there_and_it_drags_the_wire(hands: Hands) -> None:
    one, two = _chain(hands)
    middle = _middle(hands, one, two)
    hands.double_click(middle)
    (dot,) = hands.session.board.here.dots
    hands.drag(middle, middle + QPoint(0, 160))
    wire = hands.canvas.graph_scene.wires[hands.graph.links[0]]
    assert wire.path().boundingRect().height() > 100
    hands.key(Qt.Key.Key_Delete)
    assert not hands.session.board.here.dots and len(hands.graph.links) == 1


def test_a_stroke_with_shift_and_the_right_button_bundles_wires_of_one_output(hands: Hands) -> None:
    one, two = _chain(hands)
    three = hands.add("keep", QPoint(720, 560))
    hands.drag(hands.output(one, "swatch"), hands.input(three, "picture"))
    start = hands.output(one, "swatch") + QPoint(60, 0)
    hands.drag(start - QPoint(0, 100), start + QPoint(0, 300), RIGHT, SHIFT)
    assert len(hands.session.board.here.dots) == 1 and len(hands.session.board.here.routes) == 2


def test_dots_do_not_change_what_runs(hands: Hands) -> None:
    one, two = _chain(hands)
    before = hands.session.flat
    hands.double_click(_middle(hands, one, two))
    assert hands.session.flat == before


def test_a_dot_goes_with_the_link_and_comes_back_with_undo(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.double_click(_middle(hands, one, two))
    hands.click(hands.header(two))
    hands.key(Qt.Key.Key_Delete)
    assert not hands.session.board.here.dots
    hands.undo()
    assert len(hands.session.board.here.dots) == 1


def test_h_folds_a_node_to_its_title_and_unfolds_it(hands: Hands) -> None:
    one, two = _chain(hands)
    item = hands.canvas.graph_scene.nodes[two]
    high = item.body.height()
    hands.click(hands.header(two))
    hands.key(Qt.Key.Key_H)
    assert item.body.height() == 28 and hands.input(two, "picture").y() == hands.header(two).y()
    hands.key(Qt.Key.Key_H)
    assert item.body.height() == high


def test_control_h_hides_what_is_neither_linked_nor_set(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(two))
    hands.key(Qt.Key.Key_H, CONTROL)
    item = hands.canvas.graph_scene.nodes[two]
    assert not item.geometry.rows and {port.name for port in item.geometry.ports} == {"picture"}


def test_a_color_is_chosen_for_nodes_and_kept_in_the_file(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.click(hands.header(one))
    hands.window.commands["color_green"].trigger()
    item = hands.canvas.graph_scene.nodes[one]
    assert item.face.header.color() != hands.canvas.graph_scene.nodes[two].face.header.color()
    again = read(write(hands.session.document.workflow))
    assert again.board.colors == {one: "#67b878"}


def test_what_is_framed_is_copied_into_another_document(hands: Hands) -> None:
    one, two = _chain(hands)
    hands.double_click(_middle(hands, one, two))
    hands.session.board.add_note((0.0, 0.0), "copied")
    hands.session.select_all()
    hands.key(Qt.Key.Key_C, CONTROL)
    hands.session.show_document(Document())
    hands.key(Qt.Key.Key_V, CONTROL)
    board = hands.session.board.here
    assert len(board.dots) == 1 and len(board.routes) == 1 and [note.text for note in board.notes.values()] == ["copied"]


def test_a_view_is_kept_with_control_and_found_with_shift(hands: Hands) -> None:
    _chain(hands)
    hands.wheel(QPoint(300, 300), 4)
    kept = hands.canvas.view_kept
    hands.key(Qt.Key.Key_3, CONTROL)
    hands.key(Qt.Key.Key_Home)
    hands.key(Qt.Key.Key_3, SHIFT)
    assert hands.canvas.view_kept[2] == kept[2]
    assert abs(hands.canvas.view_kept[0] - kept[0]) < 2
