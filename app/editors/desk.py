"""Where the picture lies that is worked on: zoom at the pointer, moved by the hand, whole pixels when magnified."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme.colors import checker
from app.theme.tokens import Theme

LEAST, MOST = 0.02, 64.0
WHEEL_STEP = 1.2
MARGIN = 16


class Desk(QWidget):
    zoom_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._theme = theme
        self._pixmap: QPixmap | None = None
        self._center = QPointF()  # the point of the picture in the middle of the view
        self._drag: QPointF | None = None
        self.zoom = 1.0
        self.fitted = True

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    @property
    def picture_size(self) -> QSize:
        return self._pixmap.size() if self._pixmap else QSize()

    def show_image(self, image: QImage | None) -> None:
        """A picture of the same size keeps the view; another size is fitted anew."""
        size = self.picture_size
        self._pixmap = QPixmap.fromImage(image) if image is not None else None
        if self.fitted or size != self.picture_size:
            self.fit()
        self.update()

    def fit(self) -> None:
        self.fitted = True
        area = self.extent()
        if not area.isEmpty():
            room = self.size().shrunkBy(QMargins(MARGIN, MARGIN, MARGIN, MARGIN))
            self._set(min(room.width() / area.width(), room.height() / area.height()), area.center())

    def extent(self) -> QRectF:
        """What is fitted into the view, in pixels of the picture."""
        return QRectF(QPointF(), self.picture_size.toSizeF())

    def show_actual_size(self) -> None:
        """One pixel of the picture on one pixel of the screen."""
        self.fitted = False
        size = self.picture_size
        self._set(1.0 / self.devicePixelRatioF(), QPointF(size.width() / 2, size.height() / 2))

    def _set(self, zoom: float, center: QPointF) -> None:
        self.zoom = min(MOST, max(LEAST, zoom))
        self._center = center
        self.update()
        self.zoom_changed.emit()

    def on_picture(self, at: QPointF) -> QPointF:
        return (at - QPointF(self.width() / 2, self.height() / 2)) / self.zoom + self._center

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.ground))
        if self._pixmap is None:
            return
        size = QPointF(self._pixmap.width(), self._pixmap.height())
        corner = QPointF(self.width() / 2, self.height() / 2) - self._center * self.zoom
        box = QRectF(corner.toPoint(), (corner + size * self.zoom).toPoint())
        painter.setBrushOrigin(box.topLeft())
        if self._pixmap.hasAlphaChannel():
            painter.fillRect(box, checker(self._theme))
        crisp = self.zoom * self.devicePixelRatioF() >= 1.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not crisp)
        painter.drawPixmap(box, self._pixmap, QRectF(self._pixmap.rect()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._pixmap is None:
            return
        at = event.position()
        under = self.on_picture(at)
        zoom = min(MOST, max(LEAST, self.zoom * WHEEL_STEP ** (event.angleDelta().y() / 120)))
        self.fitted = False
        self._set(zoom, under - (at - QPointF(self.width() / 2, self.height() / 2)) / zoom)
        event.accept()

    # the hand: the editor's paper decides when it is one

    def take_hold(self, at: QPointF) -> None:
        self._drag = at
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def drag_to(self, at: QPointF) -> None:
        if self._drag is not None:
            moved = at - self._drag
            self._drag = at
            self.fitted = False
            self._set(self.zoom, self._center - moved / self.zoom)

    def let_go(self) -> None:
        self._drag = None
        self.unsetCursor()
