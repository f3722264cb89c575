"""Turns of a loop that are alike, found again in the flat graph, so that a script has a ``for`` where the workflow has a loop.

What is found is checked link by link and value by value; turns that differ in any other way are written out one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.script.steps import Lists, Output, Step, Steps

FEWEST = 3
"""Turns below which writing them out reads as well."""
TURN = re.compile(r"#(\d+)/")


class Carried(msgspec.Struct, frozen=True):
    """What a turn takes from the one before: an output of its body. ``first`` is what the first turn of the ``for`` takes there."""

    inner: str
    output: str
    first: Output


class Rolled(msgspec.Struct, frozen=True):
    """A loop as a ``for``: what is made before, and the last turn, which stands for all."""

    name: str
    first: int  # turns before it are written out
    count: int
    before: tuple[str, ...]
    body: tuple[str, ...]
    carried: tuple[Carried, ...]
    collected: tuple[Output, ...]  # by the inner id, of all turns
    by_turn: Mapping[tuple[str, str], float]  # parameters of the body that are the number of the turn plus something

    def last(self, inner: str) -> str:
        return f"{self.name}#{self.count - 1}/{inner}"


class _Different(Exception):
    """Turns are not alike."""


def rolled(steps: Steps, lists: Lists, name: str, members: list[str]) -> Rolled | None:
    """A loop as a ``for``, where those of its steps that are to be written are alike in all turns, or from the second on."""
    turns = _turns({key: steps[key] for key in members}, name)
    if len(turns) < FEWEST or [*turns] != [*range(len(turns))]:
        return None
    body = turns[1].keys()
    if any(turn.keys() != body for turn in [*turns.values()][1:]) or not body <= turns[0].keys():
        return None
    for first in (0, 1):
        try:
            return _Match(steps, lists, name, [*turns.values()], first).found()
        except _Different:
            continue
    return None


def _turns(steps: Steps, name: str) -> dict[int, dict[str, Step]]:
    """The steps of each turn, by their ids inside."""
    turns: dict[int, dict[str, Step]] = {}
    for key, step in steps.items():
        if key.startswith(f"{name}#") and (mark := TURN.match(key, len(name))):
            turns.setdefault(int(mark[1]), {})[key[mark.end() :]] = step
    return dict(sorted(turns.items()))


class _Match:
    def __init__(self, steps: Steps, lists: Lists, name: str, turns: list[dict[str, Step]], first: int) -> None:
        self._steps, self._lists, self._name, self._turns, self._first = steps, lists, name, turns, first
        self._count = len(turns)
        self._body = turns[1].keys()
        self._carried: dict[Carried, None] = {}
        self._by_turn: dict[tuple[str, str], float] = {}

    def found(self) -> Rolled:
        """
        Raises:
            _Different: the turns are not alike.
        """
        for inner in self._body:
            alike = [turn[inner] for turn in self._turns[self._first :]]
            self._compare(inner, alike)
        before = [self._key(0, inner) for inner in self._turns[0] if self._first or inner not in self._body]
        if not self._first and any(self._is_turned(source) for key in before for _, source in self._steps[key].sources):
            raise _Different
        return Rolled(
            self._name, self._first, self._count, tuple(before), tuple(self._key(self._count - 1, inner) for inner in self._body),
            tuple(self._carried), tuple(dict.fromkeys(self._collected())), self._by_turn,
        )  # fmt: skip

    def _key(self, turn: int, inner: str) -> str:
        return f"{self._name}#{turn}/{inner}"

    def _place(self, key: str) -> tuple[int, str] | None:
        """The turn and the inner id of a step of the loop."""
        mark = TURN.match(key, len(self._name)) if key.startswith(f"{self._name}#") else None
        return (int(mark[1]), key[mark.end() :]) if mark else None

    def _is_turned(self, source: Output) -> bool:
        """Whether a step is another in every turn of the ``for``."""
        place = self._place(source[0])
        return place is not None and place[1] in self._body and place[0] >= self._first

    def _compare(self, inner: str, alike: list[Step]) -> None:
        model = alike[-1]
        for step in alike:
            if (step.type.id, step.title, step.undecided, len(step.sources)) != (
                model.type.id,
                model.title,
                model.undecided,
                len(model.sources),
            ):
                raise _Different
        for name in model.typed:
            self._compare_values(inner, name, [step.typed.get(name) for step in alike])
        for column in zip(*(step.sources for step in alike), strict=True):
            if len({taken for taken, _ in column}) > 1:
                raise _Different
            self._compare_sources([source for _, source in column])

    def _compare_values(self, inner: str, name: str, values: list[Any]) -> None:
        if all(type(value) is type(values[0]) and value == values[0] for value in values):
            return
        shifts = {value - turn if type(value) in (int, float) else None for turn, value in enumerate(values, self._first)}
        (shift,) = shifts if len(shifts) == 1 else (None,)
        if shift is None:
            raise _Different
        self._by_turn[inner, name] = shift

    def _compare_sources(self, column: list[Output]) -> None:
        """What comes at one input is the same for all turns, of the same turn, or of the turn before."""
        if len({source in self._lists for source in column}) > 1:
            raise _Different
        places = [self._place(source[0]) for source in column]
        if len(set(column)) == 1 and not self._is_turned(column[0]):
            return
        last = places[-1]
        if last is None or last[1] not in self._body or len({source[1] for source in column[1:]}) > 1:
            raise _Different
        numbered = [(turn, (turn, last[1]), (turn - 1, last[1])) for turn in range(self._first, self._count)]
        if column[0][1] == column[-1][1] and all(place == here for place, (_, here, _) in zip(places, numbered, strict=True)):
            return
        if all(place == before for place, (_, _, before) in zip(places[1:], numbered[1:], strict=True)) and not self._is_turned(column[0]):
            self._carried[Carried(last[1], column[-1][1], column[0])] = None
            return
        raise _Different

    def _collected(self) -> Iterator[Output]:
        """Outputs of which others take all turns. Others take those, or the last turn's."""
        for key, step in self._steps.items():
            if (place := self._place(key)) and not (place[1] not in self._body and place[0] == 0):
                continue
            for name in dict.fromkeys(taken for taken, _ in step.sources):
                yield from self._collected_at(step.into(name))

    def _collected_at(self, sources: list[Output]) -> Iterator[Output]:
        at = 0
        while at < len(sources):
            place = self._place(sources[at][0])
            if place is None or place[1] not in self._body:
                at += 1
                continue
            all_turns = [(self._key(turn, place[1]), sources[at][1]) for turn in range(self._count)]
            if sources[at : at + self._count] == all_turns:
                yield place[1], sources[at][1]
                at += self._count
            elif place[0] == self._count - 1:
                at += 1
            else:
                raise _Different


def units_of(keys: list[str], prefix: str) -> dict[str, list[str]]:
    """Keys by the group or loop that they lie in below a prefix; a step that lies in none stands by itself."""
    units: dict[str, list[str]] = {}
    for key in keys:
        inner = key[len(prefix) :]
        head, slash, _ = inner.partition("/")
        units.setdefault(prefix + (TURN.sub("/", f"{head}/")[:-1] if slash else inner), []).append(key)
    return units
