"""Reading Google-style docstrings: the help of a node type is the docstring of its function."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import msgspec

_SECTION = re.compile(r"^(Args|Returns|Raises|Example|Examples|Note|Notes):\s*$")
_ENTRY = re.compile(r"^(\w+):\s*(.*)$")


class Docstring(msgspec.Struct, frozen=True):
    """``summary`` is the first line, ``body`` the paragraphs after it; arguments and returned fields by name."""

    summary: str
    body: str
    arguments: dict[str, str]
    returns: dict[str, str]  # "" is the help of a single, unnamed value


def read_docstring(function: Callable[..., Any]) -> Docstring:
    """The parts of a function's docstring; a function without one has an empty summary."""
    text = inspect.getdoc(function) or ""
    summary, _, rest = text.partition("\n")
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in rest.splitlines():
        if found := _SECTION.match(line):
            current = found.group(1)
            sections[current] = []
        else:
            sections[current].append(line)
    return Docstring(
        summary.strip(),
        "\n".join(sections[""]).strip(),
        _entries(sections.get("Args", [])),
        _entries(sections.get("Returns", [])),
    )


def _entries(lines: list[str]) -> dict[str, str]:
    """``name: text`` entries whose further lines are indented deeper; text before the first entry belongs to ""."""
    entries: dict[str, str] = {}
    name = ""
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    for line in lines:
        stripped = line.strip()
        starts = len(line) - len(line.lstrip()) == indent
        if stripped and starts and (found := _ENTRY.match(stripped)):
            name, stripped = found.group(1), found.group(2)
        if stripped:
            entries[name] = f"{entries[name]} {stripped}" if name in entries else stripped
    return entries
