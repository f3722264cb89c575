"""Another theme while the window is open: what was handed out as the theme becomes it, and icons are drawn again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton

from app.theme.icons import redrawn
from app.theme.tokens import Theme


def own(theme: Theme) -> Theme:
    """A theme for one window, which may become another: all its panels hold this one and ask it when they paint."""
    return replace(theme)


def become(theme: Theme, other: Theme) -> None:
    for field in fields(theme):
        object.__setattr__(theme, field.name, getattr(other, field.name))


def renew_icons(holders: Iterable[QAction | QAbstractButton], theme: Theme) -> None:
    """Icons keep the colors that they were drawn in: those of ours are drawn again in what their color means now."""
    for holder in holders:
        if icon := redrawn(holder.icon(), theme):
            holder.setIcon(icon)
