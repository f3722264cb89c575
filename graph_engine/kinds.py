"""Kinds of parameter: how each is edited, what it may hold, and which outputs may drive it by a link."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from graph_engine import curve

SEED_LIMIT = 2**64
SEED_POLICIES = ("fixed", "random", "increment")


class Kind(msgspec.Struct, frozen=True, tag_field="kind"):
    """How a parameter is edited and what it may hold. The soft range is what a slider spans, the hard range what is accepted."""


class Number(Kind, frozen=True, tag="number"):
    soft: tuple[float, float] = (0.0, 1.0)
    hard: tuple[float | None, float | None] = (None, None)
    step: float = 0.01
    unit: str = ""


class Integer(Kind, frozen=True, tag="integer"):
    soft: tuple[int, int] = (0, 100)
    hard: tuple[int | None, int | None] = (None, None)
    step: int = 1
    unit: str = ""


class Toggle(Kind, frozen=True, tag="toggle"):
    pass


class Text(Kind, frozen=True, tag="text"):
    """``prompt``: words that lead what is made; they may carry weights, and whoever reads them takes only so many. ``lines``: each line
    is a text of its own."""

    multiline: bool = False
    placeholder: str = ""
    prompt: bool = False
    lines: bool = False


class Choice(Kind, frozen=True, tag="choice"):
    options: tuple[str, ...] = ()


class Color(Kind, frozen=True, tag="color"):
    """``#rrggbb`` or ``#rrggbbaa``."""


class Seed(Kind, frozen=True, tag="seed"):
    """A 64-bit seed. In a graph it is ``{"value": int, "policy": "fixed" | "random" | "increment"}``; the function gets the integer."""


class File(Kind, frozen=True, tag="file"):
    """A path. Files that are read count in the node's key by their content."""

    suffixes: tuple[str, ...] = ()
    role: str = "read"  # "read", "model" (looked up in the model folders too) or "write"


class Curve(Kind, frozen=True, tag="curve"):
    """A curve from 0 to 1, as a list of points ``[x, y]`` from left to right; `curve.heights_at` says how it goes through them.

    ``across`` and ``up`` are what its axes mean.
    """

    soft: tuple[float, float] = (0.0, 1.0)
    hard: tuple[float | None, float | None] = (0.0, 1.0)
    across: str = ""
    up: str = ""


class Painted(Kind, frozen=True, tag="painted"):
    """A painted document: plain data that an editor makes by hand, as strokes, shapes or boxes. What it means is the node's business."""

    editor: str = ""


AnyKind = Number | Integer | Toggle | Text | Choice | Color | Seed | File | Curve | Painted

UNPAINTED: dict[str, Any] = {}
"""A painted document that nobody touched yet."""
STRAIGHT: list[list[float]] = [[0.0, 0.0], [1.0, 1.0]]
"""A curve that changes nothing."""

PLAIN_KINDS: dict[type, type[Kind]] = {float: Number, int: Integer, bool: Toggle, str: Text}
"""Kinds that an unadorned annotation stands for."""

LINK_TYPES: dict[type[Kind], tuple[str, ...]] = {
    Number: ("Number", "Integer"),
    Integer: ("Integer",),
    Seed: ("Integer",),
    Toggle: ("Toggle",),
    Text: ("Text",),
    Choice: ("Text",),
    Color: ("Text",),
    Curve: (),  # it is drawn by hand
    Painted: (),  # it is made by hand
    File: (),  # what is read must be known before the run: its content is in the key
}
"""The types of outputs that may drive a parameter of a kind by a link."""


def from_text(kind: AnyKind, text: str) -> Any:
    """The text as the kind means it; what does not parse stays text, and breaks the kind's rule."""
    try:
        match kind:
            case Number():
                return float(text)
            case Integer() | Seed():
                return int(text)
            case Toggle():
                return {"true": True, "false": False}[text.lower()]
            case Painted() | Curve():
                return json.loads(text, parse_constant=_refused)
    except (ValueError, KeyError):
        pass
    return text


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def broken_rule(kind: AnyKind, value: Any) -> str | None:
    """The rule that a value breaks and what came, as ``"must be within 0 to 200, got 900"``; None where it fits."""
    rule = _rule(kind, value)
    return f"{rule}, got {_shown(value)}" if rule else None


def _rule(kind: AnyKind, value: Any) -> str | None:
    match kind:
        case Number():
            if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
                return "must be a number"
            return _range_rule(kind.hard, value, kind.unit)
        case Integer():
            if isinstance(value, bool) or not isinstance(value, int):
                return "must be a whole number"
            return _range_rule(kind.hard, value, kind.unit)
        case Seed():
            return None if _is_seed(value) else "must be a whole number from 0 to 2^64 − 1, with a policy of " + _listed(SEED_POLICIES)
        case Toggle():
            return None if isinstance(value, bool) else "must be true or false"
        case Text() | File():
            return None if isinstance(value, str) else "must be text"
        case Choice():
            return None if isinstance(value, str) and value in kind.options else "must be one of " + _listed(kind.options)
        case Color():
            valid = isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", value)
            return None if valid else "must be a color as #rrggbb or #rrggbbaa"
        case Curve():
            return curve.rule_of(value, kind.hard)
        case Painted():
            return None if isinstance(value, dict) else "must be an object, as {}"


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def _range_rule(hard: tuple[float | None, float | None], value: float, unit: str) -> str | None:
    low, high = hard
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    suffix = f" {unit}" if unit else ""
    if low is None:
        return f"must be at most {high:g}{suffix}"
    return f"must be at least {low:g}{suffix}" if high is None else f"must be within {low:g} to {high:g}{suffix}"


def _is_seed(value: Any) -> bool:
    if isinstance(value, Mapping):
        number = value.get("value")
        return set(value) <= {"value", "policy"} and value.get("policy", "fixed") in SEED_POLICIES and _is_seed_number(number)
    return _is_seed_number(value)


def _is_seed_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < SEED_LIMIT


def _listed(options: tuple[str, ...]) -> str:
    return ", ".join(repr(option) for option in options)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
