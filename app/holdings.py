"""What a process holds so that it need not be made or loaded again: results in memory and on disk, models; each within a budget."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec

from graph_engine.atomic import write_atomically
from graph_engine.cache import Cache
from graph_engine.entry import RAM
from graph_engine.memory import holders

MEMORY, DISK = "memory", "disk"
POOL = "pool:"
"""Begins the name of results in the memory of a device."""


class Part(msgspec.Struct, frozen=True):
    name: str
    device: str
    bytes: int


class Holding(msgspec.Struct, frozen=True):
    """``name`` is "memory", "disk", "pool:" and the name of a pool, or that of a holder ("models"); ``most`` = 0 is unknown."""

    name: str
    used: int
    budget: int
    most: int = 0  # what there is: a larger budget makes no sense
    parts: tuple[Part, ...] = ()


def holdings(cache: Cache) -> tuple[Holding, ...]:
    """What the cache and the holders of this process hold."""
    machine = machine_bytes()
    found = [Holding(_of_pool(name), pool.used, pool.budget, machine if name == RAM else 0) for name, pool in cache.memory.pools.items()]
    if cache.disk:
        used = cache.disk.size()
        found.append(Holding(DISK, used, cache.disk.budget, used + _free(cache.disk.folder)))
    for name, holder in holders().items():
        parts = tuple(Part(held.name, held.device, held.bytes) for held in holder.held())
        found.append(Holding(name, sum(part.bytes for part in parts), holder.budget, machine, parts))
    return tuple(found)


def resize(cache: Cache, name: str, budget: int) -> None:
    """Set the budget of a holding; a holder that this process does not have is passed over."""
    if name.startswith(POOL):  # a pool is there once something lies in it
        cache.memory.resize(name.removeprefix(POOL), budget)
        return
    for known, (set_budget, _) in _doings(cache).items():
        if known == name:
            set_budget(budget)


def let_go(cache: Cache, name: str) -> None:
    """Let everything of a holding go."""
    for known, (_, release) in _doings(cache).items():
        if known == name:
            release()


def _doings(cache: Cache) -> dict[str, tuple[Callable[[int], object], Callable[[], object]]]:
    memory = cache.memory
    found = {_of_pool(name): (partial(memory.resize, name), partial(memory.let_go, name)) for name in memory.pools}
    disk = {DISK: (cache.disk.resize, cache.disk.clear)} if cache.disk else {}
    return found | disk | {name: (holder.resize, holder.release) for name, holder in holders().items()}


def _of_pool(name: str) -> str:
    return MEMORY if name == RAM else f"{POOL}{name}"


# budgets that were set, for the next start


def kept_budgets(file: Path) -> dict[str, int]:
    """Budgets by name of holding.

    Raises:
        ValueError: the file is no such table.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Annotated[int, msgspec.Meta(ge=0)]])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise ValueError(f"{file}: must be a table of budgets in bytes, {error}") from None


def keep_budget(file: Path, name: str, budget: int) -> None:
    """Keep a budget beside those of the others. A file that was damaged is begun anew.

    Raises:
        OSError: it cannot be written.
    """
    try:
        known = kept_budgets(file)
    except ValueError:
        known = {}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, msgspec.json.encode({**known, name: budget}, order="deterministic"))


# the machine


def _free(folder: Path) -> int:
    """Bytes that are free where a folder is or will be."""
    there = next((parent for parent in (folder, *folder.parents) if parent.exists()), Path.cwd())
    return shutil.disk_usage(there).free


def machine_bytes() -> int:
    """The machine's memory; 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0


def process_bytes() -> int:
    """What of it this process takes, as Linux counts it; 0 elsewhere."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
