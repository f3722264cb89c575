"""A number as a person types it: plain, with its unit, or as arithmetic; and what a drag makes of it."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable

from app.language import tr
from app.wording import number_text
from graph_engine.declaration import Integer, Number
from graph_engine.parameters import broken_rule

LONGEST = 200
FINE, COARSE = 0.1, 10.0
"""What Shift and Ctrl make of a drag's way and of its steps."""
DEEPEST = 40
CONSTANTS = {"pi": math.pi, "e": math.e}
_TWO: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: math.pow,
}
_ONE: dict[type[ast.unaryop], Callable[[float], float]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}


def calculated(text: str) -> float:
    """The value of a sum as "1024*1.5" or "2^10 / 3"; a comma counts as a point.

    Raises:
        ValueError: it is no sum of numbers, or has no finite value.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError(text)
        value = _value(ast.parse(text.strip().replace(",", ".").replace("^", "**").replace("×", "*"), mode="eval").body, DEEPEST)
    except (SyntaxError, ArithmeticError, ValueError, TypeError, MemoryError, RecursionError):
        raise ValueError(text) from None
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _value(tree: ast.expr, deep: int) -> float:
    match tree:
        case ast.Constant(float() | int()) if not isinstance(tree.value, bool):
            return float(tree.value)  # type: ignore[arg-type]
        case ast.Name(name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.BinOp(left, kind, right) if deep and type(kind) in _TWO:
            return _TWO[type(kind)](_value(left, deep - 1), _value(right, deep - 1))
        case ast.UnaryOp(kind, inner) if deep and type(kind) in _ONE:
            return _ONE[type(kind)](_value(inner, deep - 1))
    raise ValueError(ast.dump(tree)[:LONGEST])


def read_number(kind: Number | Integer, text: str) -> float | str:
    """The number that is meant, or the rule that the text breaks."""
    plain = text.strip().removesuffix(kind.unit or "\0")
    try:
        value = calculated(plain)
    except ValueError:
        return tr("must be a number or a sum as 1024*1.5, got {text!r}", text=text)
    if isinstance(kind, Number):
        value = float(f"{value:.10g}")
    elif value != round(value):
        return tr("must be a whole number, got {text}", text=repr(text) if _is_plain(plain) else number_text(value, 0.001))
    return broken_rule(kind, typed(kind, value)) or value


def _is_plain(text: str) -> bool:
    return text.strip().replace(".", "").replace(",", "").lstrip("+-").isdigit()


def typed(kind: Number | Integer, value: float) -> float | int:
    """The number as a parameter of the kind holds it."""
    return round(value) if isinstance(kind, Integer) else float(value)


def dragged(kind: Number | Integer, begun: float, way: float, coarse: bool) -> float:
    """Where a drag from a value has come to.

    Args:
        kind: of the number; a drag stays in its soft range, or in what the value was when it began outside of it.
        begun: the value where the drag began.
        way: how far, 1 = through the whole soft range.
        coarse: in steps of ten.
    """
    low, high = kind.soft
    step = kind.step * (COARSE if coarse else 1)
    value = round((begun + way * (high - low)) / step) * step
    return min(max(high, begun), max(min(low, begun), value))
