"""From the values of a saved node, which have an order only, to values by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from app.comfyui.classes import CLASSES

AFTER_RUN = ("fixed", "increment", "decrement", "randomize")


class Named(NamedTuple):
    values: dict[str, Any]
    controls: dict[str, str]
    nameless: tuple[Any, ...]
    doubt: str


def named(kind: str, saved: Any, sockets: Iterable[str] = ()) -> Named:
    """The saved values of a node of a class by their names. ``sockets`` are the widget names that the node itself tells, in order.

    Classes of the table go by it; others by what the node tells, if that accounts for every value. What nobody can name stays a list.
    """
    if isinstance(saved, dict):
        return Named({str(name): value for name, value in saved.items()}, {}, (), "")
    listed = saved if isinstance(saved, list) else []
    known = CLASSES.get(kind)
    if known:
        return _by_order(known.saved, listed, strict=True)
    told = _by_order([*sockets], listed, strict=False)
    return told if not told.doubt and listed else Named({}, {}, tuple(listed), "")


def _by_order(names: Sequence[str], listed: Sequence[Any], strict: bool) -> Named:
    values: dict[str, Any] = {}
    controls: dict[str, str] = {}
    waiting = list(listed)
    for mark in names:
        if not waiting:
            break
        name = mark.strip("+^")
        value = waiting.pop(0)
        if not mark.startswith("^"):
            values[name] = value
        if waiting and waiting[0] in AFTER_RUN and _may_be_seed(mark, value, strict):
            controls[name] = waiting.pop(0)
    expected = sum(not mark.startswith("^") for mark in names)
    # A class that gained inputs at its end saves fewer values in old files; trailing empty ones were left by old browsers.
    fits = not any(waiting) if strict else len(values) == expected and not waiting
    doubt = "" if fits else f"{len(listed)} values were saved where {expected} are known, so some may stand under wrong names"
    return Named(values, controls, tuple(waiting), doubt)


def _may_be_seed(mark: str, value: Any, strict: bool) -> bool:
    """The table marks seeds. A class that nobody knows tells none: there a whole number before such a word is one."""
    return mark.endswith("+") if strict else isinstance(value, int) and not isinstance(value, bool)
