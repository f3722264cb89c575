"""Type: Inter, shipped with the program so that it looks the same on every machine."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from app.theme.files import ASSETS

FAMILY = "Inter"
BODY = 12
SMALL = 11


@cache
def load_fonts() -> None:
    """Register the shipped font files with Qt, once a process."""
    for path in sorted((ASSETS / "fonts").glob("*.otf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise OSError(f"{path}: must be a font that Qt can read")


def font(size: int = BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """A font by pixel size. Figures have one width, so that a changing value does not make its line jitter."""
    load_fonts()
    made = QFont(FAMILY)
    made.setPixelSize(size)
    made.setWeight(weight)
    made.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
