"""Themes, scale and keys that a person chooses."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from app.choices import Choices, theme_of
from app.preferences import Preferences, read_preferences, write_preferences
from app.shortcuts import ShortcutsDialog
from app.theme.style import style_sheet
from app.theme.tokens import THEMES, Theme
from app.window import Window
from tests.app.window.hands import Hands
from tests.app.window.likeness import likeness, to_pillow

CONTROL = Qt.KeyboardModifier.ControlModifier


def _contrast(one: str, other: str) -> float:
    """As WCAG 2.1 has it, from 1 to 21."""
    light, dark = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_words_can_be_read_on_every_surface_of_every_theme(theme: Theme) -> None:
    text, muted, rest = (12.0, 12.0, 7.0) if theme.name == "high contrast" else (10.0, 4.5, 3.0)
    for ground in (theme.ground, theme.panel, theme.raised, theme.field):
        assert _contrast(theme.text, ground) >= text
        assert _contrast(theme.muted, ground) >= muted
        assert min(_contrast(color, ground) for color in (theme.accent, theme.good, theme.warning, theme.bad)) >= rest
    assert _contrast(theme.on_accent, theme.accent) >= 4.5
    assert "$" not in style_sheet(theme)


def test_every_theme_colors_every_type() -> None:
    assert len({frozenset(theme.types) for theme in THEMES.values()}) == 1


def test_choices_are_kept_and_damaged_ones_are_none(tmp_path: Path) -> None:
    chosen = Preferences("light", 1.5, {"run": ("F5",)})
    assert write_preferences(tmp_path, chosen) == ""
    assert read_preferences(tmp_path) == chosen
    (tmp_path / "preferences.json").write_text('{"theme": 7}')
    assert read_preferences(tmp_path) == Preferences()
    assert theme_of(Preferences("no such theme")).name == "dark"


def test_a_chosen_theme_is_kept_and_put_on_at_once(window: Window, hands: Hands, tmp_path: Path) -> None:
    window.choices = Choices(window, window.session, window.commands.by_name, tmp_path)
    hands.add("swatch", QPoint(300, 300))
    dark = window.grab().toImage()
    window.commands["theme_light"].trigger()
    light = window.grab().toImage()
    assert read_preferences(tmp_path).theme == "light"
    places = ((700, 700), (1300, 700), (600, 30))
    assert all(_luminance(light.pixelColor(*at)) > 0.5 > _luminance(dark.pixelColor(*at)) for at in places)
    window.commands["theme_dark"].trigger()
    assert likeness(to_pillow(window.grab().toImage()), to_pillow(dark)).same


def test_choices_that_cannot_be_kept_are_told(window: Window, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    window.choices = Choices(window, window.session, window.commands.by_name, tmp_path / "file")
    window.commands["scale_150%"].trigger()
    assert "must be writable" in window.notice.text.text()


def test_new_keys_work_at_once_and_the_old_ones_no_longer(window: Window, hands: Hands) -> None:
    window.choices.take_shortcuts({"simple_view": ("F7",)})
    QTest.keyClick(window, Qt.Key.Key_E, CONTROL)
    assert not window.simple_view.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F7)
    assert window.simple_view.isVisible()


def test_keys_of_two_actions_are_refused_with_both_names(window: Window) -> None:
    dialog = ShortcutsDialog({}, window)
    assert dialog.chosen() == {}
    dialog.fields["help"].setKeySequence(QKeySequence("Ctrl+S"))
    assert "“Save”" in dialog.told.text() and "“Help" in dialog.told.text()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    dialog.fields["help"].setKeySequence(QKeySequence("F9"))
    assert dialog.chosen() == {"help": ("F9",)}
    dialog.reset.click()
    assert dialog.chosen() == {}
