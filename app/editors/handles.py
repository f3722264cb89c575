"""A box that is taken by its edges, corners or middle: where the hand is on it, and what a drag makes of it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

GRIP = 9.0
"""Pixels of the screen within which an edge or corner is taken."""
SIZE = 8.0
KNOB = 24.0
"""Pixels of the screen from the box to the knob that turns it."""
SNAP = 15
CURSORS = {
    (0, 0): Qt.CursorShape.SizeAllCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
}

Grip = tuple[int, int]
"""Which edge is held, across and down: -1 the first, 1 the last, 0 neither; (0, 0) is the middle."""


def grip_at(box: QRectF, at: QPointF, zoom: float, middle: bool = True) -> Grip | None:
    """What of a box is under the pointer."""
    reach = GRIP / zoom
    if not box.adjusted(-reach, -reach, reach, reach).contains(at):
        return None
    across = _edge(at.x(), box.left(), box.right(), reach)
    down = _edge(at.y(), box.top(), box.bottom(), reach)
    return (across, down) if (across, down) != (0, 0) or middle else None


def _edge(at: float, first: float, last: float, reach: float) -> int:
    near = -1 if abs(at - first) < abs(at - last) else 1
    return near if min(abs(at - first), abs(at - last)) <= reach else 0


def dragged(box: QRectF, grip: Grip, by: QPointF, even: bool = False) -> QRectF:
    """The box after a drag. ``even`` keeps the ratio of its sides where a corner is held."""
    if grip == (0, 0):
        return box.translated(by)
    if even and 0 not in grip and box.width() and box.height():
        share = max(by.x() * grip[0] / box.width(), by.y() * grip[1] / box.height())
        by = QPointF(share * box.width() * grip[0], share * box.height() * grip[1])
    left, right = (by.x() if grip[0] == side else 0.0 for side in (-1, 1))
    top, bottom = (by.y() if grip[1] == side else 0.0 for side in (-1, 1))
    return box.adjusted(left, top, right, bottom)


def about(middle: QPointF, at: QPointF, angle: float) -> QPointF:
    """A place turned about another, in degrees with the clock."""
    turn = QTransform().rotate(angle)
    return middle + turn.map(at - middle)


def put_back(box: QRectF, begun: QRectF, angle: float) -> QRectF:
    """A box that was dragged as if it were upright, so that of the turned one the other edges stay where they were."""
    made = QRectF(box)
    made.moveCenter(about(begun.center(), box.center(), angle))
    return made


def knob(box: QRectF, zoom: float) -> QPointF:
    """Where a box is taken to turn it: beyond the middle of its upper edge."""
    return QPointF(box.center().x(), box.top() - KNOB / zoom)


def is_on_knob(box: QRectF, at: QPointF, zoom: float) -> bool:
    return (at - knob(box, zoom)).manhattanLength() * zoom <= GRIP


def angle_of(middle: QPointF, at: QPointF, snaps: bool = False) -> float:
    """The angle at which the knob is dragged to a place, in degrees from upright, -180 to 180; snapping to steps of 15."""
    found = math.degrees(math.atan2(at.x() - middle.x(), middle.y() - at.y()))
    return float(round(found / SNAP) * SNAP) if snaps else found


def cursor_for(grip: Grip | None) -> Qt.CursorShape:
    if grip is None:
        return Qt.CursorShape.ArrowCursor
    across, down = grip
    return CURSORS[(abs(across), across * down if across and down else abs(down))]


def paint_box(
    painter: QPainter, box: QRectF, zoom: float, color: QColor, handles: bool = True, angle: float = 0, turns: bool = False
) -> None:
    """A line that is seen on any picture, with a handle on each edge and corner, and where it ``turns`` a knob above."""
    painter.save()
    if angle:
        painter.translate(box.center())
        painter.rotate(angle)
        painter.translate(-box.center())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((QColor(0, 0, 0, 150), 3.0), (color, 1.5)):
        painter.setPen(_pen(ink, width))
        painter.drawRect(box)
        if turns:
            painter.drawLine(QPointF(box.center().x(), box.top()), knob(box, zoom))
    if handles:
        half = SIZE / 2 / zoom
        painter.setPen(_pen(QColor(0, 0, 0, 180), 1.0))
        painter.setBrush(QColor(255, 255, 255))
        middle = box.center()
        for x in (box.left(), middle.x(), box.right()):
            for y in (box.top(), middle.y(), box.bottom()):
                if QPointF(x, y) != middle:
                    painter.drawRect(QRectF(x - half, y - half, 2 * half, 2 * half))
        if turns:
            painter.drawEllipse(knob(box, zoom), half, half)
    painter.restore()


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)
    return pen
