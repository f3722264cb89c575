"""The graph where nodes are too small to be worked on, painted in bulk: one call a color instead of one item at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from app.canvas.board_items import Piece
from app.canvas.board_layer import BoardLayer
from app.canvas.geometry import WIDTH
from app.canvas.inks import NOTHING
from app.canvas.node_item import NodeItem
from app.canvas.node_painting import paint_boxes
from app.canvas.stage import Stage
from app.canvas.tiles import BAND, Drawn, Filled, Item, Looks, Tiles
from app.canvas.wire_item import WireItem
from graph_engine.graph import Link


class Overview:
    """``changed`` is called when something lies elsewhere: the view then paints all again."""

    def __init__(self, stage: Stage, nodes: Mapping[str, NodeItem], wires: Mapping[Link, WireItem], board: BoardLayer) -> None:
        self._stage, self._inks, self._board = stage, stage.inks, board
        self._tiles = Tiles(stage.inks, nodes, wires)
        self.changed: Callable[[], None] = lambda: None

    def forget(self) -> None:
        """Another graph."""
        self._tiles.forget()
        self.changed()

    def gone(self, item: Item) -> None:
        self._tiles.gone(item)
        self.changed()

    def moved(self, items: Iterable[Item]) -> None:
        """These lie elsewhere, or look otherwise."""
        self._tiles.moved(items)
        self.changed()

    def paint(self, painter: QPainter, seen: QRectF) -> None:
        """From far away: boxes and straight wires."""
        shown = self._tiles.seen(seen)
        self._paint_pieces(painter, seen, self._board.frames.values())
        for looks in (*shown, self._tiles.far.looks):
            _draw(painter, looks.chords)
        self._paint_pieces(painter, seen, self._board.words_and_dots())
        for looks in shown:
            self._paint_bodies(painter, looks.bodies, looks.bands)
        self._paint_marks(painter, seen)

    def paint_near(self, painter: QPainter, seen: QRectF) -> None:
        """With titles, ports and curved wires."""
        shown = self._tiles.seen(seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_pieces(painter, seen, self._board.frames.values())
        for looks in (*shown, self._tiles.far.looks):
            _draw(painter, looks.curves)
        for wire in self._stage.lit:
            painter.setPen(wire.pen())
            painter.drawPath(wire.path())
        self._paint_pieces(painter, seen, self._board.words_and_dots())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for looks in shown:
            self._paint_bodies(painter, looks.plain_bodies, looks.heads)
            _fill(painter, looks.ports)
            self._paint_titles(painter, looks)
        for node in [node for looks in shown for node in looks.others if node.body.intersects(seen)]:
            with _place_of(node, painter):
                paint_boxes(painter, node.face, self._inks)

    def _paint_pieces(self, painter: QPainter, seen: QRectF, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            if seen.intersects(piece.body):
                with _place_of(piece, painter):
                    piece.paint(painter, QStyleOptionGraphicsItem())

    def _paint_bodies(self, painter: QPainter, bodies: list[QRectF], heads: Filled) -> None:
        painter.setPen(NOTHING)
        painter.setBrush(self._inks.body)
        painter.drawRects(bodies)
        _fill(painter, heads)

    def _paint_titles(self, painter: QPainter, looks: Looks) -> None:
        painter.setPen(self._inks.title)
        painter.setFont(self._inks.far_titles.font)
        for at, title in looks.titles:
            painter.drawStaticText(at, title)

    def _paint_marks(self, painter: QPainter, seen: QRectF) -> None:
        """Pictures, and frames around what is selected, runs or failed: few, so one at a time."""
        inks = self._inks
        for item in self._stage.standing_out:
            face, body = item.face, item.body
            if not seen.intersects(body):
                continue
            if face.picture is not None and not face.closed:
                size = face.picture.deviceIndependentSize()
                size.scale(WIDTH - 16, face.height - BAND - 16, Qt.AspectRatioMode.KeepAspectRatio)
                box = QRectF(body.center().x() - size.width() / 2, body.y() + BAND + 8, size.width(), size.height())
                painter.drawPixmap(box, face.picture, QRectF(face.picture.rect()))
            if face.framed:
                state = inks.far_failed if face.step.state == "failed" else inks.far_running
                painter.setPen(inks.far_selected if face.selected else state)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(body)


def _draw(painter: QPainter, drawn: Drawn) -> None:
    """Lines of one pixel of the layout, which is several of a dense screen's."""
    ratio = painter.device().devicePixelRatio()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen, path in drawn:
        pen.setWidthF(ratio)
        painter.setPen(pen)
        painter.drawPath(path)


def _fill(painter: QPainter, filled: Filled) -> None:
    painter.setPen(NOTHING)
    for brush, rects in filled:
        painter.setBrush(brush)
        painter.drawRects(rects)


@contextmanager
def _place_of(item: QGraphicsItem, painter: QPainter) -> Iterator[None]:
    """Paint from an item's own place in this block."""
    painter.save()
    painter.translate(item.pos())
    yield
    painter.restore()
