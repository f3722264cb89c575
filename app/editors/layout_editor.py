"""The editor of layouts: regions drawn over the picture, moved and resized, named with words, ordered by depth."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.editors.brush import LARGER, SMALLER, Stroke, paint_circle, resized, thinned
from app.editors.coverage import Dab, tinted
from app.editors.editor import Editor, Tool, Touch
from app.editors.fields import NumberField, bar, icon_button
from app.editors.handles import Grip, cursor_for, dragged, grip_at, paint_box
from app.editors.mask_drawing import LEAST_RADIUS, draw_shape
from app.editors.pile import Pile
from app.editors.readable import is_region, listed
from app.editors.region_drawing import as_line, bounds, color_of, first_shapes, moved_picture, paint_words, placed
from app.editors.stack_list import Entry, StackList
from app.editors.subject import Subject
from app.editors.units import FULL, box_of, place, places, rect_of, size_of
from app.language import marked, tr
from app.theme.tokens import Theme

Key = Qt.Key
LEAST = 6.0
"""Pixels of the screen that a region must be dragged to become one."""
TINT, TINT_CHOSEN = 0.35, 0.55


CHANGES = {
    "words": marked("Change words of region"),
    "weight": marked("Change weight of region"),
    "hidden": marked("Show or hide region"),
}


class LayoutEditor(Editor):
    tools = (
        Tool("box", "region", marked("Region (R): drag a new one, or take one by its middle, edges and corners"), Key.Key_R),
        Tool("ellipse", "ellipse", marked("Ellipse (O): a round region"), Key.Key_O),
        Tool("free", "lasso", marked("Lasso (L): a region of any form"), Key.Key_L),
        Tool("brush", "brush", marked("Brush (B): add to the chosen region; X or Alt takes away"), Key.Key_B),
    )

    def __init__(self, subject: Subject, theme: Theme) -> None:
        super().__init__(subject, theme)
        self.region, self.size, self.erases = -1, 40, False
        self._grip: Grip | None = None
        self._from, self._begun = QPointF(), QRectF()
        self._dragged: QRectF | None = None
        self._line: list[QPointF] = []
        self._stroke: Stroke | None = None
        self._takes_away = False
        self._colored: dict[int, tuple[int, QImage]] = {}
        self._piles: list[Pile] = []
        self.words = QLineEdit(placeholderText=tr("What is here, in plain words"))
        self.words.setAccessibleName(tr("Words of the region"))
        self.words.textEdited.connect(lambda text: self._change("words", text, settles=False))
        self.words.editingFinished.connect(subject.session.settle)
        self.weight = NumberField(theme, tr("Weight"), (0, 200), (0, 1000), " %", tr("How much the words of the region count"))
        self.weight.changed.connect(lambda value: self._change("weight", round(value) / FULL, settles=False))
        self.weight.settled.connect(subject.session.settle)
        self.away = icon_button(theme, "eraser", tr("The brush takes away (X)"), self._turn_brush, True)
        self.list = StackList(theme, tr("Regions, the nearest first"), marked("region"), grows=False)
        self._join()

    def _join(self) -> None:
        stack = self.list
        stack.chosen.connect(self._choose)
        stack.renamed.connect(lambda number, words: self._change("words", words, number))
        stack.shown.connect(lambda number, on: self._change("hidden", not on, number))
        stack.moved.connect(self._move_in_stack)
        stack.removed.connect(self._remove)

    def options(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(8, 4, 8, 4)
        row = bar(self.words, self.weight, self.away)
        row.layout().setStretch(0, 1)
        column.addWidget(row)
        return made

    def side(self) -> QWidget:
        return self.list

    # the document

    @property
    def regions(self) -> list[dict[str, Any]]:
        return [region for region in listed(self.value.get("regions")) if is_region(region)]

    def _write(self, regions: list[dict[str, Any]], label: str, settles: bool = True) -> None:
        if settles:
            self.commit(label, regions=regions)
        else:
            self.subject.session.set_parameter(self.subject.id, self.subject.parameter, {**self.value, "regions": regions}, label)

    def _replace(self, number: int, region: dict[str, Any], label: str, settles: bool = True) -> None:
        kept = {name: part for name, part in region.items() if part is not False and part != ""}
        self._write([kept if at == number else other for at, other in enumerate(self.regions)], label, settles)

    def _change(self, name: str, value: Any, number: int | None = None, settles: bool = True) -> None:
        at = self.region if number is None else number
        if 0 <= at < len(self.regions):
            self._replace(at, {**self.regions[at], name: value}, tr(CHANGES[name]), settles)

    def _add(self, region: dict[str, Any]) -> None:
        """A new region lies in front, and waits for its words."""
        self.region = len(self.regions)
        self._write([*self.regions, region], tr("Draw region"))
        QTimer.singleShot(0, self.words, self.words.setFocus)

    def _remove(self, number: int) -> None:
        self.region = number - 1
        self._write([region for at, region in enumerate(self.regions) if at != number], tr("Remove region"))

    def _move_in_stack(self, number: int, to: int) -> None:
        order = list(self.regions)
        order.insert(to, order.pop(number))
        self.region = to
        self._write(order, tr("Change depth of region"))

    def _choose(self, number: int) -> None:
        self.region = number
        self.show_value()

    def show_value(self) -> None:
        regions = self.regions
        if not 0 <= self.region < len(regions):
            self.region = len(regions) - 1
        self.list.show_entries([self._entry(number) for number in range(len(regions))], self.region)
        chosen = regions[self.region] if regions else {}
        if self.words.text() != (words := chosen.get("words", "")):
            self.words.setText(words)
        self.weight.show_value(round(chosen.get("weight", 1.0) * FULL))
        for field in (self.words, self.weight):
            field.setEnabled(bool(regions))
        self.away.setChecked(self.erases)
        self.repaint_wanted.emit()

    def _entry(self, number: int) -> Entry:
        region = self.regions[number]
        return Entry(region.get("words") or tr("Region {number}", number=number + 1), not region.get("hidden"), self._shown(number))

    def _shown(self, number: int) -> QImage:
        """A region's area in its color."""
        seen = self.area(number)
        kept = self._colored.get(number)
        if kept is None or kept[0] != seen.cacheKey():
            kept = self._colored[number] = seen.cacheKey(), tinted(seen, color_of(number))
        return kept[1]

    def area(self, number: int) -> QImage:
        """Where a region lies: white with alpha. While it is dragged its pixels are moved, and drawn anew once it is let go."""
        while len(self._piles) <= number:
            self._piles.append(Pile(lambda image, shape: draw_shape(image, shape, None)))
        region = self.regions[number]
        lies = self._piles[number].image(first_shapes(region), self.paper)
        if number != self.region or self._dragged is None:
            return lies
        return moved_picture(lies, rect_of(region["box"], self.paper), self._dragged)

    def seen(self, number: int) -> dict[str, Any]:
        region = self.regions[number]
        return placed(region, self._dragged, self.paper) if number == self.region and self._dragged is not None else region

    def box(self, number: int) -> QRectF:
        return rect_of(self.seen(number)["box"], self.paper)

    # the hand

    def press(self, touch: Touch) -> None:
        self._from = touch.at
        if self.tool == "brush":
            self._begin_stroke(touch)
        elif not self._take_hold(touch):
            self._line = [touch.at, touch.at]
        self.show_value()

    def _take_hold(self, touch: Touch) -> bool:
        """Take the chosen region by an edge or its middle, or another by its middle; a lasso always draws."""
        if self.tool == "free":
            return False
        grip = grip_at(self.box(self.region), touch.at, touch.zoom) if self.regions else None
        if grip in (None, (0, 0)) and (found := self._region_at(touch.at)) is not None:
            self.region, grip = found, (0, 0)
        elif grip == (0, 0):
            grip = None
        self._grip = grip
        self._begun = self.box(self.region) if self.regions else QRectF()
        return grip is not None

    def _region_at(self, at: QPointF) -> int | None:
        """The nearest region at a place."""
        spot = at.toPoint()
        for number in reversed(range(len(self.regions))):
            seen = self.area(number)
            if not self.regions[number].get("hidden") and seen.rect().contains(spot) and seen.pixelColor(spot).alpha() > 127:
                return number
        return None

    def _begin_stroke(self, touch: Touch) -> None:
        if self.regions:
            self._takes_away = touch.erases or self.erases is not bool(touch.keys & Qt.KeyboardModifier.AltModifier)
            self._stroke = Stroke(self.paper, 1.0, lambda at: Dab(at.at.x(), at.at.y(), max(LEAST_RADIUS, self.size / 2 * at.pressure)))
            self._stroke.add(touch)

    def move(self, touch: Touch) -> None:
        if self._stroke:
            self._stroke.add(touch)
        elif self._grip is not None:
            even = bool(touch.keys & Qt.KeyboardModifier.ShiftModifier)
            box = dragged(self._begun, self._grip, touch.at - self._from, even)
            self._dragged = box if min(box.width(), box.height()) >= 2 else self._dragged
        elif self._line and self.tool == "free":
            self._line.append(touch.at)
        elif self._line:
            self._line[1] = touch.at
        self.repaint_wanted.emit()

    def release(self, touch: Touch) -> None:
        stroke, box, line = self._stroke, self._dragged, self._line
        self._stroke, self._dragged, self._grip, self._line = None, None, None, []
        if stroke:
            self._add_stroke(stroke)
        elif box is not None:
            self._replace(self.region, placed(self.regions[self.region], box, self.paper), tr("Place region"))
        elif line:
            self._close(line, touch.zoom)
        self.show_value()

    def _close(self, line: list[QPointF], zoom: float) -> None:
        """A new region, unless it would be too small to be meant."""
        if self.tool == "free":
            shape = {"tool": "lasso", "points": places(thinned(line, zoom), self.paper)}
            box = bounds(shape, self.paper)
            region: dict[str, Any] = {"form": "free", "box": box_of(box, self.paper), "shapes": [shape]}
        else:
            box = QRectF(line[0], line[-1]).normalized()
            region = {"box": box_of(box, self.paper), **({"form": "ellipse"} if self.tool == "ellipse" else {})}
        if min(box.width(), box.height()) * zoom >= LEAST:
            self._add(region)

    def _add_stroke(self, stroke: Stroke) -> None:
        """The stroke joins the region, whose box grows around what was added."""
        points = [part for kept in stroke.needed() for part in (*place(kept.at, self.paper), round(kept.pressure * FULL))]
        shape: dict[str, Any] = {"tool": "brush", "size": size_of(self.size, self.paper), "points": points}
        region = self.regions[self.region]
        if region.get("form") != "free":
            region = {**region, "form": "free", "shapes": [as_line(region, self.paper), *region.get("shapes", [])]}
        if self._takes_away:
            shape["erase"] = True
        box = rect_of(region["box"], self.paper)
        grown = box if self._takes_away else box | bounds(shape, self.paper)
        changed = {**region, "box": box_of(grown, self.paper), "shapes": [*region["shapes"], shape]}
        self._replace(self.region, changed, tr("Erase from region") if self._takes_away else tr("Paint region"))

    def cancel(self) -> bool:
        drawing = bool(self._stroke or self._line or self._dragged)
        self._stroke, self._line, self._dragged, self._grip = None, [], None, None
        self.repaint_wanted.emit()
        return drawing

    def cursor(self, touch: Touch) -> Qt.CursorShape:
        if self.tool in ("free", "brush"):
            return Qt.CursorShape.CrossCursor
        grip = grip_at(self.box(self.region), touch.at, touch.zoom) if self.regions else None
        if grip in (None, (0, 0)):
            return Qt.CursorShape.SizeAllCursor if self._region_at(touch.at) is not None else Qt.CursorShape.CrossCursor
        return cursor_for(grip)

    # keys

    def take_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case key if key in (*SMALLER, *LARGER):
                self.size = min(2000, resized(self.size, event))
            case Key.Key_X | Key.Key_E:
                self._turn_brush()
            case Key.Key_Delete | Key.Key_Backspace if self.regions:
                self._remove(self.region)
            case Key.Key_PageUp if self.region < len(self.regions) - 1:
                self._move_in_stack(self.region, self.region + 1)
            case Key.Key_PageDown if self.region > 0:
                self._move_in_stack(self.region, self.region - 1)
            case Key.Key_Return | Key.Key_Enter if self.regions:
                self.words.setFocus()
                self.words.selectAll()
            case _:
                return super().take_key(event)
        self.repaint_wanted.emit()
        return True

    def _turn_brush(self) -> None:
        self.erases = not self.erases
        self.away.setChecked(self.erases)

    # painting

    def paint(self, painter: QPainter, zoom: float) -> None:
        for number, region in enumerate(self.regions):
            if not region.get("hidden"):
                painter.setOpacity(TINT_CHOSEN if number == self.region else TINT)
                painter.drawImage(QRectF(0, 0, self.paper.width(), self.paper.height()), self._shown(number))
        painter.setOpacity(1.0)
        for number, region in enumerate(self.regions):
            if not region.get("hidden"):
                box = self.box(number)
                paint_box(painter, box, zoom, color_of(number), handles=number == self.region)
                paint_words(painter, region.get("words") or tr("Region {number}", number=number + 1), box.topLeft(), zoom, color_of(number))
        self._paint_drawing(painter, zoom)

    def _paint_drawing(self, painter: QPainter, zoom: float) -> None:
        """What the hand is drawing at the moment."""
        color = color_of(len(self.regions))
        if self._stroke:
            at, drawn = self._stroke.coverage.in_color(color_of(self.region))
            painter.setOpacity(0.7)
            painter.drawImage(at, drawn)
            painter.setOpacity(1.0)
        elif self._line and self.tool == "free":
            painter.setPen(color)
            painter.drawPolyline(self._line)
        elif self._line:
            paint_box(painter, QRectF(self._line[0], self._line[-1]).normalized(), zoom, color, handles=False)

    def paint_cursor(self, painter: QPainter, at: QPointF, zoom: float) -> bool:
        return self.tool == "brush" and paint_circle(painter, at, self.size / 2, zoom)
