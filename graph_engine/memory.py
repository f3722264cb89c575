"""Who can let go of memory when it runs out, and how much a step needed."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from graph_engine.cache import MemoryCache
from graph_engine.entry import RAM


class HeldPiece(Protocol):
    """One of the things that a holder holds."""

    @property
    def name(self) -> str: ...

    @property
    def device(self) -> str: ...

    @property
    def bytes(self) -> int: ...


class Holder(Protocol):
    """Holds what can be had again (loaded models), within a budget of bytes."""

    budget: int

    def held(self) -> Sequence[HeldPiece]: ...

    def resize(self, budget: int) -> None:
        """Set the budget; what has no room in it goes at once."""

    def release(self) -> int:
        """Let everything go; gives the bytes."""


_reliefs: list[Callable[[], int]] = []


def on_shortage(let_go: Callable[[], int]) -> None:
    """Name a function that lets go of memory that could be had again (loaded models), and says how many bytes."""
    if let_go not in _reliefs:
        _reliefs.append(let_go)


_holders: dict[str, Holder] = {}


def register_holder(name: str, holder: Holder) -> None:
    """Name a holder: it lets go when memory runs out, and its budget can be seen and set."""
    _holders[name] = holder
    on_shortage(holder.release)


def holders() -> Mapping[str, Holder]:
    """Those of this process, by name."""
    return _holders


def make_room(memory: MemoryCache, machine: bool) -> int:
    """Let go of whatever can be had again, on devices and, where the machine itself is short, in its memory too; gives the bytes."""
    freed = sum(memory.let_go(pool) for pool in memory.pools if machine or pool != RAM)
    freed += sum(let_go() for let_go in _reliefs)
    gc.collect()
    return freed


def pool_short_of(error: Exception) -> str:
    """Which memory ran out: the machine's own, or "device"."""
    spoken = str(error).lower()
    return RAM if isinstance(error, MemoryError) or "cpu" in spoken or "not enough memory" in spoken else "device"


class Gauge(Protocol):
    """Measures the most bytes that were in use in one kind of memory."""

    def begin(self) -> None:
        """Forget what was."""

    def peak(self) -> int:
        """The most bytes in use since, beyond what was in use at the beginning."""


class _MachineMemory:
    """This process's resident memory, as Linux counts it."""

    _base = 0

    def begin(self) -> None:
        with open("/proc/self/clear_refs", "wb", buffering=0) as file:
            file.write(b"5")  # the peak is what is resident now
        self._base = self._most()

    def peak(self) -> int:
        return max(0, self._most() - self._base)

    @staticmethod
    def _most() -> int:
        with open("/proc/self/status", "rb") as file:
            return int(file.read().split(b"VmHWM:")[1].split(b"kB")[0]) * 1024


_gauges: dict[str, Gauge] = {RAM: _MachineMemory()} if sys.platform == "linux" else {}
_measuring = threading.Lock()


def register_gauge(pool: str, gauge: Gauge) -> None:
    """Teach the engine to measure a kind of memory."""
    _gauges[pool] = gauge


@contextlib.contextmanager
def peaks_measured() -> Iterator[dict[str, int]]:
    """Gives a table that the block's peaks by pool are written into at its end. Of blocks that overlap only the first is measured."""
    peaks: dict[str, int] = {}
    if not _measuring.acquire(blocking=False):
        yield peaks
        return
    try:
        with contextlib.suppress(OSError):
            for gauge in _gauges.values():
                gauge.begin()
        yield peaks
        with contextlib.suppress(OSError):
            peaks.update({pool: gauge.peak() for pool, gauge in _gauges.items()})
    finally:
        _measuring.release()
