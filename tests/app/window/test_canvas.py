"""Pan, zoom, selection and moving, as hands do them."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.app.window.hands import MIDDLE, Hands

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
A, B = QPoint(200, 200), QPoint(600, 400)


def test_the_middle_button_pans_by_what_the_hand_moves(hands: Hands) -> None:
    before = hands.canvas.mapToScene(QPoint(0, 0))
    hands.drag(QPoint(300, 300), QPoint(375, 350), MIDDLE)
    assert hands.canvas.mapToScene(QPoint(0, 0)) == before - QPointF(75, 50)


def test_what_an_empty_canvas_says_stays_in_its_middle(hands: Hands) -> None:
    hands.drag(QPoint(300, 300), QPoint(360, 330), MIDDLE)
    page = hands.canvas.start_page
    assert (page.geometry().center() - hands.canvas.rect().center()).manhattanLength() <= 2


def test_space_and_the_left_button_pan(hands: Hands) -> None:
    before = hands.canvas.mapToScene(QPoint(0, 0))
    hands.canvas.setFocus()
    hands.qtbot.keyPress(hands.canvas, Qt.Key.Key_Space)
    hands.drag(QPoint(300, 300), QPoint(280, 310))
    hands.qtbot.keyRelease(hands.canvas, Qt.Key.Key_Space)
    assert hands.canvas.mapToScene(QPoint(0, 0)) == before + QPointF(20, -10)


def test_the_wheel_zooms_at_the_pointer(hands: Hands) -> None:
    at = QPoint(420, 310)
    under = hands.canvas.mapToScene(at)
    hands.wheel(at, 5)
    assert abs(hands.canvas.zoom - 1.06**5) < 1e-6
    moved = hands.canvas.mapToScene(at) - under
    assert moved.manhattanLength() <= 2.0


def test_zoom_stays_within_10_and_300_percent(hands: Hands) -> None:
    hands.wheel(QPoint(400, 300), 60)
    assert hands.canvas.zoom == 3.0
    hands.wheel(QPoint(400, 300), -120)
    assert hands.canvas.zoom == 0.1


def test_f_frames_the_selection_and_home_everything(hands: Hands) -> None:
    near, far = hands.add("swatch", A), hands.add("fade", B)
    hands.session.move_nodes({far: (3000.0, 2000.0)})
    hands.key(Qt.Key.Key_Home)
    assert hands.canvas.zoom < 0.5
    seen = hands.view.rect()
    assert seen.contains(hands.header(near)) and seen.contains(hands.header(far))
    hands.click(hands.header(near))
    hands.key(Qt.Key.Key_F)
    assert hands.canvas.zoom == 1.0
    assert not seen.contains(hands.header(far))


def test_a_box_selects_shift_adds_and_control_toggles(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(QPoint(150, 140), QPoint(420, 330))
    assert hands.session.selection == {one}
    hands.drag(QPoint(560, 340), QPoint(700, 460), keys=SHIFT)
    assert hands.session.selection == {one, two}
    hands.drag(QPoint(150, 140), QPoint(420, 330), keys=CONTROL)
    assert hands.session.selection == {two}
    hands.click(QPoint(40, 700))
    assert not hands.session.selection


def test_a_drag_moves_the_selection_on_the_grid_as_one_edit(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    start, other = hands.place(one), hands.place(two)
    hands.session.select_all()
    hands.drag(hands.header(one), hands.header(one) + QPoint(101, 51))
    assert hands.place(one) == (start[0] + 104, start[1] + 48)
    assert hands.place(two) == (other[0] + 104, other[1] + 48)
    hands.undo()
    assert (hands.place(one), hands.place(two)) == (start, other)


def test_escape_breaks_a_drag_off_without_a_trace(hands: Hands) -> None:
    node = hands.add("swatch", A)
    place, label = hands.place(node), hands.session.document.undo_label
    at = hands.header(node)
    hands.press(at)
    hands.move(at, at + QPoint(80, 80))
    hands.key(Qt.Key.Key_Escape)
    hands.release(at + QPoint(80, 80))
    item = hands.canvas.graph_scene.nodes[node]
    assert (item.x(), item.y()) == place == hands.place(node)
    assert hands.session.document.undo_label == label


def test_nodes_can_be_dragged_in_the_overview(hands: Hands) -> None:
    node = hands.add("swatch", A)
    hands.canvas.zoom_by(0.2, QPointF(A))
    start, at = hands.place(node), hands.header(node)
    hands.drag(at, at + QPoint(40, 0))
    assert hands.place(node) == (start[0] + 200, start[1])


def test_delete_takes_the_links_along_and_undo_brings_them_back(hands: Hands) -> None:
    one, two = hands.add("swatch", A), hands.add("fade", B)
    hands.drag(hands.output(one, "swatch"), hands.input(two, "picture"))
    before = hands.session.workflow
    hands.click(hands.header(one))
    hands.key(Qt.Key.Key_Delete)
    assert set(hands.graph.nodes) == {two} and not hands.graph.links
    hands.undo()
    assert hands.session.workflow == before


def test_the_arrow_keys_nudge(hands: Hands) -> None:
    node = hands.add("swatch", A)
    x, y = hands.place(node)
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Down, SHIFT)
    assert hands.place(node) == (x + 8, y + 40)
    hands.undo()
    assert hands.place(node) == (x, y)


def test_two_fingers_pan_and_a_pinch_zooms(hands: Hands) -> None:
    before = hands.canvas.mapToScene(QPoint(0, 0))
    at = QPointF(400, 300)
    scroll = QWheelEvent(
        at, QPointF(hands.view.mapToGlobal(at)), QPoint(-30, 20), QPoint(-30, 20),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.ScrollUpdate, False,
    )  # fmt: skip
    QApplication.sendEvent(hands.view, scroll)
    assert hands.canvas.mapToScene(QPoint(0, 0)) == before + QPointF(30, -20)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, at, at, at, 0.25, QPointF()
    )  # fmt: skip
    QApplication.sendEvent(hands.view, pinch)
    assert hands.canvas.zoom == 1.25
