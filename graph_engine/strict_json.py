"""JSON from strangers: size and depth are bounded before parsing; no NaN, no infinities, no name twice in one object."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from graph_engine.errors import BadWorkflow

SIZE_LIMIT = 64 << 20
DEPTH_LIMIT = 64


def parse(data: bytes, where: str) -> Any:
    """Parse bytes.

    Raises:
        BadWorkflow: they break a rule; the message starts with ``where``.
    """
    if len(data) > SIZE_LIMIT:
        raise BadWorkflow(f"{where}: must be at most {SIZE_LIMIT >> 20} MiB, got {len(data) / (1 << 20):.1f} MiB")
    if (depth := _depth(data)) > DEPTH_LIMIT:
        raise BadWorkflow(f"{where}: must nest at most {DEPTH_LIMIT} deep, got {depth} or more")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadWorkflow(f"{where}: must be UTF-8 text, got the byte {data[error.start]:#04x} at {error.start}") from None
    try:
        parsed = json.loads(text, object_pairs_hook=_unique, parse_constant=_refused, parse_int=_bounded, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise BadWorkflow(f"{where}: line {error.lineno}, column {error.colno}: must be JSON, got {_at(text, error.pos)}") from None
    except ValueError as error:
        raise BadWorkflow(f"{where}: {error}") from None
    if half := _HALF_CHARACTERS.search(data):
        _refuse_half_characters(parsed, where, half.group())
    return parsed


def _refuse_half_characters(parsed: Any, where: str, escape: bytes) -> None:
    """Escapes may spell half of a character beyond the first 65,536. Python keeps it, and no file can hold it again."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadWorkflow(f"{where}: text must be whole characters, got half of one: {escape.decode()}") from None


def _depth(data: bytes) -> int:
    """The deepest nesting of brackets outside of strings."""
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(data):
        if bracket.group() in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif bracket.group() in (b"]", b"}"):
            depth -= 1
    return deepest


_HALF_CHARACTERS = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
"""Strings as a whole, so that brackets in them do not count, and brackets."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object must hold each name once, got {twice!r} twice")
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"numbers must be finite, got {constant}")


def _finite(digits: str) -> float:
    if math.isinf(value := float(digits)):
        raise ValueError(f"numbers must be finite, got {digits[:40]}")
    return value


def _bounded(digits: str) -> int:
    if len(digits) > 40:
        raise ValueError(f"whole numbers must have at most 40 digits, got {len(digits)}")
    return int(digits)


def _at(text: str, position: int) -> str:
    return repr(text[position : position + 20]) if position < len(text) else "the end of the file"
