"""The picture that is painted on: zoom and scroll as in the viewer, mouse and pen handed to the editor as touches of the picture."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QTabletEvent,
    QTransform,
)

from app.editors.desk import Desk
from app.editors.editor import Editor, Touch
from app.language import tr
from app.theme.tokens import Theme

ZOOM_STEP = 1.25
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


class Paper(Desk):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("paper")
        self.setAccessibleName(tr("Picture to paint on"))
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.editor: Editor | None = None
        self._hover: Touch | None = None
        self._draws = False
        self._holds = False  # the space bar: the hand moves the picture

    def show_editor(self, editor: Editor | None) -> None:
        if self.editor:
            self.editor.repaint_wanted.disconnect(self.update)
        self.editor, self._draws = editor, False
        if editor:
            editor.repaint_wanted.connect(self.update)
        self.update()

    def show_picture(self, image: QImage | None, size: QSize) -> None:
        """The picture, or blank paper of a size."""
        if image is None and self.editor:
            clear = self.editor.blank == "clear"
            image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied if clear else QImage.Format.Format_RGB32)
            image.fill(Qt.GlobalColor.transparent if clear else QColor(self.editor.blank or self._theme.raised))
        self.show_image(image)

    def extent(self) -> QRectF:
        return self.editor.extent if self.editor and self._pixmap else super().extent()

    @property
    def to_widget(self) -> QTransform:
        """From pixels of the picture to the widget."""
        middle = QPointF(self.width() / 2, self.height() / 2) - self._center * self.zoom
        corner = middle.toPoint()
        return QTransform(self.zoom, 0, 0, self.zoom, corner.x(), corner.y())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.editor is None or self._pixmap is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(self.to_widget)
        self.editor.paint(painter, self.zoom)
        if self._hover and not self._holds:
            drawn = self.editor.paint_cursor(painter, self._hover.at, self.zoom)
            self._show_cursor(Qt.CursorShape.BlankCursor if drawn else self.editor.cursor(self._hover))

    def _show_cursor(self, shape: Qt.CursorShape) -> None:
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    # mouse and pen

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == LEFT and not self._holds and self.editor and self._pixmap:
            self._draws = True
            self.editor.press(self._touch(event))
        elif event.button() in (LEFT, MIDDLE):
            self.take_hold(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._follow(self._touch(event))
        self.drag_to(event.position())

    def _follow(self, touch: Touch) -> None:
        self._hover = touch
        if self.editor:
            (self.editor.move if self._draws else self.editor.hover)(touch)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == LEFT and self._draws and self.editor:
            self._draws = False
            self.editor.release(self._touch(event))
        else:
            self.let_go()
            if self._holds:
                self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == LEFT and not self._holds and self.editor and self._pixmap:
            self._draws = True
            self.editor.press(self._touch(event)._replace(double=True))
        elif event.button() == MIDDLE:
            self.fit()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Taken here, so that Qt makes no mouse events of it."""
        touch = self._pen_touch(event)
        if event.type() == QEvent.Type.TabletPress and self.editor and not self._holds and event.button() == LEFT:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._draws, self._hover = True, touch
            self.editor.press(touch)
        elif event.type() == QEvent.Type.TabletMove:
            self._follow(touch)
        elif event.type() == QEvent.Type.TabletRelease and self._draws and self.editor:
            self._draws = False
            self.editor.release(touch)
        else:
            event.ignore()
            return
        event.accept()

    def _touch(self, event: QMouseEvent) -> Touch:
        return Touch(self.on_picture(event.position()), keys=event.modifiers(), zoom=self.zoom)

    def _pen_touch(self, event: QTabletEvent) -> Touch:
        tilt = min(90.0, math.hypot(event.xTilt(), event.yTilt()))
        erases = event.pointerType() == QPointingDevice.PointerType.Eraser
        return Touch(self.on_picture(event.position()), event.pressure(), tilt, event.modifiers(), erases, self.zoom)

    def on_widget(self, at: QPointF) -> QPointF:
        return self.to_widget.map(at)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._holds = True
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self.editor and self.editor.cancel():
            self.update()
        elif not (self.editor and self.editor.take_key(event)) and not self._zoom_by_key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._holds = False
            self.update()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        self._holds = False

    def _zoom_by_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom_by(ZOOM_STEP)
            case Qt.Key.Key_Minus:
                self._zoom_by(1 / ZOOM_STEP)
            case Qt.Key.Key_0 | Qt.Key.Key_Home:
                self.fit()
            case Qt.Key.Key_1:
                self.show_actual_size()
            case _:
                return False
        return True

    def _zoom_by(self, times: float) -> None:
        self.fitted = False
        self._set(self.zoom * times, self._center)
