"""The editor of masks: what is selected over the picture, and the hand that adds to it or takes away."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.editors.brush import LARGER, SMALLER, Stroke, paint_circle, resized, thinned
from app.editors.coverage import Dab
from app.editors.editor import Editor, Tool, Touch
from app.editors.mask_bar import MaskBar
from app.editors.mask_drawing import LEAST_RADIUS, draw_shape, outline
from app.editors.mask_overlay import OPACITY, SHOWN, TINTS, overlay
from app.editors.pile import Pile
from app.editors.readable import listed
from app.editors.subject import Subject
from app.editors.units import FULL, box_of, place, places, size_of
from app.language import inside, marked, tr
from app.theme.tokens import Theme

Key = Qt.Key
CLOSE = 8.0
"""Pixels of the screen within which a click on the first corner closes a polygon."""
LEAST_BOX = 2.0
LABELS = {
    "brush": marked("Brush"), "lasso": marked("Lasso"), "polygon": marked("Polygon"), "rectangle": marked("Rectangle"),
    "ellipse": marked("Ellipse"), "wand": marked("Magic wand"),
}  # fmt: skip


class MaskEditor(Editor):
    tools = (
        Tool("brush", "brush", marked("Brush (B). [ and ] change its size, Shift with them its hardness"), Key.Key_B),
        Tool("lasso", "lasso", marked("Lasso (L): draw around what is meant"), Key.Key_L),
        Tool("polygon", "polygon", marked("Polygon (P): click the corners; Enter, a double click or the first corner closes"), Key.Key_P),
        Tool("rectangle", "rectangle", marked("Rectangle (R). Shift makes a square"), Key.Key_R),
        Tool("ellipse", "ellipse", marked("Ellipse (O). Shift makes a circle"), Key.Key_O),
        Tool("wand", "wand", marked("Magic wand (W): what has about the color that is clicked"), Key.Key_W),
    )

    def __init__(self, subject: Subject, theme: Theme) -> None:
        super().__init__(subject, theme)
        self.size, self.hard, self.opacity, self.tolerance = 48, 90, FULL, 24
        self.near, self.erases, self.shown = True, False, SHOWN[0]
        self.tint = 0
        self._pile = Pile(lambda mask, shape: draw_shape(mask, shape, self.picture))
        self._stroke: Stroke | None = None
        self._line: list[QPointF] = []  # corners of a lasso or polygon, the ends of a box
        self._takes_away = False  # of what is being drawn
        self._zoom = 1.0
        self._drawn: tuple[Any, QImage] | None = None
        self.bar = MaskBar(self)

    def options(self) -> QWidget:
        return self.bar

    # the document

    @property
    def shapes(self) -> list[dict[str, Any]]:
        return listed(self.value.get("shapes"))

    def show_value(self) -> None:
        self.bar.show_values()
        self.repaint_wanted.emit()

    def _add(self, shape: dict[str, Any]) -> None:
        if self._takes_away:
            shape["erase"] = True
        if self.opacity != FULL:
            shape["opacity"] = self.opacity
        self.commit(
            tr("Erase with {tool}" if self._takes_away else "Mask with {tool}", tool=inside(tr(LABELS[shape["tool"]]))),
            shapes=[*self.shapes, shape],
        )

    def select_all(self) -> None:
        self.commit(tr("Select all"), shapes=[*self.shapes, {"tool": "all"}])

    def clear(self) -> None:
        self.commit(tr("Clear mask"), shapes=[])

    def mask(self) -> QImage:
        """What is selected by the document and by what is being drawn: white with alpha."""
        base = self._pile.image(self.shapes, self.paper, self.picture.cacheKey() if self.picture else 0)
        live = self._live_shape()
        if self._stroke is None and live is None:
            return base
        made = base.copy()
        if live:
            draw_shape(made, live, self.picture)
        elif self._stroke:
            self._draw_stroke(made, self._stroke)
        return made

    def _draw_stroke(self, mask: QImage, stroke: Stroke) -> None:
        at, white = stroke.coverage.white()
        mode = QPainter.CompositionMode
        painter = QPainter(mask)
        painter.setOpacity(self.opacity / FULL)
        painter.setCompositionMode(mode.CompositionMode_DestinationOut if self._takes_away else mode.CompositionMode_SourceOver)
        painter.drawImage(at, white)
        painter.end()

    # the hand

    def press(self, touch: Touch) -> None:
        if self.tool == "polygon":
            self._press_polygon(touch)
            return
        self._takes_away, self._zoom = self._means_away(touch), touch.zoom
        if self.tool == "brush":
            self._stroke = Stroke(self.paper, self.hard / FULL, self._dab)
            self._stroke.add(touch)
        elif self.tool == "wand":
            self._add({"tool": "wand", "at": place(touch.at, self.paper), "tolerance": self.tolerance, "near": self.near})
        else:
            self._line = [touch.at, touch.at]
        self.repaint_wanted.emit()

    def _means_away(self, touch: Touch) -> bool:
        """Alt takes away while adding is on, and the other way round; the other end of a pen always takes away."""
        return touch.erases or self.erases is not bool(touch.keys & Qt.KeyboardModifier.AltModifier)

    def _press_polygon(self, touch: Touch) -> None:
        if not self._line:
            self._takes_away = self._means_away(touch)
            self._line = [touch.at, touch.at]
        elif touch.double or (len(self._line) > 3 and _near(touch, self._line[0])):
            self._line.pop()
            self._close()
        else:
            self._line[-1:] = [touch.at, touch.at]
        self.repaint_wanted.emit()

    def move(self, touch: Touch) -> None:
        if self._stroke:
            self._stroke.add(touch)
        elif self._line and self.tool == "lasso":
            self._line.append(touch.at)
        elif self._line and self.tool == "polygon":
            self._line[-1] = touch.at
        elif self._line:
            self._line[1] = _even(self._line[0], touch) if touch.keys & Qt.KeyboardModifier.ShiftModifier else touch.at
        self.repaint_wanted.emit()

    def hover(self, touch: Touch) -> None:
        if self._line and self.tool == "polygon":
            self._line[-1] = touch.at
            self.repaint_wanted.emit()

    def release(self, touch: Touch) -> None:
        if self._stroke:
            stroke, self._stroke = self._stroke, None
            points = [value for kept in stroke.needed() for value in (*place(kept.at, self.paper), round(kept.pressure * FULL))]
            self._add({"tool": "brush", "size": size_of(self.size, self.paper), "hard": self.hard, "points": points})
        elif self._line and self.tool != "polygon":
            self._close()
        self.repaint_wanted.emit()

    def _close(self) -> None:
        """What was drawn becomes a shape, unless it is nothing."""
        shape, self._line = self._shape_of_line(), []
        if shape:
            self._add(shape)

    def _shape_of_line(self) -> dict[str, Any] | None:
        if self.tool in ("rectangle", "ellipse"):
            box = QRectF(*self._line).normalized()
            return {"tool": self.tool, "box": box_of(box, self.paper)} if min(box.width(), box.height()) >= LEAST_BOX else None
        return {"tool": self.tool, "points": places(self._thin_line(), self.paper)} if len(self._line) > 2 else None

    def _thin_line(self) -> list[QPointF]:
        """What is clicked is meant to the point; what is drawn in one go has more than it needs."""
        return self._line if self.tool == "polygon" else thinned(self._line, self._zoom)

    def _live_shape(self) -> dict[str, Any] | None:
        """The area that is being drawn; a polygon's grows under the pointer."""
        shape = self._shape_of_line() if self._line else None
        return {**shape, "erase": self._takes_away, "opacity": self.opacity} if shape else None

    def cancel(self) -> bool:
        drawing = bool(self._stroke or self._line)
        self._stroke, self._line = None, []
        self.repaint_wanted.emit()
        return drawing

    def _dab(self, touch: Touch) -> Dab:
        return Dab(touch.at.x(), touch.at.y(), max(LEAST_RADIUS, self.size / 2 * touch.pressure))

    # keys

    def take_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case key if key in (*SMALLER, *LARGER):
                self._change_brush(event)
            case Key.Key_X | Key.Key_E:
                self.erases = not self.erases
            case Key.Key_Q:
                self.shown = SHOWN[(SHOWN.index(self.shown) + 1) % len(SHOWN)]
            case Key.Key_T:
                self.tint = (self.tint + 1) % len(TINTS)
            case Key.Key_I:
                self.set_edge("invert", not self.subject.other("invert"))
            case Key.Key_Return | Key.Key_Enter if self._line and self.tool == "polygon":
                self._line.pop()
                self._close()
            case Key.Key_Backspace if self._line and self.tool == "polygon":
                self._line = self._line[:-2] + self._line[-1:] if len(self._line) > 2 else []
            case Key.Key_Delete | Key.Key_Backspace:
                self.clear()
            case Key.Key_A if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.select_all()
            case _:
                return super().take_key(event)
        self.bar.show_values()
        self.repaint_wanted.emit()
        return True

    def _change_brush(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.hard = max(0, min(FULL, self.hard + (-10 if event.key() in SMALLER else 10)))
        else:
            self.size = min(2000, resized(self.size, event))

    def set_edge(self, name: str, value: Any) -> None:
        """Change how the node treats the edge: its parameters grow, feather and invert."""
        self.subject.set_other(name, value)

    # painting

    def paint(self, painter: QPainter, zoom: float) -> None:
        painter.save()
        if self.shown != "alone":
            painter.setOpacity(OPACITY)
        painter.drawImage(QRectF(0, 0, self.paper.width(), self.paper.height()), self._overlay())
        painter.restore()
        if len(self._line) > 1:
            _paint_line(painter, self._shape_of_line() or {"tool": "lasso", "points": places(self._line, self.paper)}, self.paper)

    def _overlay(self) -> QImage:
        grow, feather, invert = self.subject.other("grow") or 0, self.subject.other("feather") or 0, bool(self.subject.other("invert"))
        mask = self.mask()
        made_of = (mask.cacheKey(), self.shown, self.tint, grow, feather, invert)
        if self._drawn is None or self._drawn[0] != made_of:
            self._drawn = made_of, overlay(mask, self.shown, float(grow), float(feather), invert, TINTS[self.tint])
        return self._drawn[1]

    def paint_cursor(self, painter: QPainter, at: QPointF, zoom: float) -> bool:
        return self.tool == "brush" and paint_circle(painter, at, self.size / 2, zoom)


def _near(touch: Touch, corner: QPointF) -> bool:
    return (touch.at - corner).manhattanLength() * touch.zoom < CLOSE


def _even(first: QPointF, touch: Touch) -> QPointF:
    """The corner that makes a square."""
    across = touch.at - first
    side = max(abs(across.x()), abs(across.y()))
    return first + QPointF(side if across.x() >= 0 else -side, side if across.y() >= 0 else -side)


def _paint_line(painter: QPainter, shape: dict[str, Any], paper: QSize) -> None:
    path = outline(shape, paper)
    for color, style in ((QColor(0, 0, 0, 200), Qt.PenStyle.SolidLine), (QColor(255, 255, 255), Qt.PenStyle.DashLine)):
        pen = QPen(color, 1.4, style)
        pen.setCosmetic(True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(path)
