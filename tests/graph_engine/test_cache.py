"""Two tiers, budgets, damage, sharing."""

import subprocess
import sys
import tracemalloc

import pytest

from graph_engine import Cache, DiskCache, MemoryCache
from graph_engine.cache import entry_of
from tests.toy.device import Block


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
    memory = MemoryCache(budget=5000)
    for name, seconds in (("dear", 9.0), ("cheap", 0.1), ("middling", 1.0)):
        memory.put(name, entry_of(name, {"text": "x" * 1000}, seconds))
    assert memory.used <= 5000
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


def test_of_equals_the_one_unused_longest_goes():
    memory = MemoryCache(budget=5000)
    for name in ("first", "second"):
        memory.put(name, entry_of(name, {"text": "x" * 1000}, 1.0))
    memory.find("first")
    memory.put("third", entry_of("third", {"text": "x" * 1000}, 1.0))
    assert ("first" in memory, "second" in memory, "third" in memory) == (True, False, True)


def test_every_key_of_an_evicted_entry_is_forgotten():
    memory = MemoryCache(budget=100)
    for number in range(500):
        memory.put(f"key {number}", entry_of(f"content {number}", {"text": "x" * 40}, 1.0))
        memory.point(f"other {number}", f"content {number}")
    assert len(memory) == 1 and sum(f"{name} {number}" in memory for name in ("key", "content", "other") for number in range(500)) == 3


def test_a_memory_of_its_own_budget_is_kept_while_empty():
    memory = MemoryCache(budget=7)
    assert Cache(memory).memory is memory


def test_plain_values_keep_every_bit_on_disk(tmp_path):
    values = {"nan": float("nan"), "low": float("-inf"), "zero": -0.0, "below": -(2**70), "on": True, "none": "", "half": "half \ud800"}
    Cache(MemoryCache(), DiskCache(tmp_path)).put("c" * 32, entry_of("c" * 32, {**values, "huge": 1 << 20_000}, 1.0))
    found = dict(Cache(MemoryCache(), DiskCache(tmp_path)).find("c" * 32).values)
    assert found.pop("huge") == 1 << 20_000
    assert {name: repr(value) for name, value in found.items()} == {name: repr(value) for name, value in values.items()}


def test_a_damaged_pointer_is_a_miss(tmp_path):
    disk = DiskCache(tmp_path)
    Cache(MemoryCache(), disk).put("k" * 32, entry_of("c" * 32, {"text": "hello"}, 1.0))
    (tmp_path / "keys" / "kk" / ("k" * 32)).write_text("../../../etc/passwd")
    assert "k" * 32 not in disk and disk.read("k" * 32) is None


def test_an_entry_whose_values_are_otherwise_by_now_is_a_miss(tmp_path):
    disk = DiskCache(tmp_path)
    disk.write("c" * 32, "c" * 32, {"held": {"text": {"type": "Gone"}}}, {"text": "hello"})
    assert disk.read("c" * 32) is None and "c" * 32 not in disk


def test_processes_that_write_and_read_together_see_whole_entries(tmp_path):
    code = f"""
from pathlib import Path
from graph_engine import Cache, DiskCache, MemoryCache
from graph_engine.cache import entry_of
disk = DiskCache(Path({str(tmp_path)!r}), budget=400_000)
for round in range(3):
    for number in range(60):
        name = f"{{number:032x}}"
        found = Cache(MemoryCache(), disk).find(name)
        assert found is None or found.values["text"] == name * 200, name
        Cache(MemoryCache(), disk).put(name, entry_of(name, {{"text": name * 200}}, 1.0))
assert disk.trouble == "", disk.trouble
"""
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == ["", "", ""]
    assert not list(tmp_path.rglob(".part-*"))


def test_values_on_a_device_have_a_pool_and_a_budget_of_their_own():
    memory = MemoryCache(budget=1 << 20, pools={"gpu": 10_000})
    memory.put("r", entry_of("r", {"text": "on the machine"}, 0.1))
    for number in range(5):
        memory.put(f"g{number}", entry_of(f"g{number}", {"block": Block(4000)}, 1.0))
    assert "r" in memory and memory.pools["ram"].used < 2000
    assert 0 < memory.pools["gpu"].used <= 10_000 and "g4" in memory


def test_a_pool_is_let_go_without_the_others():
    memory = MemoryCache()
    memory.put("r", entry_of("r", {"text": "stays"}, 0.1))
    memory.put("g", entry_of("g", {"block": Block(4000)}, 1.0))
    assert memory.let_go("gpu") >= 4000
    assert ("r" in memory, "g" in memory, len(memory)) == (True, False, 1)


def test_what_counts_as_used_is_near_what_is_taken():
    cache = Cache(MemoryCache())
    tracemalloc.start()
    try:
        for number in range(2000):
            cache.put(f"{number:032x}", entry_of(f"{number + 5000:032x}", {"integer": number}, 0.001))
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 0.5 < cache.memory.used / taken < 2 and taken / 2000 < 2000


def test_keys_that_lead_to_one_entry_do_not_gather_without_end():
    memory = MemoryCache()
    memory.put("c", entry_of("c", {"text": "always this"}, 0.1))
    for number in range(5000):
        memory.point(f"k{number}", "c")
    assert memory.used < 300_000 and "k4999" in memory and "c" in memory and "k0" not in memory
