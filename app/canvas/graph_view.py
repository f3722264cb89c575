"""The view of a graph: pan, zoom, framing and painting. What presses and keys mean is the canvas's business."""

from __future__ import annotations

import math
import time
from functools import lru_cache

from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsPathItem, QGraphicsView, QStyleOptionGraphicsItem

from app.canvas.coasting import Coasting
from app.canvas.cursor_hint import CursorHint
from app.canvas.getting_models import menu_for_model
from app.canvas.graph_scene import GraphScene
from app.canvas.inks import Inks
from app.canvas.minimap import Minimap
from app.canvas.node_painting import FULL, OVERVIEW
from app.canvas.start_page import StartPage
from app.canvas.wire_item import WireItem, wire_path
from app.language import tr
from app.linking import Gap, LooseEnd
from app.session import Session
from app.theme.tokens import Theme
from graph_engine.graph import Link

NEAREST, FARTHEST = 3.0, 0.1
WHEEL_STEP = 1.06
GRID_STEP = 24.0
FRAME_MARGIN = 56


@lru_cache(maxsize=64)
def grid_points(columns: int, rows: int, step: float) -> QPolygonF:
    """Made once a size: to make ten thousand points takes longer than to draw them."""
    return QPolygonF([QPointF(x * step, y * step) for x in range(columns) for y in range(rows)])


