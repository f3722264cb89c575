"""What an empty canvas shows: examples by picture, the files of last time, and the way to begin from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.examples import Example
from app.language import tr
from app.naming import complete_names
from app.theme.fonts import BODY, SMALL, font
from app.theme.icons import icon
from app.theme.tokens import Theme

COLUMNS, LEAST_ROWS, MOST_EXAMPLES, MOST_RECENT = 5, 2, 20, 5
CARD, PICTURE = QSize(176, 196), QSize(176, 132)
GAP = 16
BESIDE = 200
"""Height of what stands above and below the cards."""


class Card(QAbstractButton):
    """An example: its picture, its name, what it is about."""

    def __init__(self, example: Example, theme: Theme) -> None:
        super().__init__()
        self.example, self._theme = example, theme
        self._picture = QPixmap(str(example.picture))
        self.setFixedSize(CARD)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr(example.name))
        self.setToolTip(tr(example.description))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge = theme.accent if self.hasFocus() else theme.faint if self.underMouse() else theme.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(theme.hover if self.underMouse() else theme.panel))
        painter.drawRoundedRect(frame, 8, 8)
        self._paint_picture(painter, frame)
        self._write(painter)

    def _paint_picture(self, painter: QPainter, frame: QRectF) -> None:
        """The picture fills its part of the card; what is too high or wide is cut evenly, but of a panorama everything is seen."""
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(frame, 8, 8)
        painter.setClipPath(shape)
        painter.setClipRect(QRect(0, 0, PICTURE.width(), PICTURE.height()), Qt.ClipOperation.IntersectClip)
        wide = self._picture.width() > 1.5 * self._picture.height()
        mode = Qt.AspectRatioMode.KeepAspectRatio if wide else Qt.AspectRatioMode.KeepAspectRatioByExpanding
        size = self._picture.size().scaled(PICTURE, mode)
        corner = QRect(0, 0, PICTURE.width(), PICTURE.height()).center() - QRect(0, 0, size.width(), size.height()).center()
        painter.fillRect(QRect(0, 0, PICTURE.width(), PICTURE.height()), QColor(self._theme.field))
        painter.drawPixmap(QRect(corner, size), self._picture)
        painter.restore()

    def _write(self, painter: QPainter) -> None:
        area = QRect(12, PICTURE.height() + 8, CARD.width() - 24, CARD.height() - PICTURE.height() - 14)
        title = font(BODY, QFont.Weight.DemiBold)
        painter.setFont(title)
        painter.setPen(QColor(self._theme.text))
        name = QFontMetrics(title).elidedText(tr(self.example.name), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
        painter.setFont(font(SMALL))
        painter.setPen(QColor(self._theme.muted))
        below = area.adjusted(0, QFontMetrics(title).height() + 3, 0, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, self._two_lines(below.width()))

    def _two_lines(self, width: int) -> str:
        """The beginning of the description, cut where the second line ends."""
        measure = QFontMetrics(font(SMALL))
        first, words = "", tr(self.example.description).split()
        while words and measure.horizontalAdvance(f"{first} {words[0]}") <= width:
            first = f"{first} {words.pop(0)}".strip()
        return f"{first}\n{measure.elidedText(' '.join(words), Qt.TextElideMode.ElideRight, width)}"


class StartPage(QWidget):
    node_requested = Signal()
    opening_requested = Signal()
    tour_requested = Signal()
    example_requested = Signal(Path)
    file_requested = Signal(Path)

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("start_page")
        self._theme = theme
        self.cards: list[Card] = []
        self.recent: list[QPushButton] = []
        self._title = QLabel(tr("Begin with an example"))
        self._title.setFont(font(20, QFont.Weight.DemiBold))
        self._cards = QGridLayout()
        self._cards.setSpacing(GAP)
        self._recent = QHBoxLayout()
        self._recent.setSpacing(4)
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addWidget(self._title, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._cards)
        column.addLayout(self._recent)
        column.addLayout(self._buttons())
        self.show_beginnings((), ())

    def _buttons(self) -> QHBoxLayout:
        add = QPushButton(icon("add", self._theme), tr("Add a node   Tab"))
        add.clicked.connect(self.node_requested)
        opened = QPushButton(icon("open", self._theme), tr("Open…   Ctrl+O"))
        opened.clicked.connect(self.opening_requested)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        tour = QPushButton(icon("help", self._theme), tr("Take the tour"))
        tour.clicked.connect(self.tour_requested)
        for button in (add, opened, tour):
            row.addWidget(button)
        row.addStretch()
        return row

    def show_beginnings(self, examples: Sequence[Example], recent: Sequence[Path]) -> None:
        """Show what can be begun with: a card an example, and the files of last time."""
        for widget in (*self.cards, *self.recent):
            widget.hide()
            widget.deleteLater()
        self.cards = [Card(example, self._theme) for example in examples[:MOST_EXAMPLES]]
        for card in self.cards:
            card.clicked.connect(lambda checked=False, path=card.example.path: self.example_requested.emit(path))
        self._show_recent(recent)
        complete_names(self)
        self._title.setText(tr("Begin with an example") if self.cards else tr("An empty canvas"))
        self.center()

    def _place_cards(self) -> None:
        """In as many columns and rows as there is room for; the last cards hide where there is none."""
        room = self.parentWidget().size()
        columns = max(2, min(COLUMNS, (room.width() - GAP) // (CARD.width() + GAP)))
        rows = max(LEAST_ROWS, (room.height() - BESIDE) // (CARD.height() + GAP))
        while self._cards.takeAt(0):
            pass
        for number, card in enumerate(self.cards):
            if fits := number < columns * rows:
                self._cards.addWidget(card, number // columns, number % columns)
            card.setVisible(fits)

    def _show_recent(self, recent: Sequence[Path]) -> None:
        while item := self._recent.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.recent = []
        if not recent:
            return
        lead = QLabel(tr("Recent"))
        lead.setProperty("heading", True)
        self._recent.addStretch()
        self._recent.addWidget(lead)
        for path in recent[:MOST_RECENT]:
            button = QPushButton(path.stem)
            button.setProperty("flat", True)
            button.setToolTip(str(path))
            button.clicked.connect(lambda checked=False, path=path: self.file_requested.emit(path))
            self._recent.addWidget(button)
            self.recent.append(button)
        self._recent.addStretch()
        for widget in (lead, *self.recent):
            widget.show()  # at once: what is hidden has no size yet when the page is fitted

    def center(self) -> None:
        room = self.parentWidget().rect()
        self._place_cards()
        if layout := self.layout():
            layout.activate()
        self.adjustSize()
        self.move((room.width() - self.width()) // 2, (room.height() - self.height()) // 2)
