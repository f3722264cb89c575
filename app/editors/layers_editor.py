"""The editor of layers: pictures moved and scaled on the canvas, with a list of their order, names and looks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.editor import Editor, Tool, Touch
from app.editors.fields import NumberField, bar, choice_field, icon_button
from app.editors.handles import Grip, about, angle_of, cursor_for, dragged, grip_at, is_on_knob, paint_box, put_back
from app.editors.layer_drawing import MODES, draw_layers, is_seen_at, layer_box
from app.editors.readable import is_layer, listed
from app.editors.stack_list import Entry, StackList
from app.editors.subject import Subject
from app.editors.units import FULL, box_of
from app.language import marked, tr
from app.pictures import to_qimage
from app.theme.tokens import Theme
from graph_engine.values import Pixels

Key = Qt.Key
LEAST = 2.0
"""Pixels of the canvas that a layer has at least."""
NUDGE = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1)}


CHANGES = {
    "opacity": marked("Change opacity of layer"),
    "blend": marked("Change blend mode of layer"),
    "name": marked("Rename layer"),
    "hidden": marked("Show or hide layer"),
    "box": marked("Put layer back"),
    "angle": marked("Rotate layer"),
}


class LayersEditor(Editor):
    tools = (
        Tool(
            "move",
            "move",
            marked(
                "Move (V): drag a layer; its corners scale it, Shift without keeping the ratio; the knob above turns it, Shift in steps"
            ),
            Key.Key_V,
        ),
    )
    blank = "clear"

    def __init__(self, subject: Subject, theme: Theme) -> None:
        super().__init__(subject, theme)
        self.layer, self._count = -1, 0
        self._images: dict[str, tuple[Pixels, QImage]] = {}
        self._grip: Grip | None = None
        self._from, self._begun = QPointF(), QRectF()
        self._dragged: QRectF | None = None
        self._turning, self._turned = False, 0.0
        self.opacity = NumberField(theme, tr("Opacity"), (0, 100), (0, 100), " %", tr("Of the chosen layer"))
        self.opacity.changed.connect(lambda value: self._change("opacity", round(value), settles=False))
        self.opacity.settled.connect(subject.session.settle)
        self.blend = choice_field(MODES, tr("How the layer mixes with what lies below"), lambda name: self._change("blend", name))
        self.list = StackList(theme, tr("Layers"), marked("layer"), grows=False)
        self.list.remove.hide()
        self._join()

    def _join(self) -> None:
        stack = self.list
        stack.chosen.connect(self._choose)
        stack.renamed.connect(lambda number, name: self._change("name", name, number))
        stack.shown.connect(lambda number, on: self._change("hidden", not on, number))
        stack.moved.connect(self._move_in_stack)

    def options(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(8, 4, 8, 4)
        own = icon_button(self.theme, "reset", tr("In the middle, in its own size"), self._put_back)
        column.addWidget(bar(self.blend, self.opacity, None, own))
        return made

    def side(self) -> QWidget:
        return self.list

    def pictures(self) -> tuple[Pixels | None, tuple[int, int]]:
        """Nothing lies below the layers; the first picture gives the canvas its size, as in the node."""
        first = next((found for name in self.subject.inputs if (found := self.subject.picture(name))), None)
        plain = self.subject.size if first is None else (first.width, first.height)
        return None, (self.subject.other("width") or plain[0], self.subject.other("height") or plain[1])

    def show_pictures(self) -> None:
        """Take the pictures that changed."""
        found = {name: pixels for name in self.subject.inputs if (pixels := self.subject.picture(name))}
        if any(self._images.get(name, (None,))[0] is not pixels for name, pixels in found.items()) or len(found) != len(self._images):
            kept = {name: old for name, old in self._images.items() if old[0] is found.get(name)}
            self._images = {name: kept.get(name) or (pixels, to_qimage(pixels)) for name, pixels in found.items()}
            self.show_value()

    # the document

    @property
    def layers(self) -> list[dict[str, Any]]:
        """Bottom to top: what the document says of the inputs that are linked, then those that it does not know of."""
        inputs, said = self.subject.inputs, [layer for layer in listed(self.value.get("layers")) if is_layer(layer)]
        known = {layer["input"] for layer in said}
        fresh = [{"input": name} for name in inputs if name not in known]
        return [*(layer for layer in said if layer["input"] in inputs), *fresh]

    def _kept(self) -> list[dict[str, Any]]:
        """What the document says of inputs that nothing leads into at the moment."""
        said = listed(self.value.get("layers"))
        return [layer for layer in said if not is_layer(layer) or layer["input"] not in self.subject.inputs]

    def _change(self, name: str, value: Any, number: int | None = None, settles: bool = True) -> None:
        at = self.layer if number is None else number
        if not 0 <= at < len(self.layers):
            return
        changed = {field: part for field, part in {**self.layers[at], name: value}.items() if part is not None and part is not False}
        self._write(
            [changed if number == at else layer for number, layer in enumerate(self.layers)],
            tr(CHANGES[name]),
            settles,
        )

    def _write(self, layers: list[dict[str, Any]], label: str, settles: bool = True) -> None:
        value = {**self.value, "layers": [*layers, *self._kept()]}
        if settles:
            self.subject.set(value, label)
        else:
            self.subject.session.set_parameter(self.subject.id, self.subject.parameter, value, label)

    def _move_in_stack(self, number: int, to: int) -> None:
        order = self.layers
        order.insert(to, order.pop(number))
        self.layer = to
        self._write(order, tr("Move layer in stack"))

    def _choose(self, number: int) -> None:
        self.layer = number
        self.show_value()

    def show_value(self) -> None:
        layers = self.layers
        if len(layers) > self._count or not 0 <= self.layer < len(layers):
            self.layer = len(layers) - 1  # a picture that was just linked is the one to place
        self._count = len(layers)
        self.list.show_entries([Entry(self._name(one), not one.get("hidden"), self._image(one)) for one in layers], self.layer)
        chosen = layers[self.layer] if layers else {}
        self.opacity.show_value(chosen.get("opacity", FULL))
        self.blend.setCurrentIndex(self.blend.findData(chosen.get("blend", "normal")))
        for field in (self.opacity, self.blend):
            field.setEnabled(bool(layers))
        self.repaint_wanted.emit()

    def _name(self, layer: dict[str, Any]) -> str:
        return layer.get("name") or f"{self.subject.source_title(layer['input'])} · {layer['input']}"

    def _image(self, layer: dict[str, Any]) -> QImage | None:
        found = self._images.get(layer["input"])
        return found[1] if found else None

    def box(self, number: int) -> QRectF:
        """Where a layer lies, as it is dragged or as the document has it."""
        if number == self.layer and self._dragged is not None:
            return self._dragged
        image = self._image(self.layers[number])
        return layer_box(self.layers[number], image.size() if image else self.paper, self.paper)

    def angle(self, number: int) -> float:
        """How far a layer is turned, as it is dragged or as the document has it."""
        return self._turned if self._turning and number == self.layer else self.layers[number].get("angle", 0)

    def _put_back(self) -> None:
        if self.layers:
            own = {name: part for name, part in self.layers[self.layer].items() if name not in ("box", "angle")}
            self._write([own if number == self.layer else layer for number, layer in enumerate(self.layers)], tr(CHANGES["box"]))

    # the hand

    def _upright(self, at: QPointF) -> QPointF:
        """A place as the chosen layer sees it, which knows of no turn."""
        return about(self.box(self.layer).center(), at, -self.angle(self.layer))

    def _grip_at(self, touch: Touch) -> Grip | None:
        return grip_at(self.box(self.layer), self._upright(touch.at), touch.zoom) if self.layers else None

    def _is_on_knob(self, touch: Touch) -> bool:
        return bool(self.layers) and is_on_knob(self.box(self.layer), self._upright(touch.at), touch.zoom)

    def press(self, touch: Touch) -> None:
        if self._is_on_knob(touch):
            self._turned, self._turning = self.angle(self.layer), True
            return
        grip = self._grip_at(touch)
        if grip in (None, (0, 0)):
            found = self._layer_at(touch.at)
            grip = grip if found is None else (0, 0)
            self.layer = self.layer if found is None else found
        self._grip, self._from = grip, touch.at
        self._begun = self.box(self.layer) if self.layers else QRectF()
        self.show_value()

    def _layer_at(self, at: QPointF) -> int | None:
        """The topmost layer that is seen at a place."""
        for number in reversed(range(len(self.layers))):
            layer = self.layers[number]
            image = self._image(layer)
            if image and is_seen_at(layer, image, self.box(number), at):
                return number
        return None

    def move(self, touch: Touch) -> None:
        shift = bool(touch.keys & Qt.KeyboardModifier.ShiftModifier)
        if self._turning:
            self._turned = angle_of(self.box(self.layer).center(), touch.at, shift)
            self.repaint_wanted.emit()
        if self._turning or self._grip is None:
            return
        angle = self.angle(self.layer)
        by = touch.at - self._from
        along = by if self._grip == (0, 0) else about(QPointF(), by, -angle)
        box = dragged(self._begun, self._grip, along, not shift)
        if self._grip != (0, 0):
            box = put_back(box, self._begun, angle)
        if box.width() >= LEAST and box.height() >= LEAST:
            self._dragged = box
            self.repaint_wanted.emit()

    def release(self, touch: Touch) -> None:
        if self._turning:
            self._turning, turned = False, round(self._turned, 1)
            if turned != self.angle(self.layer):
                self._change("angle", turned or None)
            self.repaint_wanted.emit()
            return
        box, self._dragged, grip, self._grip = self._dragged, None, self._grip, None
        if box is not None:
            self._place(box, tr("Move layer") if grip == (0, 0) else tr("Scale layer"))
        self.repaint_wanted.emit()

    def _place(self, box: QRectF, label: str) -> None:
        placed = {**self.layers[self.layer], "box": box_of(box, self.paper)}
        self._write([placed if number == self.layer else layer for number, layer in enumerate(self.layers)], label)

    def cancel(self) -> bool:
        drawing = self._dragged is not None or self._turning
        self._dragged = self._grip = None
        self._turning = False
        self.repaint_wanted.emit()
        return drawing

    def cursor(self, touch: Touch) -> Qt.CursorShape:
        if self._turning or self._is_on_knob(touch):
            return Qt.CursorShape.CrossCursor
        grip = self._grip_at(touch)
        return cursor_for((0, 0) if grip is None and self._layer_at(touch.at) is not None else grip)

    def take_key(self, event: QKeyEvent) -> bool:
        """Arrows move the chosen layer, Shift by ten pixels; Page up and down move it in the stack."""
        key = Key(event.key())
        if key in NUDGE and self.layers:
            step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._place(self.box(self.layer).translated(*(part * step for part in NUDGE[key])), tr("Move layer"))
        elif key in (Key.Key_PageUp, Key.Key_PageDown):
            to = self.layer + (1 if key == Key.Key_PageUp else -1)
            if 0 <= to < len(self.layers):
                self._move_in_stack(self.layer, to)
        else:
            return super().take_key(event)
        return True

    # painting

    def composed(self) -> QImage:
        """What is seen of all layers."""
        found = [
            ({**layer, "angle": self.angle(number)}, image, self.box(number))
            for number, layer in enumerate(self.layers)
            if (image := self._image(layer))
        ]
        return draw_layers(found, self.paper)

    def paint(self, painter: QPainter, zoom: float) -> None:
        painter.drawImage(QRectF(0, 0, self.paper.width(), self.paper.height()), self.composed())
        if self.layers:
            paint_box(painter, self.box(self.layer), zoom, QColor(self.theme.accent), angle=self.angle(self.layer), turns=True)
