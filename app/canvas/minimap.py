"""A map of the whole graph in the corner: what is seen is framed; a press or drag goes there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsView, QWidget

from app.canvas.graph_scene import GraphScene
from app.language import tr
from app.theme.tokens import Theme

WIDTH, HEIGHT = 208, 136
MARGIN, PADDING = 12, 8
FROM_NODES = 40
"""How many nodes there are before the map is shown by itself."""


class Minimap(QWidget):
    def __init__(self, view: QGraphicsView, scene: GraphScene, theme: Theme) -> None:
        super().__init__(view.viewport())  # not the view: what lies over the viewport keeps Qt from moving its pixels
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # under anything else Qt paints the whole view to pan it
        self.setObjectName("minimap")
        self.setAccessibleName(tr("Map of the graph"))
        self.setToolTip(tr("Map of the graph   O"))
        self.resize(WIDTH, HEIGHT)
        self._view, self._scene, self._theme = view, scene, theme
        self._wanted: bool | None = None
        self._picture: QPixmap | None = None
        self._area = QRectF()
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._follow)
        self.hide()

    def toggle(self) -> None:
        """Show or hide it, whatever it would do by itself."""
        self._wanted = not self.isVisible()
        self.refresh()

    def refresh(self) -> None:
        """The graph changed, or the view has another size."""
        many = len(self._scene.nodes) > FROM_NODES
        self.setVisible(bool(self._scene.nodes) and (many if self._wanted is None else self._wanted))
        self._picture = None
        self.update()
        self._follow()

    def _follow(self) -> None:
        """Stay in the corner, since what lies on the viewport is scrolled along, and frame what is seen now."""
        if self.isVisible():
            self.move(self.parentWidget().width() - WIDTH - MARGIN, self.parentWidget().height() - HEIGHT - MARGIN)
            self.update()

    @property
    def scale(self) -> float:
        """From the scene to the map."""
        return min((WIDTH - 2 * PADDING) / self._area.width(), (HEIGHT - 2 * PADDING) / self._area.height())

    def _corner(self) -> QPointF:
        size = self._area.size() * self.scale
        return QPointF((WIDTH - size.width()) / 2, (HEIGHT - size.height()) / 2)

    def _drawn(self) -> QPixmap:
        """The graph, painted once after each change."""
        self._area = self._scene.bounds().adjusted(-40, -40, 40, 40)
        ratio = self.devicePixelRatioF()
        made = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.translate(self._corner())
        painter.scale(self.scale, self.scale)
        painter.translate(-self._area.topLeft())
        self._scene.overview.paint(painter, self._area)
        painter.end()
        return made

    def seen(self) -> QRectF:
        """What the view shows, on the map."""
        area = self._view.mapToScene(self._view.viewport().rect()).boundingRect()
        corner = (area.topLeft() - self._area.topLeft()) * self.scale + self._corner()
        return QRectF(corner, area.size() * self.scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.line), 1))
        painter.setBrush(QColor(self._theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.drawPixmap(0, 0, self._picture)
        glass = QColor(self._theme.accent)
        glass.setAlpha(30)
        painter.setPen(QPen(QColor(self._theme.accent), 1))
        painter.setBrush(glass)
        painter.drawRect(self.seen().intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def _go_to(self, at: QPointF) -> None:
        self._view.centerOn((at - self._corner()) / self.scale + self._area.topLeft())
        self.update()
