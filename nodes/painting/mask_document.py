"""The painted document of a mask: shapes, each added to what is selected or taken from it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from graph_engine.errors import Failure
from nodes.painting.areas import box_corners, ellipse_corners, polygon
from nodes.painting.strokes import FULL, UNREADABLE, Patch, Plane, pixels_of, places, stroke_coverage
from nodes.painting.wand import like_color_at

Points = list[float]
Box = tuple[float, float, float, float]
LEAST_RADIUS = 0.5


class Shape(msgspec.Struct, tag_field="tool"):
    erase: bool = False
    opacity: float = FULL


class Brush(Shape, tag="brush", kw_only=True):
    """``points`` holds x, y and pressure by turns, ``size`` is the diameter at full pressure."""

    points: Points
    size: float
    hard: float = FULL


class Lasso(Shape, tag="lasso", kw_only=True):
    """``points`` holds x and y by turns."""

    points: Points


class Polygon(Lasso, tag="polygon"):
    pass


class Rectangle(Shape, tag="rectangle", kw_only=True):
    """``box`` is left, top, right, bottom."""

    box: Box


class Ellipse(Rectangle, tag="ellipse"):
    pass


class Wand(Shape, tag="wand", kw_only=True):
    at: tuple[float, float]
    tolerance: int = 24
    near: bool = True


class Everything(Shape, tag="all"):
    pass


class MaskDocument(msgspec.Struct):
    shapes: list[Brush | Lasso | Polygon | Rectangle | Ellipse | Wand | Everything] = []


def read_document(painted: dict[str, Any], kind: type[Any]) -> Any:
    """A painted document as the given struct.

    Raises:
        Failure: it does not hold what it should; the message says where.
    """
    try:
        return msgspec.convert(painted, kind)
    except msgspec.ValidationError as error:
        raise Failure(f"painted: {str(error)[:1].lower()}{str(error)[1:]}", UNREADABLE) from None


def painted_mask(painted: dict[str, Any], width: int, height: int, picture: NDArray[np.uint8] | None = None) -> Plane:
    """What the shapes select, one after the other: (height, width) in 0 to 1.

    Args:
        picture: (height, width, 4) bytes that wands look at; without it they select nothing.
    """
    mask = np.zeros((height, width), np.float32)
    for shape in read_document(painted, MaskDocument).shapes:
        covered = _covered(shape, width, height, picture)
        amount = covered.part * np.float32(shape.opacity / FULL)
        part = covered.of(mask)
        part += (-part if shape.erase else 1 - part) * amount
    return np.clip(mask, 0, 1)


def _covered(shape: Shape, width: int, height: int, picture: NDArray[np.uint8] | None) -> Patch:
    match shape:
        case Brush() if shape.points:
            return stroke_coverage(_dabs(shape, width, height), shape.hard / FULL, width, height)
        case Lasso() if shape.points:
            return polygon(shape.points, width, height)
        case Ellipse():
            return polygon(ellipse_corners(shape.box), width, height)
        case Rectangle():
            return polygon(box_corners(shape.box), width, height)
        case Wand() if picture is not None:
            return Patch(0, 0, like_color_at(picture, shape.at, shape.tolerance, shape.near))
        case Everything():
            return Patch(0, 0, np.ones((height, width), np.float32))
    return Patch(0, 0, np.zeros((0, 0), np.float32))


def _dabs(brush: Brush, width: int, height: int) -> Plane:
    """Pressure makes the brush wider."""
    at = places(brush.points, 3, width, height)
    pressure = np.asarray(brush.points[2::3], np.float32)[:, None] / np.float32(FULL)
    radius = np.maximum(LEAST_RADIUS, pressure * np.float32(pixels_of(brush.size, width, height) / 2))
    return np.concatenate([at, radius, np.ones_like(radius)], 1)
