"""What a person chose for all windows: theme, language, scale and keys, in one small JSON file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from graph_engine.atomic import write_atomically

FILE = "preferences.json"
SCALES = (1.0, 1.25, 1.5, 2.0, 3.0)


class Preferences(msgspec.Struct, frozen=True, omit_defaults=True):
    """``shortcuts`` are the keys of actions that have others than those they come with, by the names of actions."""

    theme: str = "dark"
    scale: float = 1.0
    shortcuts: Mapping[str, tuple[str, ...]] = {}
    language: str = ""  # a code, or that of the system


def read_preferences(folder: Path) -> Preferences:
    """What was chosen. A file that is missing, damaged or of a newer program counts as nothing chosen: a window must open."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Preferences)
    except (OSError, msgspec.DecodeError):
        return Preferences()


def write_preferences(folder: Path, preferences: Preferences) -> str:
    """Keep what was chosen; why that could not be done, or nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / FILE, msgspec.json.format(msgspec.json.encode(preferences), indent=2))
    except OSError as error:
        return f"{folder / FILE}: must be writable for choices to be kept, got: {error.strerror}"
    return ""
