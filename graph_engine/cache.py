"""Results by key in two tiers: memory, and a disk folder that outlives the process and is shared by window, command line and sweeps.

An entry is stored once under its *content key* (made from the digests of what fed the node); *keys* (made from the graph) point to it.
So a node whose sources ran again and gave the same as before is found without running: early cut-off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from graph_engine.disk import DiskCache
from graph_engine.values import value_type_of


class Held(msgspec.Struct, frozen=True):
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
        return sum(held.size for held in self.held.values())


def entry_of(content_key: str, values: Mapping[str, Any], seconds: float, notes: tuple[str, ...] = ()) -> Entry:
    """An entry of fresh values: digests and sizes are asked of their types."""
    held = {}
    for name, value in values.items():
        known = value_type_of(value)
        held[name] = Held(known.name, known.digest(value), known.size(value), known.describe(value) if known.describe else "")
    return Entry(content_key, values, held, seconds, notes)


class MemoryCache:
    """Entries within a budget of bytes. What is cheapest to make again for its size goes first, and of equals the one unused longest.

    GreedyDual-Size (Cao & Irani 1997): an entry's worth is seconds per byte above the worth of what went last.
    """

    def __init__(self, budget: int = 2 << 30) -> None:
        self.budget = budget
        self.used = 0
        self._entries: dict[str, Entry] = {}
        self._pointers: dict[str, str] = {}
        self._worth: dict[str, float] = {}
        self._floor = 0.0

    def __contains__(self, key: str) -> bool:
        return self._pointers.get(key, key) in self._entries

    def find(self, key: str) -> Entry | None:
        """The entry of a key or of a content key."""
        entry = self._entries.get(self._pointers.get(key, key))
        if entry:
            self._worth[entry.content_key] = self._floor + entry.seconds / (entry.size + 1)
            # Order in the dictionary is the order of use: among equals `min` finds the one unused longest.
            self._entries[entry.content_key] = self._entries.pop(entry.content_key)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        self._pointers[key] = entry.content_key
        if entry.content_key not in self._entries:
            self.used += entry.size
        self._entries[entry.content_key] = entry
        self._worth[entry.content_key] = self._floor + entry.seconds / (entry.size + 1)
        while self.used > self.budget and len(self._entries) > 1:
            self._evict(min(self._entries, key=self._worth.__getitem__))

    def point(self, key: str, content_key: str) -> None:
        self._pointers[key] = content_key

    def clear(self) -> None:
        self._entries.clear()
        self._pointers.clear()
        self._worth.clear()
        self.used = 0

    def _evict(self, content_key: str) -> None:
        self._floor = self._worth.pop(content_key)
        self.used -= self._entries.pop(content_key).size


class Cache:
    """Both tiers as one. ``disk`` may be left out."""

    def __init__(self, memory: MemoryCache | None = None, disk: DiskCache | None = None) -> None:
        self.memory = memory or MemoryCache()
        self.disk = disk

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
