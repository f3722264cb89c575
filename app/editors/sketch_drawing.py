"""Strokes of a sketch drawn by QPainter, as the node draws them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage, QPainter

from app.editors.coverage import Coverage, Dab
from app.editors.readable import is_stroke
from app.editors.units import FULL, pixels_of, point
from app.theme.colors import from_hex

Mode = QPainter.CompositionMode
LEAST_RADIUS = 0.5
FLAT = 90.0
HARD = {"detail": 0.85, "blocking": 0.55}
MIRRORS: dict[str, tuple[tuple[int, ...], ...]] = {"": ((),), "x": ((), (0,)), "y": ((), (1,)), "xy": ((), (0,), (1,), (0, 1))}


def dab_of(brush: str, x: float, y: float, diameter: float, pressure: float, tilt: float) -> Dab:
    """A place of a stroke in pixels. A detail brush gets thinner with less pressure, a blocking brush fainter, both broader by tilt."""
    lies, half = min(1.0, max(0.0, tilt / FLAT)), diameter / 2
    if brush == "blocking":
        return Dab(x, y, max(LEAST_RADIUS, half * (1 + lies)), 0.35 + 0.65 * pressure)
    return Dab(x, y, max(LEAST_RADIUS, half * (0.15 + 0.85 * pressure) * (1 + 2 * lies)), 1 - lies / 2)


def mirrored(dab: Dab, axes: tuple[int, ...], paper: QSize) -> Dab:
    x = paper.width() - dab.x if 0 in axes else dab.x
    y = paper.height() - dab.y if 1 in axes else dab.y
    return dab._replace(x=x, y=y)


def draw_stroke(layer: QImage, stroke: Mapping[str, Any]) -> None:
    """Add a stroke to its layer; what is no stroke changes nothing."""
    if not is_stroke(stroke):
        return
    brush, paper = stroke.get("brush", "detail"), layer.size()
    flat, diameter = stroke["points"], pixels_of(stroke["size"], paper)
    places = [(point(flat[i], flat[i + 1], paper), flat[i + 2] / FULL, flat[i + 3]) for i in range(0, len(flat) - 3, 4)]
    dabs = [dab_of(brush, at.x(), at.y(), diameter, pressure, tilt) for at, pressure, tilt in places]
    for axes in MIRRORS[stroke.get("mirror", "")]:
        coverage = Coverage(paper, HARD[brush]).add_all(mirrored(dab, axes, paper) for dab in dabs)
        lay_on(layer, *coverage.in_color(from_hex(stroke.get("color", "#000000"))), stroke.get("opacity", FULL), stroke.get("erase", False))


def lay_on(layer: QImage, at: QPoint, drawn: QImage, opacity: float, erases: bool) -> None:
    painter = QPainter(layer)
    painter.setOpacity(opacity / FULL)
    painter.setCompositionMode(Mode.CompositionMode_DestinationOut if erases else Mode.CompositionMode_SourceOver)
    painter.drawImage(at, drawn)
    painter.end()