class GraphView(QGraphicsView):
    menu_requested = Signal(QPoint)
    node_requested = Signal(QPoint, object)  # where in the view, and the loose end or gap that waits for it

    def __init__(self, session: Session, theme: Theme) -> None:
        self.inks = Inks(theme)
        self.graph_scene = GraphScene(session, self.inks)
        super().__init__(self.graph_scene)
        self.graph_scene.overview.changed = self._changed
        self.session = session
        self.zoom = 1.0
        self.chosen_wire: Link | None = None
        self._kept_wire: QGraphicsPathItem | None = None
        self.cursor_hint = CursorHint(self.viewport())
        self.coasting = Coasting(self, self._paint)
        self.minimap = Minimap(self, self.graph_scene, theme)
        self.start_page = StartPage(self, theme)  # not the viewport: what lies there is scrolled along
        self._set_up()

    def _set_up(self) -> None:
        self.setObjectName("canvas")
        self.setAccessibleName(tr("Graph"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        flags = QGraphicsView.OptimizationFlag
        self.setOptimizationFlags(flags.DontSavePainterState | flags.DontAdjustForAntialiasing)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(False)  # files are the window's: the scene would take them and do nothing
        self.centerOn(0, 0)

    # pan, zoom, framing

    def showEvent(self, event: QShowEvent) -> None:
        """What was opened before the view had its size is framed now."""
        super().showEvent(event)
        if not event.spontaneous():
            self.frame_all()

    def frame_all(self) -> None:
        self._frame(self.graph_scene.bounds())

    def frame_selection(self) -> None:
        self._frame(self.graph_scene.bounds(self.session.selection))

    def _frame(self, area: QRectF) -> None:
        if area.isEmpty():
            self._set_zoom(1.0)
            self.centerOn(0, 0)
            return
        room = self.viewport().size()
        wide = (room.width() - 2 * FRAME_MARGIN) / area.width()
        high = (room.height() - 2 * FRAME_MARGIN) / area.height()
        self._set_zoom(min(1.0, wide, high))
        self.centerOn(area.center())

    def _set_zoom(self, zoom: float) -> None:
        self.zoom = min(NEAREST, max(FARTHEST, zoom))
        self.resetTransform()
        self.scale(self.zoom, self.zoom)

    def zoom_by(self, factor: float, at: QPointF) -> None:
        """Zoom so that what lies under a point of the view stays under it."""
        zoom = min(NEAREST, max(FARTHEST, self.zoom * factor))
        if math.isclose(zoom, self.zoom):
            return
        anchor = self.viewportTransform().inverted()[0].map(at)
        self._set_zoom(zoom)
        moved = self.viewportTransform().map(anchor) - at
        self.scroll_by(QPoint(round(-moved.x()), round(-moved.y())))
        self.coasting.stepped(factor, at)

    def scroll_by(self, distance: QPoint) -> None:
        """Scroll bars, though hidden, do the panning: Qt then moves pixels instead of painting them again."""
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - distance.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - distance.y())

    def zoom_in_middle(self, factor: float) -> None:
        self.zoom_by(factor, QPointF(self.viewport().rect().center()))

    def zoom_to_actual(self) -> None:
        self.zoom_in_middle(1.0 / self.zoom)

    def wheelEvent(self, event: QWheelEvent) -> None:
        touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase or event.device().type() == event.device().DeviceType.TouchPad
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if touchpad and not control:
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 4
            self.scroll_by(moved)
        else:
            self.zoom_by(WHEEL_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def show_selected(self) -> None:
        """Scroll, no farther than needed, so that what is selected is in sight."""
        area = self.graph_scene.bounds(self.session.selection) if self.session.selection else QRectF()
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        if not area.isEmpty() and not seen.contains(area):
            self.ensureVisible(area, FRAME_MARGIN, FRAME_MARGIN)

    def bring_into_sight(self) -> None:
        """Show what is selected in the middle, as large as it is or as it fits."""
        area = self.graph_scene.bounds(self.session.chosen)
        self._set_zoom(max(self.zoom, 0.6))
        self.centerOn(area.center())

    def choose_wire(self, wire: WireItem | None) -> None:
        if self.chosen_wire and (old := self.graph_scene.wires.get(self.chosen_wire)):
            old.show_lit(False)
        self.chosen_wire = wire.link if wire else None
        if wire:
            wire.show_lit(True)

    def take_remedy(self, node: str) -> None:
        """Do what the button of a node offers."""
        remedy = self.graph_scene.remedy(node)
        if remedy and remedy.loose:
            port = self.graph_scene.nodes[node].port_point(remedy.loose.name, gives=False)
            end = port - QPointF(64, 0)
            self.keep_wire(remedy.loose, end)
            self.ask_for_node(self.mapFromScene(end), remedy.loose)
        elif remedy and remedy.missing:
            area = self.graph_scene.nodes[node].face.remedy_area
            corner = self.graph_scene.nodes[node].pos() + area.bottomLeft()
            menu_for_model(self, remedy.missing).popup(self.viewport().mapToGlobal(self.mapFromScene(corner)))
        elif remedy:
            self.session.running.run({node})

    # a wire that waits for its node

    def ask_for_node(self, at: QPoint, loose: LooseEnd | Gap | None) -> None:
        self.node_requested.emit(at, loose)

    def keep_wire(self, loose: LooseEnd, end: QPointF) -> None:
        """Leave the wire where it was let go, while a node is looked for."""
        self._kept_wire = QGraphicsPathItem()
        self._kept_wire.setPen(self.inks.live_wire(loose.types[0]))
        anchor = self.graph_scene.nodes[loose.node].port_point(loose.name, loose.gives)
        self._kept_wire.setPath(wire_path(anchor, end) if loose.gives else wire_path(end, anchor))
        self.graph_scene.add_passing(self._kept_wire)

    def drop_kept_wire(self) -> None:
        if self._kept_wire:
            self.graph_scene.remove_passing(self._kept_wire)
            self._kept_wire = None

    # painting

    def drawBackground(self, painter: QPainter, area: QRectF | QLineF) -> None:
        painter.fillRect(area, self.inks.ground)
        step = GRID_STEP * (1 if self.zoom >= 0.75 else 2 if self.zoom >= 0.4 else 8)
        left, top = math.floor(area.left() / step) * step, math.floor(area.top() / step) * step
        columns, rows = int(area.width() / step) + 2, int(area.height() / step) + 2
        painter.setPen(self.inks.grid(self.devicePixelRatioF()))
        painter.translate(left, top)
        painter.drawPoints(grid_points(math.ceil(columns / 8) * 8, math.ceil(rows / 8) * 8, step))
        painter.translate(-left, -top)

    def paintEvent(self, event: QPaintEvent) -> None:
        whole = event.rect() == self.viewport().rect()
        if whole and self.coasting.on:
            self.coasting.show(QPainter(self.viewport()))
            return
        began = time.perf_counter()
        if self.zoom >= FULL:
            super().paintEvent(event)
        else:
            painter = QPainter(self.viewport())
            painter.setClipRegion(event.region())
            self._paint_small(painter, event.rect())
        if whole:
            self.coasting.took(time.perf_counter() - began)

    def _paint(self, painter: QPainter, part: QRect) -> None:
        """Paint a part of the view to where the painter's transform takes it."""
        if self.zoom < FULL:
            self._paint_small(painter, part)
        else:
            painter.setRenderHints(self.renderHints())
            self.render(painter, QRectF(part), part)

    def _paint_small(self, painter: QPainter, part: QRect) -> None:
        """Where nodes are too small to be worked on all is painted in bulk, and not by Qt item by item."""
        painter.setWorldTransform(self.viewportTransform(), combine=True)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        seen = self.mapToScene(part).boundingRect()
        if self.zoom >= OVERVIEW:
            self.drawBackground(painter, seen)
            self.graph_scene.overview.paint_near(painter, seen)
        else:
            painter.fillRect(seen, self.inks.ground)
            self.graph_scene.overview.paint(painter, seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for item in self.graph_scene.passing:
            if item.isVisible():
                painter.save()
                painter.setWorldTransform(item.sceneTransform(), combine=True)
                item.paint(painter, QStyleOptionGraphicsItem())
                painter.restore()

    def _changed(self) -> None:
        """Qt knows only where it painted items itself; what was painted in bulk is painted again as a whole."""
        self.coasting.stop()
        if self.zoom < FULL:
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.start_page.center()
        self.minimap.refresh()
