"""The tour goes on as the hand does what it speaks of."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.tour import STOPS
from app.window import Window
from tests.app.window.hands import Hands

PATIENCE = 20_000


def test_every_stop_that_waits_is_led_on_by_what_it_asks_for(working: Window, hands: Hands) -> None:
    tour = working.tour
    tour.begin()
    assert tour.number == 0 and tour.note.isVisible()
    node = hands.add("swatch", QPoint(200, 200))
    assert tour.number == 1
    QTest.mouseClick(tour.note.next, Qt.MouseButton.LeftButton)
    hands.session.set_parameter(node, hands.session.type_of(node).parameter("side"), 8)
    assert tour.number == 3
    hands.session.running.run()
    hands.qtbot.waitUntil(lambda: tour.number == 4, timeout=PATIENCE)
    tour.lead_on()
    hands.add("swatch", QPoint(500, 200))
    assert tour.number == len(STOPS) - 1 and tour.note.next.text() == "Done"
    QTest.mouseClick(tour.note.next, Qt.MouseButton.LeftButton)
    assert not tour.is_on and not tour.note.isVisible()


def test_it_ends_at_any_stop_and_takes_no_click_from_the_canvas(window: Window, hands: Hands) -> None:
    window.commands["tour"].trigger()
    window.tour.lead_on()
    assert window.childAt(hands.view.mapTo(window, QPoint(5, 400))) is not window.tour.ring
    window.tour.note.end.click()
    assert not window.tour.is_on


def test_the_note_lies_within_the_window_at_every_stop(window: Window) -> None:
    window.tour.begin()
    for _ in STOPS[:-1]:
        assert window.rect().contains(window.tour.note.geometry()), STOPS[window.tour.number].text
        window.tour.lead_on()
