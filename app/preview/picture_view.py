"""A picture under the eye: zoom at the pointer, drag, whole pixels when magnified, a checkerboard behind what is transparent.

Two pictures can be compared: beside one another, on both sides of a divider, or as what differs.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMarginsF, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.language import marked, tr
from app.preview.looks import channel_of, difference, fitted
from app.preview.token_layer import TokenLayer
from app.theme.colors import checker, to_hex
from app.theme.tokens import Theme

LEAST, MOST = 0.02, 64.0
WHEEL_STEP = 1.2
MARGIN = 16
GRIP = 8
TAG_EDGE = 8
COMPARISONS = (marked("divider"), marked("side by side"), marked("difference"))


class PictureView(QWidget):
    zoom_changed = Signal()
    pointed = Signal()
    picked = Signal(str)
    """The color under a click while `picking`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("picture_view")
        self.setAccessibleName(tr("Picture"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._theme = theme
        self._image: QImage | None = None
        self._other: QImage | None = None
        self._tags = ("", "")
        self._pixmaps: tuple[QPixmap, ...] = ()
        self._center = QPointF()  # the point of the picture in the middle of the view
        self._drag: QPointF | None = None
        self._drags_divider = False
        self._at: QPoint | None = None  # the pixel under the pointer
        self._on_other = False  # whether it is one of the other picture
        self.zoom = 1.0
        self.fitted = True
        self.channel = "color and alpha"
        self.comparison = "divider"
        self.divider = 0.5
        self.picking = False
        self.layer: TokenLayer | None = None
        """What is picked over the picture, if anything is."""
        self.keys: Callable[[QKeyEvent], bool] = lambda event: False
        """Takes keys that mean something to the layer."""
        self._picks = False

    def show_layer(self, layer: TokenLayer | None, keys: Callable[[QKeyEvent], bool] = lambda event: False) -> None:
        """Lay tokens over the picture, to be picked; none takes them away."""
        self.layer, self.keys = layer, keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if layer else Qt.FocusPolicy.NoFocus)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    @property
    def picture_size(self) -> QSize:
        return self._image.size() if self._image is not None else QSize()

    @property
    def is_comparing(self) -> bool:
        return self._image is not None and self._other is not None

    @property
    def pixel(self) -> tuple[QPoint, QColor] | None:
        """The pixel under the pointer and its color."""
        if self._image is None or self._at is None or not self._image.valid(self._at):
            return None
        shown = self._other if self._on_other else self._image
        return self._at, fitted(shown, self._image).pixelColor(self._at) if shown is not None else QColor()

    # what is shown

    def show_image(self, image: QImage | None) -> None:
        """A picture of the same size keeps the view; another size is fitted anew."""
        size = self.picture_size
        self._image = image
        self._renew()
        if self.fitted or size != self.picture_size:
            self.fit()

    def compare_with(self, image: QImage | None, tags: tuple[str, str] = ("", "")) -> None:
        """Show the picture beside another one, which stands left; None ends it. ``tags`` name the other and the picture."""
        self._other, self._tags = image, tags
        self._renew()
        if self.fitted:
            self.fit()

    def show_channel(self, channel: str) -> None:
        self.channel = channel
        self._renew()

    def show_comparison(self, comparison: str) -> None:
        self.comparison = comparison
        self._renew()
        if self.fitted:
            self.fit()

    def _renew(self) -> None:
        """Make what is painted from the pictures as they are looked at."""
        images = [] if self._image is None else [channel_of(self._image, self.channel)]
        if self._image is not None and self._other is not None:
            other = channel_of(fitted(self._other, self._image), self.channel)
            images = [difference(images[0], other)] if self.comparison == "difference" else [other, *images]
        self._pixmaps = tuple(QPixmap.fromImage(image) for image in images)
        self.update()

    # where it is shown

    def fit(self) -> None:
        self.fitted = True
        size = self.picture_size
        if not size.isEmpty():
            room = self._panes()[0].marginsRemoved(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)).size()
            self._set(min(room.width() / size.width(), room.height() / size.height()), QPointF(size.width() / 2, size.height() / 2))

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

    def _panes(self) -> tuple[QRectF, ...]:
        """The parts of the view, each with a picture in its middle."""
        whole = QRectF(self.rect())
        if not self.is_comparing or self.comparison != "side by side":
            return (whole,)
        half = whole.width() / 2
        return whole.adjusted(0, 0, -half, 0), whole.adjusted(half, 0, 0, 0)

    def _pane_at(self, at: QPointF) -> QRectF:
        panes = self._panes()
        return next((pane for pane in panes if pane.contains(at)), panes[0])

    def _to_picture(self, at: QPointF) -> QPointF:
        return (at - self._pane_at(at).center()) / self.zoom + self._center

    def to_screen(self, at: QPointF) -> QPointF:
        """Where a point of the picture lies in the view."""
        return self._panes()[0].center() + (at - self._center) * self.zoom

    @property
    def _divider_x(self) -> float:
        return self.divider * self.width()

    @property
    def _has_divider(self) -> bool:
        return self.is_comparing and self.comparison == "divider"

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.ground))
        if not self._pixmaps:
            painter.setPen(QColor(self._theme.faint))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("No picture yet"))
            return
        whole = QRectF(self.rect())
        if self._has_divider:
            self._paint_picture(painter, self._pixmaps[0], whole, whole.adjusted(0, 0, self._divider_x - whole.width(), 0))
            self._paint_picture(painter, self._pixmaps[1], whole, whole.adjusted(self._divider_x, 0, 0, 0))
            self._paint_divider(painter)
        else:
            for pixmap, pane in zip(self._pixmaps, self._panes(), strict=True):
                self._paint_picture(painter, pixmap, pane, pane)
        if self.layer and not self.is_comparing:
            self.layer.paint(painter, self._box(self._pixmaps[0].size(), whole), self._pixmaps[0].size())
        if len(self._pixmaps) == 2:
            self._paint_tags(painter)

    def _paint_picture(self, painter: QPainter, pixmap: QPixmap, pane: QRectF, clip: QRectF) -> None:
        painter.save()
        painter.setClipRect(clip)
        box = self._box(pixmap.size(), pane)
        painter.setBrushOrigin(box.topLeft())
        if pixmap.hasAlphaChannel():
            painter.fillRect(box, checker(self._theme))
        crisp = self.zoom * self.devicePixelRatioF() >= 1.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not crisp)
        painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
        painter.restore()

    def _box(self, size: QSize, pane: QRectF) -> QRectF:
        """Where a picture of a size lies in a part of the view."""
        corner = pane.center() - self._center * self.zoom
        return QRectF(corner.toPoint(), (corner + QPointF(size.width(), size.height()) * self.zoom).toPoint())

    def _paint_divider(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self._divider_x, self.height() / 2)
        painter.fillRect(QRectF(middle.x() - 1.5, 0, 3, self.height()), QColor(self._theme.outline))
        painter.fillRect(QRectF(middle.x() - 0.5, 0, 1, self.height()), QColor(self._theme.text))
        painter.setPen(QColor(self._theme.outline))
        painter.setBrush(QColor(self._theme.text))
        painter.drawRoundedRect(QRectF(middle.x() - 4, middle.y() - 14, 8, 28), 4, 4)

    def _paint_tags(self, painter: QPainter) -> None:
        """The names of both pictures, in the corners above."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._theme.outline)
        ground.setAlphaF(0.75)
        metrics = painter.fontMetrics()
        for number, tag in enumerate(self._tags):
            text = metrics.elidedText(tag, Qt.TextElideMode.ElideRight, self.width() // 2 - 32)
            box = QRectF(0, TAG_EDGE, metrics.horizontalAdvance(text) + 12, metrics.height() + 6)
            box.moveLeft(TAG_EDGE if number == 0 else self.width() - TAG_EDGE - box.width())
            if text:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ground)
                painter.drawRoundedRect(box, 4, 4)
                painter.setPen(QColor(self._theme.text))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # hands

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._image is None:
            return
        at = event.position()
        under = self._to_picture(at)
        zoom = min(MOST, max(LEAST, self.zoom * WHEEL_STEP ** (event.angleDelta().y() / 120)))
        self.fitted = False
        self._set(zoom, under - (at - self._pane_at(at).center()) / zoom)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self.picking and event.button() == Qt.MouseButton.LeftButton:
            self._point(at)
            if pixel := self.pixel:
                self.picked.emit(to_hex(pixel[1]))
        elif self._layer_takes(event):
            self._picks = True
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag = at
            self._drags_divider = self._over_divider(at) and event.button() == Qt.MouseButton.LeftButton
            self._show_cursor(at)

    def _layer_takes(self, event: QMouseEvent) -> bool:
        """Whether a press picks tokens. Beside the picture, and with the middle button, the picture is moved as ever."""
        if self.layer is None or self.is_comparing or event.button() != Qt.MouseButton.LeftButton:
            return False
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        return self.layer.press(self._to_picture(event.position()), event.modifiers())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.layer is None or not self.keys(event):
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self.layer and not self.is_comparing and self._drag is None:
            self.layer.move(self._to_picture(at)) if self._picks else None
            self.layer.point(self._to_picture(at))
        if self._drag is None:
            self._point(at)
        elif self._drags_divider:
            self.divider = min(1.0, max(0.0, at.x() / max(1, self.width())))
            self.update()
        else:
            moved = at - self._drag
            self._drag = at
            self.fitted = False
            self._set(self.zoom, self._center - moved / self.zoom)
        self._show_cursor(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag, self._drags_divider = None, False
        if self.layer and self._picks:
            self.layer.release()
        self._picks = False
        self._show_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._layer_takes(event):
            self._picks = True
        elif not self.picking:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        if self.layer:
            self.layer.point(None)
        self.pointed.emit()

    def _over_divider(self, at: QPointF) -> bool:
        return self._has_divider and abs(at.x() - self._divider_x) <= GRIP

    def _show_cursor(self, at: QPointF) -> None:
        if self.picking or self._picks:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._drags_divider or (self._drag is None and self._over_divider(at)):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif self._drag is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self.unsetCursor()

    def _point(self, at: QPointF) -> None:
        """Remember the pixel under the pointer."""
        spot = self._to_picture(at)
        self._at = QPoint(int(spot.x() // 1), int(spot.y() // 1))
        left = at.x() < (self._divider_x if self.comparison == "divider" else self.width() / 2)
        self._on_other = self.is_comparing and self.comparison != "difference" and left
        self.pointed.emit()
