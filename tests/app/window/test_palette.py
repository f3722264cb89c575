"""Finding a node type by a few letters."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.linking import LooseEnd
from app.palette.search import found
from graph_engine import Catalogue
from tests.app.window.hands import Hands


def _names(toys: Catalogue, query: str, loose: LooseEnd | None = None) -> list[str]:
    return [node_type.id for node_type in found(toys.values(), query, loose)]


def test_the_start_of_a_title_comes_first(toys: Catalogue) -> None:
    assert _names(toys, "sw")[0] == "pictures/swatch"
    assert _names(toys, "slow")[0] == "numbers/count_slowly"


def test_initials_and_a_mistyped_letter_find_a_node(toys: Catalogue) -> None:
    assert _names(toys, "cs")[0] == "numbers/count_slowly"
    assert _names(toys, "swacth")[0] == "pictures/swatch"


def test_nonsense_finds_nothing(toys: Catalogue) -> None:
    assert _names(toys, "qqqqzzzz") == []


def test_a_loose_input_is_offered_what_gives_its_type(toys: Catalogue) -> None:
    assert _names(toys, "", LooseEnd("1", "picture", False, ("Swatch",))) == ["pictures/fade", "pictures/swatch"]


def test_tab_opens_the_palette_and_keys_alone_add_a_node(hands: Hands) -> None:
    hands.key(Qt.Key.Key_Tab)
    palette = hands.window.palette
    assert palette.isVisible() and palette.field.hasFocus()
    first = palette.model.types[0].id
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    (node,) = hands.graph.nodes.values()
    assert node.type == first
    assert hands.canvas.hasFocus()


def test_a_press_elsewhere_closes_the_palette(hands: Hands) -> None:
    hands.double_click(QPoint(200, 200))
    assert hands.window.palette.isVisible()
    hands.click(QPoint(900, 700))
    assert not hands.window.palette.isVisible() and not hands.graph.nodes


def test_a_row_shows_title_section_and_summary(hands: Hands) -> None:
    hands.double_click(QPoint(200, 200))
    palette = hands.window.palette
    hands.type(palette.field, "swatch")
    assert palette.list.isVisible() and palette.model.types[0].summary == "Make a square of one color."
    row = palette.list.visualRect(palette.model.index(0))
    image = palette.list.viewport().grab(row).toImage()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(image.height())}
    assert len(colors) > 20
