"""Writing on the canvas: one editor, laid over the title of a frame or over a note while it is written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QGraphicsView, QPlainTextEdit

from app.canvas.board_items import FrameItem, NoteItem
from app.language import tr

LEAST_SIZE = 11
LEAST_HEIGHT = 32


class WordEditor(QPlainTextEdit):
    written = Signal(str, str)
    """The piece, and its words."""

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view)  # not the viewport: what lies there is scrolled along
        self.setObjectName("word_editor")
        self._view = view
        self._piece = ""
        self._one_line = False
        self.hide()
        view.horizontalScrollBar().valueChanged.connect(self.finish)
        view.verticalScrollBar().valueChanged.connect(self.finish)

    def open_on(self, piece: FrameItem | NoteItem) -> None:
        self.finish()
        self._piece, self._one_line = piece.identity, isinstance(piece, FrameItem)
        frame = isinstance(piece, FrameItem)
        area = piece.title_area if isinstance(piece, FrameItem) else piece.area
        words = piece.frame.title if isinstance(piece, FrameItem) else piece.note.text
        inks = piece.inks
        self._fit(area.translated(piece.pos()), inks.frame_titles.font if frame else inks.note_font)
        self.setAccessibleName(tr("Title of the frame") if frame else tr("Text of the note"))
        self.setPlainText(words)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self, area: QRectF, font: QFont) -> None:
        """Over the piece, in letters as large as there."""
        zoom = self._view.transform().m11()
        font = QFont(font)
        font.setPixelSize(max(LEAST_SIZE, round(font.pixelSize() * zoom)))
        self.setFont(font)
        place = self._view.mapFromScene(area).boundingRect()
        place.setHeight(max(LEAST_HEIGHT, place.height()))
        place.setWidth(max(160, place.width()))
        self.setGeometry(place)

    def finish(self) -> None:
        """Take what is written."""
        if piece := self._close():
            self.written.emit(piece, self.toPlainText().strip())

    def _close(self) -> str:
        piece, self._piece = self._piece, ""
        if piece:
            self.hide()
        return piece

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self._close()
            self._view.setFocus()
        elif enter and (self._one_line or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.finish()
            self._view.setFocus()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys that mean something in the window are letters here."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.finish()
