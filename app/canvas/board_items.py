"""Frames, notes and dots on the canvas: one item each. They paint; what is done to them is the gestures' business."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPainter,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.canvas.inks import Inks
from app.canvas.node_painting import FULL
from app.canvas.row_painting import rounded
from app.language import tr
from graph_engine.board import Frame, Note

HEAD = 36.0
EDGE = 8.0
GRIP = 18.0
NOTE_INSET = 12.0
DOT = 7.0
LEAST_FRAME, LEAST_NOTE = QSizeF(96, 80), QSizeF(96, 48)


class Piece(QGraphicsItem):
    """Its place is its left top corner; a dot's is its middle."""

    def __init__(self, identity: str, inks: Inks) -> None:
        super().__init__()
        self.identity, self.inks = identity, inks
        self.selected = False
        self.area = QRectF()

    @property
    def body(self) -> QRectF:
        """Where it lies in the scene."""
        return self.area.translated(self.pos())

    def show_selected(self, selected: bool) -> None:
        self.selected = selected
        self.update()

    def show_size(self, width: float, height: float) -> None:
        self.prepareGeometryChange()
        self.area = QRectF(0, 0, width, height)

    def boundingRect(self) -> QRectF:
        return self.area.adjusted(-4, -4, 4, 4)

    def grip_at(self, point: QPointF) -> str:
        """Which sides a press here drags, as letters of the compass; empty where it means the piece itself."""
        return ""

    def holds(self, point: QPointF) -> bool:
        """Whether a press here means this piece, and not what lies behind."""
        return self.body.contains(point)


class FrameItem(Piece):
    """Only its head and its edges can be pressed: what lies in it is reached through it."""

    def __init__(self, identity: str, inks: Inks) -> None:
        super().__init__(identity, inks)
        self.frame = Frame()
        self.setZValue(-3)

    def show_frame(self, frame: Frame) -> None:
        self.frame = frame
        self.setPos(*frame.at)
        self.show_size(*frame.size)
        self.update()

    @property
    def title_area(self) -> QRectF:
        return QRectF(0, 0, self.area.width(), HEAD)

    def grip_at(self, point: QPointF) -> str:
        local, area = point - self.pos(), self.area
        if not area.adjusted(-EDGE / 2, -EDGE / 2, EDGE / 2, EDGE / 2).contains(local):
            return ""
        down = "n" if local.y() < EDGE / 2 else "s" if local.y() > area.bottom() - EDGE else ""
        across = "w" if local.x() < EDGE else "e" if local.x() > area.right() - EDGE else ""
        return down + across

    def holds(self, point: QPointF) -> bool:
        return self.title_area.contains(point - self.pos()) or bool(self.grip_at(point))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        inks, area = self.inks, self.area
        fill, head, edge = inks.frame(self.frame.color)
        painter.setPen(inks.selected if self.selected else edge)
        painter.setBrush(fill)
        painter.drawPath(rounded(0, 0, area.width(), area.height(), 9))
        near = painter.worldTransform().m11() >= FULL
        texts = inks.frame_titles if near else inks.far_titles
        painter.setPen(head)
        painter.setFont(texts.font)
        title = texts.line(self.frame.title, max(24.0, area.width() - 28))
        painter.drawStaticText(QPointF(14, (HEAD - texts.height) / 2 + 1), title)


PICTURE = "!["
"""A note may come from a stranger, and Qt reads the files that pictures in it name: they are shown as links, which lead nowhere."""


class NoteItem(Piece):
    def __init__(self, identity: str, inks: Inks) -> None:
        super().__init__(identity, inks)
        self.note = Note()
        self.words = QTextDocument()
        self.words.setDocumentMargin(0)
        self.words.setDefaultFont(inks.note_font)
        self.words.setDefaultStyleSheet(f"a {{ color: {inks.theme.accent}; }}")
        self.words.setIndentWidth(16)
        self.setZValue(-0.5)

    def show_note(self, note: Note) -> None:
        if note.text != self.note.text or self.words.isEmpty():
            features = QTextDocument.MarkdownFeature
            text = note.text.replace(PICTURE, "!\u200b[") or tr("*Double click to write*")
            self.words.setMarkdown(text, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
            _set_letters(self.words)
        self.note = note
        self.setPos(*note.at)
        self.show_size(*note.size)
        self.update()

    def show_size(self, width: float, height: float) -> None:
        """At least as high as its words."""
        self.words.setTextWidth(width - 2 * NOTE_INSET)
        super().show_size(width, max(height, self.words.size().height() + 2 * NOTE_INSET))

    def grip_at(self, point: QPointF) -> str:
        corner = QRectF(self.area.right() - GRIP, self.area.bottom() - GRIP, GRIP, GRIP)
        return "se" if corner.contains(point - self.pos()) else ""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        inks, area = self.inks, self.area
        fill, text, edge = inks.note(self.note.color)
        painter.setPen(inks.selected if self.selected else edge)
        painter.setBrush(fill)
        painter.drawPath(rounded(0, 0, area.width(), area.height(), 6))
        painter.save()
        painter.translate(NOTE_INSET, NOTE_INSET)
        context = _colored(text.color())
        self.words.documentLayout().draw(painter, context)
        painter.restore()
        if self.selected:
            painter.setPen(text)
            for way in (6, 10):
                painter.drawLine(QPointF(area.right() - way, area.bottom() - 3), QPointF(area.right() - 3, area.bottom() - way))


def _set_letters(words: QTextDocument) -> None:
    """In weights that ship, 600 at most: bolder ones would be a smeared imitation; lines with some air."""
    spaced, heavy = QTextBlockFormat(), QTextCharFormat()
    spaced.setLineHeight(120, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    heavy.setFontWeight(QFont.Weight.DemiBold)
    block = words.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        cursor.mergeBlockFormat(spaced)
        at = block.begin()
        while not at.atEnd():
            part = at.fragment()
            if part.charFormat().fontWeight() > QFont.Weight.DemiBold:
                cursor.setPosition(part.position())
                cursor.setPosition(part.position() + part.length(), QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(heavy)
            at += 1
        block = block.next()


def _colored(color: QColor) -> QAbstractTextDocumentLayout.PaintContext:
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette.setColor(QPalette.ColorRole.Text, color)
    return context


class DotItem(Piece):
    def __init__(self, identity: str, inks: Inks) -> None:
        super().__init__(identity, inks)
        self.type_name = ""
        self.area = QRectF(-DOT, -DOT, 2 * DOT, 2 * DOT)
        self.setZValue(-0.25)

    def holds(self, point: QPointF) -> bool:
        return (point - self.pos()).manhattanLength() <= 2 * DOT

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        inks = self.inks
        painter.setPen(inks.selected if self.selected else inks.port_edge)
        painter.setBrush(inks.type_color(self.type_name))
        painter.drawEllipse(QPointF(0, 0), DOT - 1, DOT - 1)
