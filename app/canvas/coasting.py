"""While a large graph is zoomed, a picture of it is shown larger, step by step; it is painted anew once the hand rests.

Only where painting takes longer than a frame, and never so large that it looks coarse.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QTimer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsView

FRAME = 0.012
"""Seconds of painting from which on zooming coasts."""
REST = 90
"""Milliseconds after the last step until all is painted anew."""
STRETCH = 1.35
"""How many times larger than it was painted the picture may be shown."""


class Coasting(QObject):
    """``paint`` paints a part of the view, in its pixels, to where the painter's transform takes it."""

    def __init__(self, view: QGraphicsView, paint: Callable[[QPainter, QRect], None]) -> None:
        super().__init__(view)
        self._view, self._paint = view, paint
        self._seconds = 0.0
        self._picture = QImage()
        self._area = QRectF()  # of the scene, that the picture shows
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.stop)

    @property
    def on(self) -> bool:
        """Whether the viewport is to be painted from the picture."""
        return self._rest.isActive() and self._area.contains(self._seen())

    def took(self, seconds: float) -> None:
        """So long the view took to be painted as a whole."""
        self._seconds = seconds

    def stepped(self, factor: float, at: QPointF) -> None:
        """The view was zoomed by a factor around one of its points."""
        if self._seconds <= FRAME:
            return
        self._rest.start()
        seen = self._seen()
        if not self._area.contains(seen) or self._area.width() > seen.width() * STRETCH:
            self._take(1.0 if factor > 1 else STRETCH * 0.98, at)

    def stop(self) -> None:
        """Everything is painted as it is from now on."""
        self._rest.stop()
        if not self._area.isEmpty():
            self._area, self._picture = QRectF(), QImage()
            self._view.viewport().update()

    def show(self, painter: QPainter) -> None:
        """Paint the viewport from the picture."""
        seen = self._seen()
        scale = self._picture.width() / self._area.width()
        part = QRectF((seen.topLeft() - self._area.topLeft()) * scale, seen.size() * scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self._view.viewport().rect()), self._picture, part)

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def _take(self, wider: float, at: QPointF) -> None:
        """Paint the picture: so many times wider than what is seen now, around a point of the view."""
        port = self._view.viewport()
        source = QRectF(at - at * wider, QRectF(port.rect()).size() * wider).toAlignedRect()
        picture = QImage(port.size() * port.devicePixelRatioF(), QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(port.devicePixelRatioF())
        painter = QPainter(picture)
        painter.scale(port.width() / source.width(), port.height() / source.height())
        painter.translate(-source.topLeft())
        began = time.perf_counter()
        self._paint(painter, source)
        painter.end()
        self.took(time.perf_counter() - began)
        self._picture, self._area = picture, self._view.mapToScene(source).boundingRect()
