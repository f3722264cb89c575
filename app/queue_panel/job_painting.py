"""A row of the queue: a mark for the state, the job's name, how it stands, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.queue.job import Job
from app.queue_panel.job_model import JOB, Index
from app.queue_panel.thumbnails import SIDE, Thumbnails
from app.session import Session
from app.theme.fonts import BODY, SMALL, font
from app.theme.icons import SIZE, pixmap
from app.theme.tokens import Theme

ROW_HEIGHT = 44
BAR = 2
MARKS = {"waiting": "waiting", "running": "run", "paused": "pause", "done": "tick", "failed": "failed", "stopped": "stop"}


class JobPainter(QStyledItemDelegate):
    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._queueing, self._theme = session.queueing, theme
        self.thumbnails = Thumbnails(session.queueing)
        self._title, self._small = font(BODY, QFont.Weight.Medium), font(SMALL)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        job: Job = index.data(JOB)
        area: QRect = option.rect.adjusted(4, 1, -4, -1)  # type: ignore[attr-defined]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.hover))
            painter.drawRoundedRect(area, 5, 5)
        picture = self.thumbnails.of(job, painter.device().devicePixelRatioF())
        if not picture.isNull():
            area = self._draw_picture(painter, picture, area, faded=job.state in ("stopped", "failed"))
        mark = pixmap(MARKS[job.state], self._color(job), SIZE, painter.device().devicePixelRatioF())
        painter.drawPixmap(area.x() + 8, area.y() + (area.height() - SIZE) // 2, mark)
        self._write(painter, job, area.adjusted(32, 4, -8, -5))
        if job.state == "running":
            self._draw_progress(painter, area.adjusted(32, 0, -8, 0))

    def _draw_picture(self, painter: QPainter, picture: QPixmap, area: QRect, faded: bool) -> QRect:
        """Paint it at the right end; what is left of the area."""
        size = picture.deviceIndependentSize().toSize()
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(QRect(area.right() - SIDE - 3, area.y(), SIDE, area.height()).center())
        painter.setOpacity(0.4 if faded else 1.0)
        painter.drawPixmap(place, picture)
        painter.setOpacity(1.0)
        return area.adjusted(0, 0, -SIDE - 4, 0)

    def _color(self, job: Job) -> str:
        theme = self._theme
        colors = {"running": theme.accent, "done": theme.good, "failed": theme.bad, "paused": theme.warning, "waiting": theme.muted}
        return colors.get(job.state, theme.faint)

    def _write(self, painter: QPainter, job: Job, area: QRect) -> None:
        flags, elide = Qt.AlignmentFlag, Qt.TextElideMode.ElideRight
        painter.setFont(self._title)
        painter.setPen(QColor(self._theme.muted if job.is_finished else self._theme.text))
        name = QFontMetrics(self._title).elidedText(job.name, elide, area.width())
        painter.drawText(area, flags.AlignLeft | flags.AlignTop, name)
        painter.setFont(self._small)
        painter.setPen(QColor(self._theme.bad if job.state == "failed" else self._theme.faint if job.is_finished else self._theme.muted))
        text = " ".join(self._queueing.standing(job).split())
        painter.drawText(area, flags.AlignLeft | flags.AlignBottom, QFontMetrics(self._small).elidedText(text, elide, area.width()))

    def _draw_progress(self, painter: QPainter, area: QRect) -> None:
        line = QRectF(area.x(), area.bottom() - BAR + 1, area.width(), BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.line))
        painter.drawRoundedRect(line, 1, 1)
        painter.setBrush(QColor(self._theme.accent))
        painter.drawRoundedRect(QRectF(line.x(), line.y(), line.width() * self._queueing.pace.share, BAR), 1, 1)
