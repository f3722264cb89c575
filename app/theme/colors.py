"""Colors made of the theme's colors."""

from __future__ import annotations

from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from app.theme.tokens import Theme


def blend(first: str, second: str, amount: float) -> QColor:
    """The first color with an amount of the second in it."""
    a, b = QColor(first), QColor(second)
    parts = (round(x + (y - x) * amount) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))
    return QColor(*parts)


def checker(theme: Theme, cell: int = 8) -> QBrush:
    """What shows through where a picture is transparent."""
    tile = QPixmap(2 * cell, 2 * cell)
    tile.fill(QColor(theme.checker_dark))
    painter = QPainter(tile)
    painter.fillRect(0, 0, cell, cell, QColor(theme.checker_light))
    painter.fillRect(cell, cell, cell, cell, QColor(theme.checker_light))
    painter.end()
    return QBrush(tile)


def from_hex(color: str) -> QColor:
    """``#rrggbb`` or ``#rrggbbaa``; Qt itself would read the latter as ``#aarrggbb``. Anything else is transparent black."""
    digits = color.removeprefix("#")
    if len(digits) not in (6, 8) or not QColor.isValidColorName(f"#{digits[:6]}"):
        return QColor(0, 0, 0, 0)
    made = QColor(f"#{digits[:6]}")
    if len(digits) == 8:
        made.setAlpha(int(digits[6:], 16))
    return made


def to_hex(color: QColor) -> str:
    """``#rrggbb``, and with transparency ``#rrggbbaa``."""
    return color.name() if color.alpha() == 255 else f"{color.name()}{color.alpha():02x}"
