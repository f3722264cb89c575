"""Tokens over their picture: the grid, one number of each as heat, and the hand that picks them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.redrawing import UNIT, boxes
from app.sheet import GAP
from app.theme.tokens import Theme
from app.token_results import GIVEN, TokenResult

HEAT = ("#20104a", "#6d1f80", "#c93a62", "#f58f3d", "#fbea8c")
"""From little to much: lighter is more, so that it reads without colors too."""
SHADES = 256
OPACITY = 0.64
LEAST_CELL = 5.0
"""Pixels of the screen below which lines between cells would hide the picture."""
LINE = 32
"""Cells beside one another where tokens lie in a line."""
LARGEST = 2048
"""Longer sheets were averaged down, gaps and all."""


def heat(share: float) -> QColor:
    """The color of a share in 0 to 1."""
    at = min(1.0, max(0.0, share)) * (len(HEAT) - 1)
    left = min(int(at), len(HEAT) - 2)
    one, other = QColor(HEAT[left]), QColor(HEAT[left + 1])
    parts = (round(a + (b - a) * (at - left)) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))
    return QColor(*parts)


def item_boxes(count: int, size: QSize) -> list[QRectF]:
    """Where the items of a batch lie on its sheet, as sheets are laid out everywhere in the program."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    gap = GAP if max(size.width(), size.height()) < LARGEST else 0.0
    wide, high = (size.width() + gap) / columns - gap, (size.height() + gap) / rows - gap
    return [QRectF(item % columns * (wide + gap), item // columns * (high + gap), wide, high) for item in range(count)]


class TokenLayer(QObject):
    changed = Signal()
    picked = Signal()
    """Other cells are picked than before."""
    pointed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.tokens: TokenResult | None = None
        self.grid = 0
        self.map = ""
        """What is shown as heat; nothing = the grid alone."""
        self.tool = "rectangle"
        self.brush = 1.5
        """Cells that the brush reaches."""
        self.cells: frozenset[int] = frozenset()
        self.here: tuple[int, int] | None = None
        """Item and cell under the pointer."""
        self._size = QSize()
        self._boxes: list[QRectF] = []
        self._heat: list[QImage] = []
        self._before: frozenset[int] = frozenset()
        self._press: tuple[int, int] | None = None
        self._way = ""

    # what is shown

    def show_tokens(self, tokens: TokenResult | None, size: QSize) -> None:
        """Tokens over a picture of a size; what is picked stays where the grids are the same."""
        if tokens is self.tokens and size == self._size:
            return
        self._size = size
        if self.tokens is None or tokens is None or tokens.grids != self.tokens.grids:
            self.grid = len(tokens.grids) - 1 if tokens else 0
            self._pick(())
        self.tokens, self.here = tokens, None
        self._boxes = item_boxes(tokens.count, size) if tokens else []
        if tokens and self.map not in tokens.maps:
            self.map = ""
        self._renew()

    def show_map(self, name: str) -> None:
        self.map = name
        self._renew()

    def show_grid(self, grid: int) -> None:
        """Look at another of the grids; other cells are picked there."""
        self.grid = grid
        self._pick(())
        self._renew()

    def _renew(self) -> None:
        tokens = self.tokens
        self._heat = [self._image(tokens, item) for item in range(len(tokens.items))] if tokens and self.map else []
        self.changed.emit()

    def _image(self, tokens: TokenResult, item: int) -> QImage:
        """A map as a picture of one pixel a cell; what was given is clear."""
        rows, columns = self.shape
        least, most = tokens.span(self.grid, self.map)
        made = QImage(columns, rows, QImage.Format.Format_ARGB32)
        made.fill(Qt.GlobalColor.transparent)
        shades = [heat(shade / (SHADES - 1)).rgb() for shade in range(SHADES)]
        for cell, value in enumerate(tokens.cells(item, self.grid, self.map)):
            if value != GIVEN[self.map]:
                share = (value - least) / (most - least) if most > least else 0.0
                made.setPixel(cell % columns, cell // columns, shades[round(share * (SHADES - 1))])
        return made

    # where things are

    @property
    def size(self) -> int:
        """Cells of the grid that is shown."""
        rows, columns = self.tokens.grids[self.grid] if self.tokens else (0, 0)
        return rows * columns

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns as they are drawn: a line is folded."""
        rows, columns = self.tokens.grids[self.grid] if self.tokens else (1, 1)
        return (math.ceil(columns / LINE), min(columns, LINE)) if self.tokens and self.tokens.on_line else (rows, columns)

    def area(self, item: int) -> QRectF:
        """Where the grid of an item lies on the picture; a line lies at its lower edge, since its tokens have no places."""
        box = self._boxes[item]
        if self.tokens is None or not self.tokens.on_line:
            return box
        rows, columns = self.shape
        high = min(box.height() / 2, box.width() / columns * rows)
        return QRectF(box.x(), box.bottom() - high, box.width(), high)

    def cell_box(self, item: int, cell: int) -> QRectF:
        rows, columns = self.shape
        area = self.area(item)
        wide, high = area.width() / columns, area.height() / rows
        return QRectF(area.x() + cell % columns * wide, area.y() + cell // columns * high, wide, high)

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Item and cell at a point of the picture."""
        rows, columns = self.shape
        for item in range(len(self._boxes)):
            area = self.area(item)
            if area.contains(at):
                column = min(columns - 1, int((at.x() - area.x()) / area.width() * columns))
                row = min(rows - 1, int((at.y() - area.y()) / area.height() * rows))
                cell = row * columns + column
                return (item, cell) if cell < self.size else None
        return None

    # painting

    def paint(self, painter: QPainter, box: QRectF, size: QSize) -> None:
        """Paint over a picture of a size that lies in a box of the screen."""
        if self.tokens is None or size.isEmpty():
            return
        scale = box.width() / size.width()
        for item in range(len(self._boxes)):
            area = self.area(item)
            place = QRectF(box.topLeft() + area.topLeft() * scale, area.size() * scale)
            if item < len(self._heat):
                painter.setOpacity(OPACITY)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
                painter.drawImage(place, self._heat[item])
                painter.setOpacity(1.0)
            self._paint_lines(painter, place)
            self._paint_picked(painter, place)
        if self.here:
            cell = self.cell_box(*self.here)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor("#ffffff"), 1.5))
            painter.drawRect(QRectF(box.topLeft() + cell.topLeft() * scale, cell.size() * scale))

    def _paint_lines(self, painter: QPainter, place: QRectF) -> None:
        rows, columns = self.shape
        if place.width() / columns < LEAST_CELL:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(255, 255, 255, 70 if self.map else 110), 1))
        for column in range(columns + 1):
            x = round(place.x() + place.width() * column / columns)
            painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        for row in range(rows + 1):
            y = round(place.y() + place.height() * row / rows)
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))

    def _paint_picked(self, painter: QPainter, place: QRectF) -> None:
        """What is picked in the accent color, seen over any picture by its two edges."""
        fill = QColor(self._theme.accent)
        fill.setAlphaF(0.34)
        for left, top, right, bottom in boxes(self.cells, self.shape):
            corner = place.topLeft() + QPointF(left / UNIT * place.width(), top / UNIT * place.height())
            end = place.topLeft() + QPointF(right / UNIT * place.width(), bottom / UNIT * place.height())
            part = QRectF(corner, end)
            painter.fillRect(part, fill)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(self._theme.accent), 1.5)):
                painter.setPen(QPen(color, width))
                painter.drawRect(part)

    # hands

    def press(self, at: QPointF, keys: Qt.KeyboardModifier) -> bool:
        """A press on the picture; whether it begins to pick. Shift adds, Ctrl takes away."""
        self._press = self.cell_at(at)
        if self._press is None:
            self._pick(())
            return False
        adds, takes = bool(keys & Qt.KeyboardModifier.ShiftModifier), bool(keys & Qt.KeyboardModifier.ControlModifier)
        self._way = "take" if takes else "add" if adds or self.tool == "brush" else "anew"
        self._before = self.cells
        if self._way == "anew" and self.cells == {self._press[1]}:
            self._way = "take"  # a click on the only picked one lets it go
        self.move(at)
        return True

    def move(self, at: QPointF) -> None:
        here = self.cell_at(at)
        if self._press is None or here is None:
            return
        if self.tool == "brush":
            self._before = self._with(self._around(here[1]))
            self._pick(self._before)
        else:
            self._pick(self._with(self._between(self._press[1], here[1])))

    def release(self) -> None:
        self._press = None

    def point(self, at: QPointF | None) -> None:
        """The pointer is over a point of the picture, or elsewhere."""
        here = self.cell_at(at) if at is not None else None
        if here != self.here:
            self.here = here
            self.changed.emit()
            self.pointed.emit()

    def _with(self, found: Iterable[int]) -> frozenset[int]:
        if self._way == "take":
            return self._before - frozenset(found)
        return frozenset(found) | (self._before if self._way == "add" else frozenset())

    def _between(self, one: int, other: int) -> list[int]:
        """The cells of the rectangle between two."""
        _, columns = self.shape
        (top, bottom), (left, right) = sorted((one // columns, other // columns)), sorted((one % columns, other % columns))
        found = (row * columns + column for row in range(top, bottom + 1) for column in range(left, right + 1))
        return [cell for cell in found if cell < self.size]

    def _around(self, cell: int) -> list[int]:
        """The cells that the brush reaches."""
        rows, columns = self.shape
        row, column, reach = cell // columns, cell % columns, int(self.brush)
        near = ((row + down, column + right) for down in range(-reach, reach + 1) for right in range(-reach, reach + 1))
        found = [(y, x) for y, x in near if 0 <= y < rows and 0 <= x < columns and math.hypot(y - row, x - column) <= self.brush]
        return [y * columns + x for y, x in found if y * columns + x < self.size]

    def pick_all(self) -> None:
        self._pick(range(self.size))

    def pick_none(self) -> None:
        self._pick(())

    def pick_others(self) -> None:
        """What is not picked instead of what is."""
        self._pick(frozenset(range(self.size)) - self.cells)

    def pick_one(self, cell: int) -> None:
        """Take one up, or let it go."""
        self._pick(self.cells ^ {cell})

    def step(self, right: int, down: int) -> None:
        """Move the place of the keyboard by cells."""
        rows, columns = self.shape
        item, cell = self.here or (0, 0 if (right, down) != (0, 0) else 0)
        row, column = min(rows - 1, max(0, cell // columns + down)), min(columns - 1, max(0, cell % columns + right))
        self.here = item, min(self.size - 1, row * columns + column) if self.here else cell
        self.changed.emit()
        self.pointed.emit()

    def _pick(self, cells: Iterable[int]) -> None:
        found = frozenset(cells)
        if found != self.cells:
            self.cells = found
            self.changed.emit()
            self.picked.emit()
