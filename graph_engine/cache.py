"""Results by key in two tiers: memory, and a disk folder that outlives the process and is shared by window, command line and sweeps.

An entry is stored once under its *content key* (made from the digests of what fed the node); *keys* (made from the graph) point to it.
So a node whose sources ran again and gave the same as before is found without running: early cut-off.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from graph_engine.disk import DiskCache
from graph_engine.values import value_type_of


class Held(msgspec.Struct, frozen=True, gc=False):
    """One output in an entry: its type, digest and size, without the value."""

    type: str
    digest: str
    size: int
    description: str = ""


class Entry(msgspec.Struct, frozen=True):
    """The outputs of one step, and what making them took."""

    content_key: str
    values: Mapping[str, Any]
    held: Mapping[str, Held]
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum([held.size for held in self.held.values()])


def entry_of(content_key: str, values: Mapping[str, Any], seconds: float, notes: tuple[str, ...] = ()) -> Entry:
    """An entry of fresh values: digests and sizes are asked of their types."""
    held = {}
    for name, value in values.items():
        known = value_type_of(value)
        held[name] = Held(known.name, known.digest(value), known.size(value), known.describe(value) if known.describe else "")
    return Entry(content_key, values, held, seconds, notes)


class _Slot:
    """An entry in memory, its worth, and the keys that lead to it."""

    __slots__ = ("entry", "keys", "size", "turn", "worth")

    def __init__(self, entry: Entry, key: str) -> None:
        self.entry = entry
        self.size = entry.size
        self.keys = [entry.content_key] if key == entry.content_key else [entry.content_key, key]
        self.worth, self.turn = 0.0, 0


class MemoryCache:
    """Entries within a budget of bytes. What is cheapest to make again for its size goes first, and of equals the one unused longest.

    GreedyDual-Size (Cao & Irani 1997): an entry's worth is seconds per byte above the worth of what went last.
    Any number of threads may share it.
    """

    def __init__(self, budget: int = 2 << 30) -> None:
        self.budget = budget
        self.used = 0
        self._slots: dict[str, _Slot] = {}
        # (worth, turn, content key), cheapest first. A slot that was used since has moved on: it is put back when its row comes up.
        self._cheapest: list[tuple[float, int, str]] = []
        self._floor = 0.0
        self._turn = 0
        self._lock = threading.RLock()

    def __contains__(self, key: str) -> bool:
        return key in self._slots

    def __len__(self) -> int:
        """How many entries are held."""
        return len(self._cheapest)

    def find(self, key: str) -> Entry | None:
        """The entry of a key or of a content key."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                return None
            self._used(slot)
            return slot.entry

    def put(self, key: str, entry: Entry) -> None:
        with self._lock:
            if entry.content_key in self._slots:
                self.find(entry.content_key)
                self.point(key, entry.content_key)
                return
            slot = _Slot(entry, key)
            self._used(slot)
            self._slots[entry.content_key] = self._slots[key] = slot
            self._push(slot)
            self.used += slot.size
            while self.used > self.budget and len(self._cheapest) > 1:
                self._evict()

    def point(self, key: str, content_key: str) -> None:
        """Let a further key lead to an entry that is held."""
        with self._lock:
            slot = self._slots.get(content_key)
            if slot is not None and self._slots.get(key) is not slot:
                self._slots[key] = slot
                slot.keys.append(key)

    def clear(self) -> None:
        with self._lock:
            self._slots.clear()
            self._cheapest.clear()
            self.used = 0

    def _used(self, slot: _Slot) -> None:
        self._turn += 1
        slot.worth, slot.turn = self._floor + slot.entry.seconds / (slot.size + 1), self._turn

    def _push(self, slot: _Slot) -> None:
        heapq.heappush(self._cheapest, (slot.worth, slot.turn, slot.entry.content_key))

    def _evict(self) -> None:
        """Let the cheapest entry go, or find out that it was used since and is not the cheapest."""
        worth, turn, content_key = heapq.heappop(self._cheapest)
        slot = self._slots[content_key]
        if slot.turn != turn:
            self._push(slot)
            return
        self._floor = worth
        self.used -= slot.size
        for key in slot.keys:
            if self._slots.get(key) is slot:
                del self._slots[key]


class Cache:
    """Both tiers as one. ``disk`` may be left out."""

    def __init__(self, memory: MemoryCache | None = None, disk: DiskCache | None = None) -> None:
        self.memory = memory if memory is not None else MemoryCache()
        self.disk = disk

    @property
    def trouble(self) -> str:
        """Why results are not kept on disk, if they should be and are not."""
        return self.disk.trouble if self.disk else ""

    def where(self, key: str) -> str:
        """``"memory"``, ``"disk"`` or ``""``; reads no values."""
        if key in self.memory:
            return "memory"
        return "disk" if self.disk and key in self.disk else ""

    def find(self, key: str) -> Entry | None:
        """The entry of a key or content key; one read from disk is then held in memory. A damaged one is not there."""
        if entry := self.memory.find(key):
            return entry
        if not self.disk or not (read := self.disk.read(key)):
            return None
        stored, values = read
        held = {name: Held(**fields) for name, fields in stored["held"].items()}
        entry = Entry(stored["content_key"], values, held, stored["seconds"], tuple(stored["notes"]))
        self.memory.put(key, entry)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        """Hold an entry in memory, and on disk where every one of its values can be stored."""
        self.memory.put(key, entry)
        if self.disk:
            facts = {
                "content_key": entry.content_key,
                "held": {name: msgspec.structs.asdict(held) for name, held in entry.held.items()},
                "seconds": entry.seconds,
                "notes": entry.notes,
            }
            self.disk.write(key, entry.content_key, facts, entry.values)

    def point(self, key: str, content_key: str) -> None:
        """Let a further key lead to an entry that is held."""
        self.memory.point(key, content_key)
        if self.disk:
            self.disk.point(key, content_key)
