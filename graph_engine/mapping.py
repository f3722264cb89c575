"""Lists on links: a node that takes one is called once an item, and what it gives becomes lists.

Two lists go through together when they are equally long, one item goes with each. Each item is an entry of the cache by itself, under
the very key that the node has for that item alone; the step's own entry names its parts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from graph_engine.cache import Cache, Entry, Held
from graph_engine.calling import Given, Results
from graph_engine.entry import size_of
from graph_engine.errors import Failure
from graph_engine.events import AnyEvent, Result, StepFailed, StepProgress
from graph_engine.keys import Recipe
from graph_engine.lengths import CROSS, agreed, unequal
from graph_engine.making import Made
from graph_engine.values import Items, value_type_of


def count_of(recipe: Recipe, values: Sequence[Any]) -> int | None:
    """How many times a step runs for what its sources gave; None = once, and gives no list.

    Raises:
        Failure: lists of different lengths meet.
    """
    for value in values:
        if isinstance(value, Items):
            break
    else:
        return None
    wholes = recipe.node_type.takes_lists
    lengths: dict[str, int] = {}
    for (taken, _, _), value in zip(recipe.sources, values, strict=True):
        if isinstance(value, Items) and taken not in wholes:
            lengths[taken] = len(value)
    if not lengths:
        return None
    count = agreed(list(lengths.values()))
    if count is None:
        raise Failure(unequal(recipe.node_type, lengths), CROSS)
    return count


def item_of(recipe: Recipe, given: Given, number: int) -> Given:
    """What one call gets of what the sources gave."""
    wholes = recipe.node_type.takes_lists
    found = Given([], [])
    for (taken, _, _), value, digest in zip(recipe.sources, given.values, given.digests, strict=True):
        if isinstance(value, Items) and taken not in wholes:
            at = number if len(value) > 1 else 0
            value, digest = value[at], value.digests[at]
        found.values.append(value)
        found.digests.append(digest)
    return found


class Spread:
    """A step that runs once an item, while it does."""

    def __init__(self, content_key: str, given: Given, count: int) -> None:
        self.content_key, self.given, self.count = content_key, given, count
        self.made: dict[int, Made] = {}
        self.failed: dict[int, StepFailed] = {}
        self._lock = threading.Lock()

    @property
    def done(self) -> int:
        return len(self.made) + len(self.failed)

    @property
    def ran(self) -> int:
        """How many items were not held."""
        return sum(made.ran for made in self.made.values())

    @property
    def seconds(self) -> float:
        """What the items took that were not held."""
        return sum(made.entry.seconds for made in self.made.values() if made.ran)

    @property
    def files(self) -> tuple[str, ...]:
        return tuple([path for number in sorted(self.made) for path in self.made[number].files])

    def take(self, number: int, made: Made | StepFailed, tell: Callable[[int], None]) -> bool:
        """Keep what became of an item, and tell how many are done; gives whether it was the last."""
        with self._lock:
            if isinstance(made, StepFailed):
                self.failed[number] = made
            else:
                self.made[number] = made
            tell(self.done)
            return self.done == self.count

    def telling(self, number: int, emit: Callable[[AnyEvent], None]) -> Callable[[AnyEvent], None]:
        """How the node's own progress with one item is told: the step counts items."""

        def tell(event: AnyEvent) -> None:
            if isinstance(event, StepProgress):
                note = ", ".join(filter(None, [f"item {number + 1}", f"{event.done} of {event.total}", event.note]))
                event = StepProgress(event.run, event.node, self.done, self.count, note, event.done / event.total if event.total else 0.0)
            emit(event)

        return tell

    def failure(self) -> StepFailed | None:
        """The failure of the step: the first failed item's, with the numbers of all."""
        if not self.failed:
            return None
        numbers = sorted(self.failed)
        first = self.failed[numbers[0]]
        named = ", ".join(str(number + 1) for number in numbers[:10]) + (" and more" if len(numbers) > 10 else "")
        which = f"item{'s' * (len(numbers) > 1)} {named} of {self.count}"
        return msgspec.structs.replace(first, message=f"{which}: {first.message}")

    def whole(self, recipe: Recipe) -> tuple[Entry, Results]:
        """The entry and the results of the step, all items done."""
        entry = gathered(recipe, self.content_key, [self.made[number].entry for number in range(self.count)])
        by_output: dict[str, list[Result]] = {name: [] for name in entry.held}
        for number in range(self.count):
            for result in self.made[number].results:
                by_output[result.output] += result.items if result.type.startswith("list[") else (result,)
        told = [Result(name, held.type, held.digest, held.description, None, tuple(by_output[name])) for name, held in entry.held.items()]
        return entry, tuple(told)


def gathered(recipe: Recipe, content_key: str, entries: Sequence[Entry]) -> Entry:
    """The entry of a step from those of its items, in their order. What an item gave as a list is put end to end."""
    values: dict[str, Items] = {}
    held: dict[str, Held] = {}
    for output in recipe.node_type.outputs:
        found: list[Any] = []
        digests: list[str] = []
        kind = "Any" if output.type.startswith("*") else output.type
        for entry in entries:
            value = entry.values[output.name]
            listed = isinstance(value, Items)
            kind = value.type if listed else entry.held[output.name].type
            found += value if listed else (value,)
            digests += value.digests if listed else (entry.held[output.name].digest,)
        values[output.name] = items = Items(kind, found, digests)
        known = value_type_of(items)
        size = sum([entry.held[output.name].size for entry in entries])
        held[output.name] = Held(known.name, known.digest(items), size, known.describe(items) if known.describe else "")
    notes = tuple(dict.fromkeys([note for entry in entries for note in entry.notes]))
    seconds = sum([entry.seconds for entry in entries])
    return Entry(
        content_key,
        values,
        held,
        size_of(held),
        seconds,
        notes,
        parts=tuple([entry.content_key for entry in entries]),
    )


def without_values(entry: Entry) -> Entry:
    """What the cache holds of a step that ran once an item: its values are those of its parts. Of no items there are no parts."""
    if not entry.parts:
        return entry
    held = {name: msgspec.structs.replace(held, size=0) for name, held in entry.held.items()}
    return msgspec.structs.replace(entry, values={}, held=held, size=0)


def found_whole(cache: Cache, recipe: Recipe, key: str) -> Entry | None:
    """The entry of a key with its values; None where it, or one of its parts, is not held."""
    entry = cache.find(key)
    if entry is None or not entry.parts:
        return entry
    parts = [part for content_key in entry.parts if (part := cache.find(content_key))]
    return gathered(recipe, entry.content_key, parts) if len(parts) == len(entry.parts) else None
