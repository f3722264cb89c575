"""Pens, brushes and fonts of the canvas, made once a theme: nothing is created while painting."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPen, QPixmap

from app.canvas.texts import Texts
from app.theme.colors import blend, checker, from_hex
from app.theme.fonts import BODY, SMALL, font
from app.theme.icons import pixmap
from app.theme.tokens import Theme

NOTHING = QPen(Qt.PenStyle.NoPen)
GLYPH = 14
FRAME_TITLE = 16


class Inks:
    def __init__(self, theme: Theme) -> None:
        self.renew(theme)

    def renew(self, theme: Theme) -> None:
        """All of them in the colors that the theme has now."""
        self.theme = theme
        self.titles = Texts(font(BODY, QFont.Weight.DemiBold))
        self.far_titles = Texts(font(21, QFont.Weight.DemiBold))
        self.frame_titles = Texts(font(FRAME_TITLE, QFont.Weight.DemiBold))
        self.note_font = font(BODY)
        self.labels = Texts(font(SMALL))
        self.values = Texts(font(SMALL, QFont.Weight.Medium))
        self.title = QPen(QColor(theme.text))
        self.label = QPen(blend(theme.text, theme.muted, 0.45))
        self.quiet = QPen(QColor(theme.muted))
        self.faint = QPen(QColor(theme.faint))
        self.value = QPen(QColor(theme.text))
        self.bad = QPen(QColor(theme.bad))
        self.body = QBrush(QColor(theme.raised))
        self.bypassed = QBrush(blend(theme.raised, theme.accent, 0.28))
        self.field = QBrush(blend(theme.raised, theme.field, 0.62))
        self.field_edge = QPen(blend(theme.raised, theme.outline, 0.45), 1)
        self.edge = QPen(QColor(theme.outline), 1)
        self.shadow = QBrush(QColor(0, 0, 0, 56))
        self.selected = QPen(QColor(theme.accent), 2)
        self.failed = QPen(QColor(theme.bad), 1.5)
        self.running = QPen(blend(theme.raised, theme.accent, 0.75), 1.5)
        self.accent = QBrush(QColor(theme.accent))
        self.track = QBrush(blend(theme.raised, theme.outline, 0.6))
        self.failure = QBrush(blend(theme.raised, theme.bad, 0.16))
        self.remedy = QBrush(blend(theme.raised, theme.accent_dim, 0.7))
        self.warning = QBrush(QColor(theme.warning))
        self.trouble = QBrush(QColor(theme.bad))
        self.slider = QBrush(blend(theme.raised, theme.accent_dim, 0.5))
        self.port_edge = QPen(QColor(theme.outline), 1.25)
        self.checker = checker(theme)
        self.ground = QBrush(QColor(theme.ground))
        self._grids: dict[float, QPen] = {}
        self.veil = QBrush(_clear(theme.raised, 150))
        self.band_edge = _cosmetic(theme.accent, 1)
        self.band = QBrush(_clear(theme.accent, 28))
        self.guide = _cosmetic(theme.warning, 1)
        self.knife = _cosmetic(theme.bad, 2)
        self.far_selected = _cosmetic(theme.accent, 2)
        self.far_running = _cosmetic(theme.accent, 1.5)
        self.far_failed = _cosmetic(theme.bad, 2)
        self._headers: dict[str, QBrush] = {}
        self._far_headers: dict[str, QBrush] = {}
        self._frames: dict[str, tuple[QBrush, QPen, QPen]] = {}
        self._notes: dict[str, tuple[QBrush, QPen, QPen]] = {}
        self._named: dict[str, QColor] = {}
        self._types: dict[str, QColor] = {}
        self._dim: dict[str, QColor] = {}
        self._wires: dict[tuple[str, bool], QPen] = {}

    def grid(self, ratio: float) -> QPen:
        """Cosmetic pens count in pixels of the screen: on a dense one the dots of the grid would vanish."""
        if ratio not in self._grids:
            self._grids[ratio] = _cosmetic(self.theme.grid, 1.5 * ratio)
        return self._grids[ratio]

    def header(self, section: str) -> QBrush:
        if section not in self._headers:
            self._headers[section] = QBrush(blend(self.theme.raised, self.theme.section_color(section), 0.24))
        return self._headers[section]

    def far_header(self, section: str) -> QBrush:
        """Stronger than up close: far away the head is all that tells nodes apart."""
        if section not in self._far_headers:
            self._far_headers[section] = QBrush(blend(self.theme.raised, self.theme.section_color(section), 0.5))
        return self._far_headers[section]

    def colored_header(self, color: str, far: bool = False) -> QBrush:
        """The head of a node that somebody gave a color."""
        key = f"{color} {far}"
        if key not in self._headers:
            self._headers[key] = QBrush(blend(self.theme.raised, self.named(color).name(), 0.62 if far else 0.42))
        return self._headers[key]

    def frame(self, color: str) -> tuple[QBrush, QPen, QPen]:
        """Fill, title and edge of a frame."""
        if color not in self._frames:
            shade = self.named(color).name() if color else self.theme.muted
            title = QPen(blend(self.theme.text, shade, 0.3))
            self._frames[color] = QBrush(_clear(shade, 26)), title, QPen(_clear(shade, 120), 1)
        return self._frames[color]

    def note(self, color: str) -> tuple[QBrush, QPen, QPen]:
        """Paper, words and edge of a note."""
        if color not in self._notes:
            shade = self.named(color).name() if color else self.theme.warning
            paper = blend(self.theme.panel, shade, 0.13)
            self._notes[color] = QBrush(paper), QPen(QColor(self.theme.text)), QPen(blend(self.theme.panel, shade, 0.45), 1)
        return self._notes[color]

    def named(self, color: str) -> QColor:
        """A color written ``#rrggbb`` or ``#rrggbbaa``."""
        if color not in self._named:
            self._named[color] = from_hex(color)
        return self._named[color]

    def type_color(self, name: str) -> QColor:
        if name not in self._types:
            self._types[name] = QColor(self.theme.type_color(name))
        return self._types[name]

    def dim_color(self, name: str) -> QColor:
        """The color of a type where it cannot be used now."""
        if name not in self._dim:
            self._dim[name] = blend(self.theme.raised, self.theme.type_color(name), 0.25)
        return self._dim[name]

    def wire(self, type_name: str, lit: bool = False) -> QPen:
        key = type_name, lit
        if key not in self._wires:
            color = self.type_color(type_name).name()
            shade = blend(color, "#ffffff", 0.35) if lit else blend(self.theme.ground, color, 0.82)
            self._wires[key] = QPen(shade, 3.0 if lit else 2.0)  # with square caps, which keep Qt on its fast way with lines
        return self._wires[key]

    def live_wire(self, type_name: str) -> QPen:
        """The wire that follows the pointer."""
        return QPen(self.type_color(type_name), 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)

    def glyph(self, name: str, color: str) -> QPixmap:
        return pixmap(name, color, GLYPH, 4.0)


def _cosmetic(color: str, width: float) -> QPen:
    """A pen that is as wide on the screen at any zoom."""
    pen = QPen(QColor(color), width)
    pen.setCosmetic(True)
    return pen


def _clear(color: str, alpha: int) -> QColor:
    made = QColor(color)
    made.setAlpha(alpha)
    return made
