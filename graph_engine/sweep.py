"""Sweeps: many cells of one workflow, each with other values for what it exposes.

A sweep is a product of axes. What varies by itself is an axis of one name (a grid), what varies together one of several (a zip, a table,
values drawn at random).
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import math
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from graph_engine.errors import BadWorkflow
from graph_engine.kinds import AnyKind, Choice, Color, Integer, Number, Seed, Toggle, broken_rule, from_text
from graph_engine.strict_json import parse

LIMIT = 10_000
"""Cells of a sweep; more is a slip of the hand."""
NAME_LENGTH = 60

Kinds = Mapping[str, AnyKind]


class Axis(msgspec.Struct, frozen=True):
    """Values that vary together: in each row one for each name."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Cell(msgspec.Struct, frozen=True):
    """One of the sweep's runs. ``at`` is its row on each axis; ``name`` follows from the values alone and can name a folder."""

    name: str
    values: Mapping[str, Any]
    at: tuple[int, ...]


class Sweep(msgspec.Struct, frozen=True):
    axes: tuple[Axis, ...]

    @property
    def size(self) -> int:
        return math.prod(len(axis.rows) for axis in self.axes)


def swept(axes: Sequence[Axis]) -> Sweep:
    """The sweep over all combinations of the axes' rows.

    Raises:
        BadWorkflow: there is nothing to vary, a name is on two axes, or there are too many cells.
    """
    names = [name for axis in axes for name in axis.names]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise BadWorkflow(f"{twice}: must vary in one way only, it is named twice")
    made = Sweep(tuple(axes))
    if not names or not made.size:
        raise BadWorkflow("sweep: must vary at least one value")
    if made.size > LIMIT:
        raise BadWorkflow(f"sweep: must have at most {LIMIT:,} cells, got {made.size:,}")
    return made


def cells(sweep: Sweep) -> Iterator[Cell]:
    """Every combination, the last axis varying fastest."""
    for at in itertools.product(*(range(len(axis.rows)) for axis in sweep.axes)):
        values = {
            name: value for axis, row in zip(sweep.axes, at, strict=True) for name, value in zip(axis.names, axis.rows[row], strict=True)
        }
        yield Cell(cell_name(values), values, at)


def cell_name(values: Mapping[str, Any]) -> str:
    """``steps-10_cfg-2.5``; a digest stands behind a name that does not tell all."""
    plain = "_".join(f"{name}-{_short(value)}" for name, value in values.items())
    said = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip(".-")
    if said == plain and len(said) <= NAME_LENGTH:
        return said
    digest = hashlib.blake2b(json.dumps(values, sort_keys=True).encode(), digest_size=4).hexdigest()
    return f"{said[:NAME_LENGTH].rstrip('.-')}_{digest}"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


# grid and zip


def grid(text: str, kinds: Kinds, option: str = "--grid") -> Axis:
    """``steps=10,20`` or ``cfg=1:8:2``, the end of a range included; what holds a comma stands in quotes.

    Raises:
        BadWorkflow: it is malformed, names nothing that is exposed, or a value breaks the rule of its kind.
    """
    name, equals, listed = text.partition("=")
    if not equals:
        raise BadWorkflow(f"{option} {text}: must be name=value,value or name=start:stop:step")
    where = f"{option} {name}"
    kind = _kind(name, kinds, where)
    texts = _range(listed, where) if isinstance(kind, Number | Integer | Seed) and ":" in listed else _listed(listed, where)
    return Axis((name,), tuple((_checked(kind, from_text(kind, value), f"{where}: value {at}"),) for at, value in enumerate(texts, 1)))


def zipped(axes: Sequence[Axis]) -> Axis:
    """Axes as one, whose names vary together.

    Raises:
        BadWorkflow: they are not of one length.
    """
    lengths = {axis.names[0]: len(axis.rows) for axis in axes}
    if len(set(lengths.values())) > 1:
        raise BadWorkflow(
            "--zip: must have as many values for each name, got " + ", ".join(f"{n} of {name}" for name, n in lengths.items())
        )
    rows = zip(*(axis.rows for axis in axes), strict=True)
    return Axis(tuple(axis.names[0] for axis in axes), tuple(tuple(row[0] for row in together) for together in rows))


def _listed(text: str, where: str) -> list[str]:
    found = next(csv.reader([text], skipinitialspace=True, strict=False), [])
    if not found:
        raise BadWorkflow(f"{where}: must have at least one value")
    return found


def _range(text: str, where: str) -> list[str]:
    try:
        start, stop, step = (Decimal(part) for part in (text.split(":") if text.count(":") == 2 else [*text.split(":"), "1"]))
        count = int((stop - start) / step) + 1
    except (ValueError, InvalidOperation, ArithmeticError):
        raise BadWorkflow(f"{where}: must be start:stop:step, got {text!r}") from None
    if not 1 <= count <= LIMIT:
        raise BadWorkflow(f"{where}: must step from start to stop in at most {LIMIT:,} steps, got {text!r}")
    return [f"{start + at * step:f}" for at in range(count)]


