"""What a person chooses for all windows, and how it takes hold: keys and theme at once, language and scale when the program starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtGui import QAction

from app.language import LANGUAGES, retold, tr
from app.preferences import Preferences, read_preferences, write_preferences
from app.session import Session
from app.shortcuts import ShortcutsDialog, put_keys
from app.theme.tokens import DARK, THEMES, Theme

Window = Any  # the window makes its choices; naming its class here would close a circle


def theme_of(preferences: Preferences) -> Theme:
    return THEMES.get(preferences.theme, DARK)


def apply_scale(preferences: Preferences) -> None:
    """Qt reads the scale when the application is made; what the environment says goes before."""
    if preferences.scale != 1.0:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{preferences.scale:g}")


class Choices:
    """``folder`` is where they are kept; without it they last as long as the window."""

    def __init__(self, window: Window, session: Session, actions: dict[str, QAction], folder: Path | None) -> None:
        self._window, self._session, self._actions, self._folder = window, session, actions, folder
        self.preferences = read_preferences(folder) if folder else Preferences()
        put_keys(actions, self.preferences.shortcuts)

    def choose_theme(self, name: str) -> None:
        self._window.show_theme(THEMES[name])
        self._keep(replace(self.preferences, theme=name), "")

    def choose_language(self, code: str) -> None:
        told = tr("The program speaks {language} from the next start.", language=LANGUAGES[code])
        self._keep(replace(self.preferences, language=code), told)

    def choose_scale(self, scale: float) -> None:
        self._keep(replace(self.preferences, scale=scale), tr("A scale of {scale:.0%} comes with the next start.", scale=scale))

    def choose_shortcuts(self) -> None:
        dialog = ShortcutsDialog(self.preferences.shortcuts, self._window)
        dialog.accepted.connect(lambda: self.take_shortcuts(dialog.chosen()))
        dialog.open()

    def take_shortcuts(self, chosen: dict[str, tuple[str, ...]]) -> None:
        put_keys(self._actions, chosen)
        self._keep(replace(self.preferences, shortcuts=chosen), "")

    def _keep(self, preferences: Preferences, told: str) -> None:
        self.preferences = preferences
        trouble = write_preferences(self._folder, preferences) if self._folder else ""
        self._session.said.emit(f"{retold(trouble)}." if trouble else told, "warning" if trouble else "note")
