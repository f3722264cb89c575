"""JSON from strangers: size and depth are bounded before parsing; no NaN, no infinities, no name twice in one object."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from graph_engine.errors import BadWorkflow

SIZE_LIMIT = 64 << 20
DEPTH_LIMIT = 64
VALUE_LIMIT = 4 << 20
"""Values in one file: each takes many times its text once it is parsed."""

CHUNK = 1 << 20
SQUARE = bytes.maketrans(b"{}", b"[]")
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
HALF_CHARACTERS = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def parse(data: bytes, where: str, endless: Callable[[str], Any] | None = None) -> Any:
    """Parse bytes. ``endless`` says what stands for a number that is not finite, given its spelling; without it such a number is refused.

    Raises:
        BadWorkflow: they break a rule; the message starts with ``where``.
    """
    if len(data) > SIZE_LIMIT:
        raise BadWorkflow(f"{where}: must be at most {SIZE_LIMIT >> 20} MiB, got {len(data) / (1 << 20):.1f} MiB")
    _check_shape(data, where)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadWorkflow(f"{where}: must be UTF-8 text, got the byte {data[error.start]:#04x} at {error.start}") from None
    instead = endless or _refused

    def finite(digits: str) -> Any:
        return instead(digits[:40]) if math.isinf(value := float(digits)) else value

    try:
        parsed = json.loads(text, object_pairs_hook=_unique, parse_constant=instead, parse_int=_bounded, parse_float=finite)
    except json.JSONDecodeError as error:
        raise BadWorkflow(f"{where}: line {error.lineno}, column {error.colno}: must be JSON, got {_at(text, error.pos)}") from None
    except ValueError as error:
        raise BadWorkflow(f"{where}: {error}") from None
    if half := HALF_CHARACTERS.search(data):
        _refuse_half_characters(parsed, where, half.group())
    return parsed


def _refuse_half_characters(parsed: Any, where: str, escape: bytes) -> None:
    """Escapes may spell half of a character beyond the first 65,536. Python keeps it, and no file can hold it again."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadWorkflow(f"{where}: text must be whole characters, got half of one: {escape.decode()}") from None


def _check_shape(data: bytes, where: str) -> None:
    """Bound depth and number of values in time and memory that grow with the bytes alone, whatever they are."""
    values = 1
    brackets = []
    inside = 0  # of a text
    # Without escapes a quotation mark always begins or ends a text; of each pair of backslashes neither escapes what follows.
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    for start in range(0, len(plain), CHUNK):
        parts = plain[start : start + CHUNK].split(b'"')
        outside = b"".join(parts[inside::2])
        inside ^= (len(parts) - 1) & 1
        values += outside.count(b",")
        brackets.append(outside.translate(SQUARE, NO_BRACKETS))
    nested = b"".join(brackets)
    if (values := values + nested.count(b"[")) > VALUE_LIMIT:
        raise BadWorkflow(f"{where}: must hold at most {VALUE_LIMIT:,} values, got {values:,}")
    if _deeper(nested):
        raise BadWorkflow(f"{where}: must nest at most {DEPTH_LIMIT} deep, got more")


def _deeper(nested: bytes) -> bool:
    """Whether brackets nest deeper than the limit: taking away the innermost pairs once a level must use up all that close."""
    for _ in range(DEPTH_LIMIT):
        less = nested.replace(b"[]", b"")
        if len(less) == len(nested):
            break
        nested = less
    return b"[]" in nested or nested.count(b"[") > DEPTH_LIMIT


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        left = set(found)
        for name, _ in pairs:
            if name not in left:
                raise ValueError(f"an object must hold each name once, got {name[:60]!r} twice")
            left.remove(name)
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"numbers must be finite, got {constant}")


def _bounded(digits: str) -> int:
    if len(digits) > 40:
        raise ValueError(f"whole numbers must have at most 40 digits, got {len(digits)}")
    return int(digits)


def _at(text: str, position: int) -> str:
    return repr(text[position : position + 20]) if position < len(text) else "the end of the file"
