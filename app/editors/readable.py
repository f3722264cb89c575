"""Which parts of a painted document can be drawn: a file may come from anywhere, and what it holds otherwise is left alone."""

from __future__ import annotations

import math
from typing import Any

FAR = 1e6


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= FAR


def are_numbers(value: Any, step: int, least: int = 1) -> bool:
    """A flat list of ``step`` numbers each, of at least so many."""
    return isinstance(value, list | tuple) and len(value) >= step * least and len(value) % step == 0 and all(map(is_number, value))


def is_box(value: Any) -> bool:
    return are_numbers(value, 4) and len(value) == 4


def is_shape(shape: Any) -> bool:
    """A shape of a mask."""
    if not isinstance(shape, dict) or not is_number(shape.get("opacity", 100)):
        return False
    match shape.get("tool"):
        case "brush":
            return are_numbers(shape.get("points"), 3) and is_number(shape.get("size")) and is_number(shape.get("hard", 100))
        case "lasso" | "polygon":
            return are_numbers(shape.get("points"), 2)
        case "rectangle" | "ellipse":
            return is_box(shape.get("box"))
        case "wand":
            return are_numbers(shape.get("at"), 2) and isinstance(shape.get("tolerance", 0), int) and 0 <= shape.get("tolerance", 0) <= 255
    return bool(shape.get("tool") == "all")


def is_stroke(stroke: Any) -> bool:
    """A stroke of a sketch."""
    if not isinstance(stroke, dict) or not are_numbers(stroke.get("points"), 4):
        return False
    named = stroke.get("brush", "detail") in ("detail", "blocking") and stroke.get("mirror", "") in ("", "x", "y", "xy")
    return named and is_number(stroke.get("size")) and is_number(stroke.get("opacity", 100)) and isinstance(stroke.get("color", ""), str)


def is_region(region: Any) -> bool:
    if not isinstance(region, dict) or not is_box(region.get("box")) or not _are_texts(region, "words"):
        return False
    known = region.get("form", "box") in ("box", "ellipse", "free")
    return known and isinstance(region.get("shapes", []), list) and is_number(region.get("weight", 1))


def is_sketch_layer(layer: Any) -> bool:
    return isinstance(layer, dict) and isinstance(layer.get("strokes", []), list) and is_number(layer.get("opacity", 100))


def is_layer(layer: Any) -> bool:
    """A layer of a stack."""
    if not isinstance(layer, dict) or "input" not in layer or not _are_texts(layer, "input", "name", "blend"):
        return False
    numbers = (layer.get("opacity", 100), layer.get("angle", 0))
    return all(is_number(number) for number in numbers) and (layer.get("box") is None or is_box(layer["box"]))


def _are_texts(found: dict[str, Any], *names: str) -> bool:
    return all(isinstance(found.get(name, ""), str) for name in names)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
