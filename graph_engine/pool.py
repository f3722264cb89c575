"""Entries in one kind of memory, within a budget: what is cheapest to make again for its size goes first.

GreedyDual-Size (Cao & Irani 1997): an entry's worth is seconds per byte above the worth of what went last, so old treasures go in the end.
"""

from __future__ import annotations

import heapq

import msgspec

from graph_engine.entry import Entry

ENTRY_BYTES = 1200
"""What holding an entry takes beside its values: keys, digests, tables."""
KEY_BYTES = 200
KEYS = 1000
"""Keys that may lead to one entry. A step that gives the same whatever its sources are set to must not gather them without end."""


class Slot(msgspec.Struct, eq=False, gc=False):
    """An entry in memory, the bytes that it takes, the keys that lead to it beside its content key, its worth and its last use."""

    entry: Entry
    size: int
    keys: tuple[str, ...]
    worth: float
    turn: int


class Pool:
    """Slots by worth, within a budget of bytes. The last one stays, whatever its size: something is just using it."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._floor = 0.0
        self._turn = 0
        # (worth, turn, slot), cheapest first; turns differ. A slot that was used since has moved on: it is put back when its row comes up.
        self._cheapest: list[tuple[float, int, Slot]] = []

    def __len__(self) -> int:
        return len(self._cheapest)

    def touch(self, slot: Slot) -> None:
        """A slot was used just now."""
        self._turn += 1
        slot.worth, slot.turn = self._floor + slot.entry.seconds / slot.size, self._turn

    def lead(self, slot: Slot, key: str) -> tuple[str, ...]:
        """Let a further key lead to a slot; gives those that no longer do."""
        forgotten = slot.keys[: max(0, len(slot.keys) + 1 - KEYS)]
        slot.keys = (*slot.keys[len(forgotten) :], key)
        if not forgotten:
            slot.size += KEY_BYTES
            self.used += KEY_BYTES
        return forgotten

    def add(self, entry: Entry, key: str) -> tuple[Slot, list[Slot]]:
        """Hold an entry that a key leads to; gives its slot, and those that had to go for it."""
        keys = () if key == entry.content_key else (key,)
        size = entry.size + ENTRY_BYTES + KEY_BYTES * len(keys)
        worth = self._floor + entry.seconds / size
        self._turn = turn = self._turn + 1
        slot = Slot(entry, size, keys, worth, turn)
        heapq.heappush(self._cheapest, (worth, turn, slot))
        self.used = used = self.used + size
        return slot, self._shrunk() if used > self.budget else []

    def resize(self, budget: int) -> list[Slot]:
        """Set the budget; gives the slots that had to go for it."""
        self.budget = budget
        return self._shrunk()

    def _shrunk(self) -> list[Slot]:
        """Let slots go until the budget holds; gives them."""
        gone = []
        while self.used > self.budget and len(self._cheapest) > 1:
            worth, turn, cheapest = heapq.heappop(self._cheapest)
            if cheapest.turn != turn:
                heapq.heappush(self._cheapest, (cheapest.worth, cheapest.turn, cheapest))
                continue
            self._floor = worth
            self.used -= cheapest.size
            gone.append(cheapest)
        return gone

    def clear(self) -> list[Slot]:
        """Let every slot go."""
        gone = [slot for _, _, slot in self._cheapest]
        self._cheapest.clear()
        self.used = 0
        return gone
