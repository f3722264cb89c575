"""Colors, type and icons."""

from xml.etree import ElementTree

from PySide6.QtGui import QColor, QFontInfo

from app.actions import ROWS
from app.theme.colors import from_hex, to_hex
from app.theme.files import ASSETS
from app.theme.fonts import FAMILY, font
from app.theme.icons import pixmap
from app.theme.style import style_sheet
from app.theme.tokens import DARK


def test_the_style_sheet_names_only_colors_that_exist() -> None:
    assert "$" not in style_sheet(DARK)


def test_the_shipped_font_is_used(qapp) -> None:  # type: ignore[no-untyped-def]
    assert QFontInfo(font()).family() == FAMILY
    assert (ASSETS / "fonts" / "Inter.LICENSE.txt").exists()


def test_every_icon_is_drawn_in_the_color_asked_for(qapp) -> None:  # type: ignore[no-untyped-def]
    for path in (ASSETS / "icons").glob("*.svg"):
        ElementTree.parse(path)
        image = pixmap(path.stem, "#ff0000", 32).toImage()
        colors = {image.pixelColor(x, y).name() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255}
        assert len(colors) == 1 and (colors == {"#ff0000"} or path.stem.endswith("_muted")), path.stem


def test_every_action_has_an_icon_that_exists_and_keys_of_its_own() -> None:
    keys = [key for row in ROWS for key in row.keys]
    assert len(keys) == len(set(keys))
    assert all((ASSETS / "icons" / f"{row.icon}.svg").exists() for row in ROWS if row.icon)


def test_a_type_that_nobody_named_keeps_its_color() -> None:
    assert DARK.type_color("Dream") == DARK.type_color("Dream") != DARK.type_color("Sleep")
    assert QColor.isValidColorName(DARK.type_color("Dream"))


def test_colors_are_written_with_their_alpha_last() -> None:
    assert from_hex("#10203040").getRgb() == (16, 32, 48, 64)
    assert to_hex(from_hex("#10203040")) == "#10203040" and to_hex(QColor("#102030")) == "#102030"
    assert from_hex("no color").alpha() == 0
