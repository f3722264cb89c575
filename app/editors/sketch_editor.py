"""The editor of sketches: layers of strokes, drawn with pressure and tilt, mirrored if wanted."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.editors.brush import LARGER, SMALLER, Stroke, paint_circle, resized
from app.editors.coverage import Dab
from app.editors.editor import Editor, Tool, Touch
from app.editors.pile import Pile
from app.editors.readable import is_sketch_layer, listed
from app.editors.sketch_bar import SYMMETRIES, SketchBar
from app.editors.sketch_drawing import HARD, MIRRORS, dab_of, draw_stroke, lay_on, mirrored
from app.editors.stack_list import Entry, StackList
from app.editors.steadying import Steadied
from app.editors.subject import Subject
from app.editors.units import FULL, place, size_of
from app.language import marked, tr
from app.theme.colors import from_hex
from app.theme.tokens import Theme

Key = Qt.Key
SIZES = {"detail": 6, "blocking": 64, "eraser": 40}
TRACING = 0.7
"""How much of a picture is hidden that is traced and does not come out."""


class SketchEditor(Editor):
    tools = (
        Tool("detail", "pencil", marked("Detail brush (D): lines. [ and ] change its size"), Key.Key_D),
        Tool("blocking", "brush", marked("Blocking brush (B): masses of color"), Key.Key_B),
        Tool("eraser", "eraser", marked("Eraser (E): from the layer that is drawn on; so does the other end of the pen"), Key.Key_E),
        Tool("dropper", "dropper", marked("Dropper (I): take a color from the picture. Alt does it with any brush"), Key.Key_I),
    )

    def __init__(self, subject: Subject, theme: Theme) -> None:
        super().__init__(subject, theme)
        self.sizes = dict(SIZES)
        self.opacity, self.symmetry, self.layer, self.steady = FULL, "", 0, 0
        self._hand = Steadied(0)
        self._piles: list[Pile] = []
        self._strokes: list[Stroke] = []  # the one that is drawn, and its mirrored copies
        self._erases = False
        self.bar = SketchBar(self)
        self.list = StackList(theme, tr("Layers"), marked("layer"))
        self._join()

    def _join(self) -> None:
        stack = self.list
        stack.chosen.connect(self._choose_layer)
        stack.renamed.connect(lambda number, name: self._change_layer(number, tr("Rename layer"), name=name))
        stack.shown.connect(lambda number, on: self._change_layer(number, tr("Show layer") if on else tr("Hide layer"), hidden=not on))
        stack.moved.connect(self._move_layer)
        stack.added.connect(self._add_layer)
        stack.removed.connect(self._remove_layer)

    def options(self) -> QWidget:
        return self.bar

    def side(self) -> QWidget:
        return self.list

    @property
    def blank(self) -> str:  # type: ignore[override]
        return str(self.subject.other("color") or "#ffffff")[:7]

    @property
    def brush(self) -> str:
        """The brush whose mark the tool leaves."""
        return "blocking" if self.tool in ("blocking", "eraser") else "detail"

    @property
    def size(self) -> int:
        return self.sizes.get(self.tool, SIZES["detail"])

    @size.setter
    def size(self, size: int) -> None:
        if self.tool in self.sizes:
            self.sizes[self.tool] = size

    # layers

    @property
    def layers(self) -> list[dict[str, Any]]:
        """At least one, so that there is something to draw on."""
        found = [layer for layer in listed(self.value.get("layers")) if is_sketch_layer(layer)]
        return found or [{"name": tr("Layer 1")}]

    def _choose_layer(self, number: int) -> None:
        self.layer = number
        self.show_value()

    def _change_layer(self, number: int, label: str, **changes: Any) -> None:
        changed = {name: part for name, part in {**self.layers[number], **changes}.items() if part is not False}
        self.commit(label, layers=[changed if at == number else layer for at, layer in enumerate(self.layers)])

    def _add_layer(self) -> None:
        above = self.layer + 1
        new = {"name": tr("Layer {number}", number=len(self.layers) + 1)}
        self.layer = above
        self.commit(tr("Add layer"), layers=[*self.layers[:above], new, *self.layers[above:]])

    def _remove_layer(self, number: int) -> None:
        kept = [layer for at, layer in enumerate(self.layers) if at != number]
        self.layer = max(0, number - 1)
        self.commit(tr("Remove layer"), layers=kept)

    def _move_layer(self, number: int, to: int) -> None:
        order = list(self.layers)
        order.insert(to, order.pop(number))
        self.layer = to
        self.commit(tr("Move layer"), layers=order)

    def show_value(self) -> None:
        self.layer = min(self.layer, len(self.layers) - 1)
        while len(self._piles) < len(self.layers):
            self._piles.append(Pile(draw_stroke))
        entries = [Entry(str(one.get("name", "")), not one.get("hidden"), self._drawn(at)) for at, one in enumerate(self.layers)]
        self.list.show_entries(entries, self.layer)
        self.bar.show_values()
        self.repaint_wanted.emit()

    def _drawn(self, number: int) -> QImage:
        return self._piles[number].image(self.layers[number].get("strokes", []), self.paper)

    # the hand

    def press(self, touch: Touch) -> None:
        if self.tool == "dropper" or touch.keys & Qt.KeyboardModifier.AltModifier:
            self._take_color(touch)
            return
        self._erases = touch.erases or self.tool == "eraser"
        self._hand = Steadied(self.steady)
        for axes in MIRRORS[self.symmetry]:
            self._strokes.append(Stroke(self.paper, HARD[self.brush], lambda at, axes=axes: mirrored(self._dab(at), axes, self.paper)))
        self.move(touch)

    def move(self, touch: Touch) -> None:
        if self._strokes:
            self._draw(self._hand.taken(touch))
        if not self._strokes and self.tool == "dropper":
            self._take_color(touch)
        self.repaint_wanted.emit()

    def _draw(self, touch: Touch) -> None:
        for stroke in self._strokes:
            stroke.add(touch)

    def hover(self, touch: Touch) -> None: ...

    def release(self, touch: Touch) -> None:
        if self._strokes:
            for caught_up in self._hand.caught_up(touch):
                self._draw(caught_up)
            points = [part for kept in self._strokes[0].needed() for part in _point(kept, self)]
            self._strokes = []
            self._add_stroke(points)

    def _add_stroke(self, points: list[int]) -> None:
        stroke: dict[str, Any] = {"brush": self.brush, "size": size_of(self.size, self.paper), "points": points}
        stroke |= {"erase": True} if self._erases else {"color": self.bar.swatches.color}
        if self.symmetry:
            stroke["mirror"] = self.symmetry
        if self.opacity != FULL:
            stroke["opacity"] = self.opacity
        layer = self.layers[self.layer]
        label = (
            tr("Erase") if self._erases else tr("Draw with blocking brush") if self.brush == "blocking" else tr("Draw with detail brush")
        )
        self._change_layer(self.layer, label, strokes=[*layer.get("strokes", []), stroke])

    def cancel(self) -> bool:
        drawing, self._strokes = bool(self._strokes), []
        self.repaint_wanted.emit()
        return drawing

    def _dab(self, touch: Touch) -> Dab:
        return dab_of(self.brush, touch.at.x(), touch.at.y(), self.size, touch.pressure, touch.tilt)

    def _take_color(self, touch: Touch) -> None:
        """The color that is seen at a place, of strokes and picture together."""
        at = touch.at.toPoint()
        seen = QImage(self.paper, QImage.Format.Format_RGB32)
        if not seen.rect().contains(at):
            return
        seen.fill(QColor(self.blank))
        painter = QPainter(seen)
        if self.picture:
            painter.drawImage(0, 0, self.picture)
        self.paint(painter, 1.0)
        painter.end()
        self.bar.swatches.choose(seen.pixelColor(at).name())

    # keys

    def next_symmetry(self) -> None:
        self.symmetry = SYMMETRIES[(SYMMETRIES.index(self.symmetry) + 1) % len(SYMMETRIES)]
        self.bar.show_values()
        self.repaint_wanted.emit()

    def take_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case key if key in (*SMALLER, *LARGER) and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.opacity = max(5, min(FULL, self.opacity + (-10 if key in SMALLER else 10)))
            case key if key in (*SMALLER, *LARGER):
                self.size = min(2000, resized(self.size, event))
            case Key.Key_X:
                self.bar.swatches.swap()
            case Key.Key_M:
                self.next_symmetry()
            case _:
                return super().take_key(event)
        self.bar.show_values()
        self.repaint_wanted.emit()
        return True

    # painting

    def paint(self, painter: QPainter, zoom: float) -> None:
        area = QRectF(0, 0, self.paper.width(), self.paper.height())
        if self.picture and self.subject.other("paper") != "picture":
            painter.setOpacity(TRACING)
            painter.fillRect(area, from_hex(self.blank))
        for number, layer in enumerate(self.layers):
            if not layer.get("hidden"):
                painter.setOpacity(layer.get("opacity", FULL) / FULL)
                painter.drawImage(area, self._with_stroke(number))
        painter.setOpacity(1.0)
        self._paint_axes(painter)

    def _with_stroke(self, number: int) -> QImage:
        drawn = self._drawn(number)
        if number != self.layer or not self._strokes:
            return drawn
        drawn = drawn.copy()
        for stroke in self._strokes:
            lay_on(drawn, *stroke.coverage.in_color(from_hex(self.bar.swatches.color)), self.opacity, self._erases)
        return drawn

    def _paint_axes(self, painter: QPainter) -> None:
        """The lines that strokes are mirrored in."""
        pen = QPen(QColor(self.theme.accent), 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        width, height = self.paper.width(), self.paper.height()
        if "x" in self.symmetry:
            painter.drawLine(QPointF(width / 2, 0), QPointF(width / 2, height))
        if "y" in self.symmetry:
            painter.drawLine(QPointF(0, height / 2), QPointF(width, height / 2))

    def paint_cursor(self, painter: QPainter, at: QPointF, zoom: float) -> bool:
        return self.tool != "dropper" and paint_circle(painter, at, self.size / 2, zoom)


def _point(touch: Touch, editor: SketchEditor) -> list[int]:
    return [*place(touch.at, editor.paper), round(touch.pressure * FULL), round(touch.tilt)]
