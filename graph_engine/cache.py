"""Results by key in two tiers: memory, and a disk folder that outlives the process and is shared by window, command line and sweeps.

An entry is stored once under its *content key* (made from the digests of what fed the node); *keys* (made from the graph) point to it.
So a node whose sources ran again and gave the same as before is found without running: early cut-off.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from graph_engine.disk import DiskCache
from graph_engine.entry import RAM, Entry, Held, entry_of, size_of
from graph_engine.pool import Pool, Slot
from graph_engine.values import value_type_of

__all__ = ["Cache", "Entry", "Held", "MemoryCache", "entry_of"]


class MemoryCache:
    """Entries in pools, each within its budget of bytes: the machine's memory, and that of each kind of device that values may lie on.

    What is cheapest to make again for its size goes first, and of equals the one unused longest. Any number of threads may share it.
    """

    def __init__(self, budget: int = 2 << 30, pools: Mapping[str, int] | None = None) -> None:
        """``budget`` is that of the machine's memory; ``pools`` names the others. A pool that nobody named gets a quarter of ``budget``."""
        self.budget = budget
        self._pools = {name: Pool(size) for name, size in {RAM: budget, **(pools or {})}.items()}
        self._slots: dict[str, Slot] = {}
        self._lock = threading.RLock()

    def __contains__(self, key: str) -> bool:
        return key in self._slots

    def holds_none(self, keys: Iterable[str]) -> bool:
        """Whether none of these keys leads to an entry."""
        return self._slots.keys().isdisjoint(keys)

    def __len__(self) -> int:
        """How many entries are held."""
        return sum(len(pool) for pool in self._pools.values())

    @property
    def used(self) -> int:
        """Bytes held, in all pools."""
        return sum(pool.used for pool in self._pools.values())

    @property
    def pools(self) -> Mapping[str, Pool]:
        return self._pools

    def size_of(self, key: str) -> int:
        """Bytes of an entry's values, without using it; 0 where it is not held."""
        slot = self._slots.get(key)
        return slot.entry.size if slot else 0

    def find(self, key: str) -> Entry | None:
        """The entry of a key or of a content key."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                return None
            self._pools[slot.entry.pool].touch(slot)
            return slot.entry

    def put(self, key: str, entry: Entry) -> None:
        with self._lock:
            slots, content_key = self._slots, entry.content_key
            if (slot := slots.get(content_key)) is not None:
                self._pools[slot.entry.pool].touch(slot)
                self.point(key, content_key)
                return
            if (pool := self._pools.get(entry.pool)) is None:
                pool = self._pools[entry.pool] = Pool(self.budget // 4)
            slot, gone = pool.add(entry, key)
            slots[content_key] = slots[key] = slot
            for other in gone:
                self._forget(other)

    def point(self, key: str, content_key: str) -> None:
        """Let a further key lead to an entry that is held."""
        with self._lock:
            slot = self._slots.get(content_key)
            if slot is not None and key != content_key and self._slots.get(key) is not slot:
                self._slots[key] = slot
                for forgotten in self._pools[slot.entry.pool].lead(slot, key):
                    self._slots.pop(forgotten, None)

    def resize(self, pool: str, budget: int) -> None:
        """Set the budget of a pool; what has no room in it goes at once."""
        with self._lock:
            if pool == RAM:
                self.budget = budget
            for gone in self._pools.setdefault(pool, Pool(budget)).resize(budget):
                self._forget(gone)

    def let_go(self, pool: str = "") -> int:
        """Let every entry of a pool go, or of all pools; gives the bytes that were held."""
        with self._lock:
            before = self.used
            for name, found in self._pools.items():
                if name == (pool or name):
                    for slot in found.clear():
                        self._forget(slot)
            return before - self.used

    def clear(self) -> None:
        self.let_go()

    def _forget(self, slot: Slot) -> None:
        for key in (slot.entry.content_key, *slot.keys):
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

    def holds_none(self, keys: Iterable[str]) -> bool:
        """Whether it is sure, without a look at the disk, that none of these keys leads to anything."""
        return self.disk is None and self.memory.holds_none(keys)

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
        pool = next((pool for value in values.values() if (pool := value_type_of(value).pool(value)) != RAM), RAM)
        notes, parts = tuple(stored["notes"]), tuple(stored.get("parts", ()))
        entry = Entry(stored["content_key"], values, held, size_of(held), stored["seconds"], notes, pool, parts)
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
                "parts": entry.parts,
            }
            self.disk.write(key, entry.content_key, facts, entry.values)

    def point(self, key: str, content_key: str) -> None:
        """Let a further key lead to an entry that is held."""
        self.memory.point(key, content_key)
        if self.disk:
            self.disk.point(key, content_key)

    @contextlib.contextmanager
    def turn(self, content_key: str, stop: threading.Event) -> Iterator[float]:
        """Hold the sole right to make an entry among all that share the disk tier; gives the seconds that were waited for it."""
        if self.disk is None:
            yield 0.0
            return
        with self.disk.turn(content_key, stop) as waited:
            yield waited
