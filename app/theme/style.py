"""The theme put on the application: Fusion below, our palette and one style sheet above."""

from __future__ import annotations

import string
from dataclasses import asdict

from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from app.theme.files import ASSETS
from app.theme.fonts import font
from app.theme.tokens import Theme


def apply_theme(application: QApplication, theme: Theme) -> None:
    application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    application.setFont(font())
    application.setStyleSheet(style_sheet(theme))
    application.setWindowIcon(QIcon(str(ASSETS / "theme" / "tessera.svg")))


def style_sheet(theme: Theme) -> str:
    """The template with the theme's colors in it; a color that does not exist is an error."""
    template = (ASSETS / "theme" / "style.qss").read_text("utf-8")
    colors = {name: value for name, value in asdict(theme).items() if isinstance(value, str)}
    return string.Template(template).substitute(colors, icons=(ASSETS / "icons").as_posix())


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for names, color in (
        ((role.Window, role.Button, role.Mid, role.Midlight), theme.panel),
        ((role.Base, role.Dark, role.Shadow), theme.field),
        ((role.AlternateBase, role.ToolTipBase, role.Light), theme.raised),
        ((role.Text, role.WindowText, role.ButtonText, role.ToolTipText, role.BrightText), theme.text),
        ((role.PlaceholderText,), theme.faint),
        ((role.Highlight,), theme.accent_dim),
        ((role.HighlightedText,), theme.text),
        ((role.Link, role.LinkVisited, role.Accent), theme.accent),
    ):
        for name in names:
            palette.setColor(name, QColor(color))
    for name in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.faint))
    return palette
