"""The straight pieces of a wire beside the curve that they stand for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF

from app.canvas.wire_item import wire_path
from app.canvas.wire_pieces import Pieces

ENDS = [
    (QPointF(0, 0), QPointF(60, 20)),
    (QPointF(0, 0), QPointF(-500, 130)),
    (QPointF(10, 5), QPointF(9000, -4000)),
    (QPointF(0, 0), QPointF(0, 0)),
]
EVERYWHERE = QRectF(-20_000, -20_000, 40_000, 40_000)


def away(line: QLineF, point: QPointF) -> float:
    """How far a point is from a piece."""
    along = line.dx() ** 2 + line.dy() ** 2
    share = ((point.x() - line.x1()) * line.dx() + (point.y() - line.y1()) * line.dy()) / along if along else 0.0
    return QLineF(line.pointAt(min(1.0, max(0.0, share))), point).length()


@pytest.mark.parametrize(("start", "end"), ENDS)
@pytest.mark.parametrize("finest", [0.3, 2.0])
def test_pieces_are_no_farther_from_the_curve_than_they_say(start: QPointF, end: QPointF, finest: float) -> None:
    pieces, path = Pieces(start, end, finest).seen_in(EVERYWHERE), wire_path(start, end)
    points = [path.pointAtPercent(step / 400) for step in range(401)]
    assert max(min(away(line, point) for line in pieces) for point in points) <= finest


@pytest.mark.parametrize(("start", "end"), ENDS)
def test_pieces_lead_from_one_end_to_the_other(start: QPointF, end: QPointF) -> None:
    pieces = Pieces(start, end, 0.3).seen_in(EVERYWHERE)
    assert (pieces[0].p1(), pieces[-1].p2()) == (start, end)
    assert all(a.p2() == b.p1() for a, b in zip(pieces, pieces[1:], strict=False))


@pytest.mark.parametrize(("start", "end"), ENDS)
def test_what_is_seen_of_a_wire_is_all_that_lies_there(start: QPointF, end: QPointF) -> None:
    wire, path = Pieces(start, end, 0.3), wire_path(start, end)
    for step in range(0, 101, 10):
        point = path.pointAtPercent(step / 100)
        area = QRectF(point.x() - 20, point.y() - 20, 40, 40)
        assert min(away(line, point) for line in wire.seen_in(area)) <= 0.3


def test_far_pieces_of_a_long_wire_are_not_made() -> None:
    wire = Pieces(QPointF(0, 0), QPointF(9000, -4000), 0.3)
    assert 0 < len(wire.seen_in(QRectF(-50, -50, 100, 100))) < len(wire.seen_in(EVERYWHERE)) / 2
