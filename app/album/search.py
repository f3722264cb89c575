"""Finding entries by words: ``owl steps>20 seed=7 #good is:starred``.

A word must be found in the name, the node's title, the tags or a text value. ``name=value``, ``<``, ``>``, ``<=``, ``>=`` and ``!=``
compare a parameter of any node behind the picture; ``#tag`` asks for a tag, ``is:starred`` for a star. All of them must fit.
"""

from __future__ import annotations

import operator
import re
import shlex
from collections.abc import Callable
from typing import Any

from app.album.entry import Entry

Test = Callable[[Entry], bool]
_COMPARISON = re.compile(r"([\w ]+?)(<=|>=|!=|=|<|>)(.+)")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


def asked(query: str) -> Test:
    """What an entry must be like to be found; an empty query finds all."""
    tests = [_test(word) for word in _words(query)]
    return lambda entry: all(test(entry) for test in tests)


def _words(query: str) -> list[str]:
    try:
        return shlex.split(query)
    except ValueError:  # a quote that is not closed yet, while somebody types
        return query.replace('"', " ").replace("'", " ").split()


def _test(word: str) -> Test:
    if word == "is:starred":
        return lambda entry: entry.starred
    if word.startswith("#") and len(word) > 1:
        wanted = word[1:].casefold()
        return lambda entry: any(tag.casefold().startswith(wanted) for tag in entry.tags)
    if found := _COMPARISON.fullmatch(word):
        name, sign, value = found.groups()
        return lambda entry: _compares(entry, name.strip().casefold().replace(" ", "_"), _OPERATORS[sign], value.strip())
    return lambda entry: word.casefold() in _text(entry)


def _compares(entry: Entry, name: str, compare: Callable[[Any, Any], bool], value: str) -> bool:
    return any(_compared(held, compare, value) for held in entry.values.get(name, ()))


def _compared(held: Any, compare: Callable[[Any, Any], bool], value: str) -> bool:
    """Numbers as numbers; anything else, and what does not parse, as text without regard to case."""
    if isinstance(held, int | float) and not isinstance(held, bool):
        try:
            return compare(held, float(value))
        except ValueError:
            return False
    return compare(str(held).casefold(), value.casefold())


def _text(entry: Entry) -> str:
    texts = [value for values in entry.values.values() for value in values if isinstance(value, str)]
    return "\n".join((entry.name, entry.title, *entry.tags, *texts)).casefold()
