"""Looking at pictures: channels, colors, and two pictures compared."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.preview.looks import channel_of, difference
from app.preview.picture_view import PictureView
from app.theme.tokens import DARK
from app.window import Window
from tests.app.window.hands import Hands

A = QPoint(120, 160)
PATIENCE = 20_000


def _plain(color: str, width: int = 20, height: int = 20) -> QImage:
    """``color`` as Qt writes it: ``#aarrggbb``."""
    image = QImage(width, height, QImage.Format.Format_RGBA8888)
    image.fill(QColor(color))
    return image


@pytest.fixture
def view(qtbot: QtBot) -> PictureView:
    made = PictureView(DARK)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def _color_at(view: PictureView, x: int, y: int = 150) -> str:
    return view.grab().toImage().pixelColor(x, y).name()


@pytest.mark.parametrize(("channel", "seen"), [("red", 0x10), ("green", 0x80), ("blue", 0xF0), ("alpha", 0x40)])
def test_a_channel_is_shown_as_gray(channel: str, seen: int) -> None:
    assert channel_of(_plain("#401080f0"), channel).pixelColor(3, 3).getRgb() == (seen, seen, seen, 255)


def test_color_without_alpha_shows_what_transparency_hides() -> None:
    shown = channel_of(_plain("#001080f0"), "color")
    assert shown.pixelColor(3, 3).name() == "#1080f0" and not shown.hasAlphaChannel()


def test_equal_pictures_differ_nowhere_and_small_differences_are_seen() -> None:
    assert difference(_plain("#ff808080"), _plain("#ff808080", 40, 40)).pixelColor(9, 9).name() == "#000000"
    assert difference(_plain("#ff808080"), _plain("#ff888080")).pixelColor(9, 9).name() == "#200000"


def test_the_divider_shows_the_other_picture_left_and_follows_the_hand(view: PictureView) -> None:
    view.show_image(_plain("#ff0000ff"))
    view.compare_with(_plain("#ffff0000", 40, 40))
    assert (_color_at(view, 150), _color_at(view, 250)) == ("#ff0000", "#0000ff")
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    QTest.mouseMove(view, QPoint(280, 150))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(280, 150))
    assert view.divider == pytest.approx(0.7) and _color_at(view, 250) == "#ff0000"


def test_side_by_side_each_picture_has_a_half_and_they_zoom_together(view: PictureView) -> None:
    view.show_comparison("side by side")
    view.show_image(_plain("#ff0000ff"))
    view.compare_with(_plain("#ffff0000"))
    assert (_color_at(view, 100), _color_at(view, 300)) == ("#ff0000", "#0000ff")
    QTest.mouseMove(view, QPoint(300, 150))
    assert view.pixel == (QPoint(10, 10), QColor("#0000ff"))
    QTest.mouseMove(view, QPoint(100, 150))
    assert view.pixel == (QPoint(10, 10), QColor("#ff0000"))


def test_a_click_of_the_picker_copies_the_color(window: Window) -> None:
    viewer = window.viewer
    viewer.view.show_image(_plain("#ff336699"))
    viewer.picker.click()
    QTest.mouseClick(viewer.view, Qt.MouseButton.LeftButton, pos=viewer.view.rect().center())
    assert QGuiApplication.clipboard().text() == "#336699"
    assert not viewer.view.picking and window.notice.isVisible()


def test_a_kept_picture_is_compared_with_what_comes(working: Window, hands: Hands) -> None:
    node = hands.add("swatch", A)
    parameter = hands.session.type_of(node).parameter("color")
    for color in ("#ff0000ff", "#00ff00ff"):
        hands.session.set_parameter(node, parameter, color)
        hands.session.running.run()
        hands.qtbot.waitUntil(lambda: not hands.session.runs.running, timeout=PATIENCE)
        if color == "#ff0000ff":
            working.viewer.keep()
    view = working.viewer.view
    middle = view.rect().center()
    assert _color_at(view, middle.x() - 20, middle.y()) == "#ff0000"
    assert _color_at(view, middle.x() + 20, middle.y()) == "#00ff00"
    working.viewer.end_comparison()
    assert _color_at(view, middle.x() - 20, middle.y()) == "#00ff00"