# tables


def csv_table(text: str, where: str, kinds: Kinds) -> Axis:
    """A table whose first row names exposed values.

    Raises:
        BadWorkflow: the message names row and column; the first row is row 1.
    """
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if row]
    if len(rows) < 2:
        raise BadWorkflow(f"{where}: must have a row of names and at least one row of values, got {len(rows)} rows")
    names = tuple(name.strip() for name in rows[0])
    columns = [_kind(name, kinds, f"{where}: row 1, column {at}") for at, name in enumerate(names, 1)]
    made = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise BadWorkflow(f"{where}: row {number}: must have {len(names)} columns, got {len(row)}")
        place = f"{where}: row {number}, column"
        made.append(
            tuple(_checked(kind, from_text(kind, text), f"{place} {name}") for kind, name, text in zip(columns, names, row, strict=True))
        )
    return Axis(names, tuple(made))


def json_table(data: bytes, where: str, kinds: Kinds) -> Axis:
    """A list of objects, all with the same names of exposed values.

    Raises:
        BadWorkflow: the message names row and column; the first object is row 1.
    """
    rows = parse(data, where)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and row for row in rows):
        raise BadWorkflow(f"{where}: must be a list of objects, one a cell")
    names = tuple(rows[0])
    for name in names:
        _kind(name, kinds, f"{where}: row 1")
    made = []
    for number, row in enumerate(rows, 1):
        if row.keys() != rows[0].keys():
            raise BadWorkflow(f"{where}: row {number}: must have the columns {', '.join(names)}, got {', '.join(row)}")
        made.append(tuple(_checked(kinds[name], row[name], f"{where}: row {number}, column {name}") for name in names))
    return Axis(names, tuple(made))


# random


def drawn(count: int, seed: int, ranges: Iterable[str], kinds: Kinds) -> Axis:
    """Values drawn at random, from each name's own stream: a longer sweep begins as the shorter one does.

    Args:
        count: how many rows.
        seed: of the draw.
        ranges: each ``name`` (over what its kind spans), ``name=low:high`` or ``name=one,other``.
        kinds: of what is exposed.

    Raises:
        BadWorkflow: as for `grid`, or the kind spans nothing to draw from.
    """
    made = [_drawn_column(text, count, seed, kinds) for text in ranges]
    if not made:
        raise BadWorkflow("--random: must be told what to draw: --draw NAME, --draw NAME=low:high or --draw NAME=one,other")
    return zipped([Axis((name,), tuple((value,) for value in values)) for name, values in made])


def _drawn_column(text: str, count: int, seed: int, kinds: Kinds) -> tuple[str, list[Any]]:
    name, _, listed = text.partition("=")
    where = f"--draw {name}"
    kind = _kind(name, kinds, where)
    source = random.Random(f"{seed} {name}")
    if listed and not (":" in listed and isinstance(kind, Number | Integer)):
        options = [value for (value,) in grid(text, kinds, "--draw").rows]
        return name, [source.choice(options) for _ in range(count)]
    span = _span(kind, listed, where)
    return name, [_checked(kind, _draw(kind, span, source, where), where) for _ in range(count)]


def _span(kind: AnyKind, text: str, where: str) -> tuple[float, float]:
    if not text:
        return kind.soft if isinstance(kind, Number | Integer) else (0, 0)
    low, _, high = text.partition(":")
    ends = tuple(_checked(kind, from_text(kind, end), where) for end in (low, high))
    if ends[0] > ends[1]:
        raise BadWorkflow(f"{where}: must be low:high, got {text!r}")
    return ends[0], ends[1]


def _draw(kind: AnyKind, span: tuple[float, float], source: random.Random, where: str) -> Any:
    match kind:
        case Number():
            decimals = max(0, -int(math.floor(math.log10(kind.step)))) if kind.step > 0 else 3
            return min(span[1], max(span[0], round(source.uniform(*span), decimals)))
        case Integer():
            return source.randint(int(span[0]), int(span[1]))
        case Seed():
            return source.randrange(2**32)
        case Toggle():
            return source.random() < 0.5
        case Choice():
            return source.choice(kind.options)
        case Color():
            return f"#{source.randrange(2**24):06x}"
    raise BadWorkflow(f"{where}: must be told what to draw from, as {where}=one,other")


def _kind(name: str, kinds: Kinds, where: str) -> AnyKind:
    if name not in kinds:
        raise BadWorkflow(f"{where}: must be one of the values that the workflow exposes ({', '.join(kinds) or 'none'}), got {name!r}")
    return kinds[name]


def _checked(kind: AnyKind, value: Any, where: str) -> Any:
    if rule := broken_rule(kind, value):
        raise BadWorkflow(f"{where}: {rule}")
    return value
