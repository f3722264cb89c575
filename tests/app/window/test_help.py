"""F1: help on what the pointer is over."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.help_page import inline
from app.window import Window
from tests.app.window.hands import Hands

A = QPoint(120, 160)


def _point_at(widget: QWidget, at: QPoint) -> None:
    QCursor.setPos(widget.mapToGlobal(at))


def test_over_a_node_its_page_opens_with_all_that_it_takes_and_gives(window: Window, hands: Hands) -> None:
    node = hands.add("fade", A)
    _point_at(hands.view, hands.header(node))
    QTest.keyClick(window, Qt.Key.Key_F1)
    page = window.docks.help.panel.page.toPlainText()
    assert "Fade a picture to a seeded shade in steps" in page
    assert all(name in page for name in ("Picture", "Steps", "Seed", "4 by default", "where it starts."))


def test_titles_and_names_in_help_are_set_apart() -> None:
    assert inline("Goes to *Encode prompt* as `positive`, 2 * 3 * 4 < 5") == (
        'Goes to <i>Encode prompt</i> as <span style="font-weight:600">positive</span>, 2 * 3 * 4 &lt; 5'
    )


def test_over_a_parameter_it_stands_out(window: Window, hands: Hands) -> None:
    node = hands.add("fade", A)
    item = hands.canvas.graph_scene.nodes[node]
    row = next(row for row in item.geometry.rows if row.parameter.name == "steps")
    _point_at(hands.view, hands.canvas.mapFromScene(item.pos() + QPointF(row.field.center())))
    window.show_help()
    assert f"color:{window.theme.accent}" in window.docks.help.panel.page.toHtml().replace(" ", "")


def test_in_the_inspector_too(window: Window, hands: Hands) -> None:
    hands.add("fade", A)
    row = window.inspector.form.row("steps")
    _point_at(row, QPoint(8, 8))
    window.show_help()
    assert "Fade" in window.docks.help.panel.page.toPlainText()


def test_elsewhere_it_lists_every_action_with_its_keys(window: Window, hands: Hands) -> None:
    _point_at(window, QPoint(500, 2))
    window.show_help()
    page = window.docks.help.panel.page.toPlainText()
    assert "Keys and actions" in page and "Ctrl+Return" in page and "Save as" in page
