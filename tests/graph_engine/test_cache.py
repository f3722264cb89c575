"""Two tiers, budgets, damage, sharing."""

import subprocess
import sys

import pytest

from graph_engine import Cache, DiskCache, MemoryCache
from graph_engine.cache import entry_of


def test_an_entry_comes_back_from_disk_in_another_cache(tmp_path):
    entry = entry_of("c" * 32, {"text": "hello"}, 1.5, ("a note",))
    Cache(MemoryCache(), DiskCache(tmp_path)).put("k" * 32, entry)
    found = Cache(MemoryCache(), DiskCache(tmp_path)).find("k" * 32)
    assert found == entry


def test_an_entry_comes_back_from_disk_in_another_process(tmp_path):
    Cache(MemoryCache(), DiskCache(tmp_path)).put("k" * 32, entry_of("c" * 32, {"text": "hello"}, 1.5))
    code = (
        "import sys; from pathlib import Path; from graph_engine import *;"
        f"print(Cache(MemoryCache(), DiskCache(Path({str(tmp_path)!r}))).find('k' * 32).values['text'])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "hello\n"


@pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: data[:40] + b"x" + data[41:], lambda data: b""])
def test_a_damaged_entry_is_a_miss_and_is_removed(tmp_path, damage):
    disk = DiskCache(tmp_path)
    Cache(MemoryCache(), disk).put("c" * 32, entry_of("c" * 32, {"text": "hello"}, 1.0))
    path = tmp_path / "entries" / "cc" / ("c" * 32)
    path.write_bytes(damage(path.read_bytes()))
    assert Cache(MemoryCache(), disk).find("c" * 32) is None
    assert not path.exists()


def test_memory_keeps_within_its_budget_and_drops_what_is_cheap_to_make():
    memory = MemoryCache(budget=2500)
    for name, seconds in (("dear", 9.0), ("cheap", 0.1), ("middling", 1.0)):
        memory.put(name, entry_of(name, {"text": "x" * 1000}, seconds))
    assert memory.used <= 2500
    assert ("dear" in memory, "cheap" in memory, "middling" in memory) == (True, False, True)


def test_the_disk_tier_keeps_within_its_budget(tmp_path):
    disk = DiskCache(tmp_path, budget=20_000)
    for number in range(40):
        Cache(MemoryCache(), disk).put(f"{number:032x}", entry_of(f"{number:032x}", {"text": "x" * 1000}, 1.0))
    assert disk.size() <= 22_000
    assert f"{39:032x}" in disk


def test_a_disk_that_cannot_be_written_costs_the_entry_not_the_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache = Cache(MemoryCache(), DiskCache(blocked))
    cache.put("k", entry_of("c", {"text": "hello"}, 1.0))
    assert cache.find("k").values["text"] == "hello"
    assert "Not a directory" in cache.disk.trouble
