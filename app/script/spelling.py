"""Values, comments and calls as Python text. Whatever a file holds, it becomes a literal or a comment here, and never anything else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

WIDTH = 110
INDENT = "    "


def literal(value: Any) -> str:
    """A JSON value as a Python expression."""
    match value:
        case None | bool() | int() | float():
            return repr(value)
        case str():
            return printable(json.dumps(value, ensure_ascii=False))
        case list() | tuple():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            return f"{{{', '.join(f'{literal(key)}: {literal(item)}' for key, item in value.items())}}}"
    raise TypeError(f"a value of a workflow must be plain JSON data, got {type(value).__name__}")


def assigned(name: str, value: Any) -> list[str]:
    """A constant; a text of several lines is written as such."""
    if not isinstance(value, str) or "\n" not in value:
        return [f"{name} = {literal(value)}"]
    lines = [literal(line)[1:-1] for line in value.split("\n")]
    return [f'{name} = """\\', *lines[:-1], f'{lines[-1]}"""']


def printable(text: str) -> str:
    """Text without characters that cannot be seen, or that turn around how a line reads: they are spelled out."""
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in text)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def comment(text: str, indent: str = "") -> list[str]:
    """Text of any kind as lines of comment."""
    return [f"{indent}# {printable(line.strip())}" for line in text.splitlines() if line.strip()]


def call(function: str, arguments: Iterable[str]) -> list[str]:
    """A call as lines: one if it is short, else the arguments in a line below, or one a line."""
    words = list(arguments)
    short = f"{function}({', '.join(words)})"
    if len(short) <= WIDTH and "\n" not in short:
        return [short]
    inner = ", ".join(words)
    if len(inner) <= WIDTH:
        return [f"{function}(", f"{INDENT}{inner},", ")"]
    return [f"{function}(", *(f"{INDENT}{word}," for word in words), ")"]
