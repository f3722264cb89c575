"""Icons by name: our own line drawings, colored by the theme and sharp at any scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.theme.files import ASSETS
from app.theme.tokens import Theme

SIZE = 16


@cache
def _drawing(name: str) -> str:
    return (ASSETS / "icons" / f"{name}.svg").read_text("utf-8")


@cache
def pixmap(name: str, color: str, size: int = SIZE, ratio: float = 1.0) -> QPixmap:
    made = QPixmap(QSize(size, size) * ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    drawing = _drawing(name).replace("currentColor", color)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def _finest() -> float:
    """Pixels across one of the layout, on the densest screen; Qt draws an icon smaller on the others."""
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)


@cache
def icon(name: str, theme: Theme, color: str = "", size: int = SIZE) -> QIcon:
    """An icon in the text color (or the given one), faint where its action is off."""
    made = QIcon()
    made.addPixmap(pixmap(name, color or theme.text, size, _finest()), QIcon.Mode.Normal)
    made.addPixmap(pixmap(name, theme.faint, size, _finest()), QIcon.Mode.Disabled)
    _drawn[made.cacheKey()] = name, _meaning(color, theme), size
    return made


def redrawn(old: QIcon, theme: Theme) -> QIcon | None:
    """An icon of ours in the colors that its theme has now; None for any other picture."""
    if (found := _drawn.get(old.cacheKey())) is None:
        return None
    name, meaning, size = found
    icon.cache_clear()  # what was drawn in the colors of before
    made = icon(name, theme, getattr(theme, meaning) if meaning else "", size)
    _drawn[made.cacheKey()] = found
    return made


_drawn: dict[int, tuple[str, str, int]] = {}
"""What icons show, what their color means and how large they are, by Qt's key."""
_MEANINGS = ("muted", "text", "on_accent", "accent", "faint", "good", "warning", "bad")


def _meaning(color: str, theme: Theme) -> str:
    return next((name for name in _MEANINGS if color and getattr(theme, name) == color), "")


@cache
def swatch(color: str, size: int = SIZE) -> QIcon:
    """A round patch of a color."""
    made = QPixmap(QSize(size, size) * 2)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(QRectF(6, 6, 2 * size - 12, 2 * size - 12))
    painter.end()
    made.setDevicePixelRatio(2)
    return QIcon(made)
