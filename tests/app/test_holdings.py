"""What a process holds, within which budgets; budgets can be set and are kept."""

from pathlib import Path

import pytest

from app import places
from app.engine_room import BUDGETS, EngineRoom
from app.holdings import Holding, holdings, keep_budget, kept_budgets, let_go, resize
from graph_engine import Cache, DiskCache, MemoryCache
from graph_engine.cache import entry_of
from graph_engine.memory import holders
from tests.toy.device import Block

TOYS = "tests.toy"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Five texts in both tiers, and a value on a device."""
    made = Cache(MemoryCache(), DiskCache(tmp_path / "results"))
    for name in "12345":
        made.put(name * 32, entry_of(name * 32, {"text": name * 10_000}, 1.0))
    made.put("d" * 32, entry_of("d" * 32, {"block": Block(800)}, 1.0))
    return made


def named(cache: Cache) -> dict[str, Holding]:
    return {holding.name: holding for holding in holdings(cache)}


def test_what_is_held_is_told_by_kind_with_bytes_and_budget(cache: Cache) -> None:
    told = named(cache)
    assert {"memory", "disk", "pool:gpu"} <= set(told)
    assert 50_000 < told["memory"].used < 60_000 and told["memory"].budget == 2 << 30 <= told["memory"].most
    assert 50_000 < told["disk"].used < 120_000 and told["disk"].most > told["disk"].used
    assert 800 < told["pool:gpu"].used < 5000


def test_a_smaller_budget_lets_go_at_once(cache: Cache) -> None:
    for name, budget in (("memory", 25_000), ("disk", 30_000)):
        resize(cache, name, budget)
        told = named(cache)[name]
        assert 0 < told.used <= told.budget == budget
    assert len(cache.memory) < 6 and "d" * 32 in cache.memory


def test_each_kind_is_let_go_alone(cache: Cache) -> None:
    let_go(cache, "memory")
    told = named(cache)
    assert told["memory"].used == 0 and told["disk"].used > 0 and told["pool:gpu"].used > 0
    let_go(cache, "disk")
    assert named(cache)["disk"].used == 0


def test_a_budget_that_is_set_holds_for_every_process_that_starts_later(tmp_path: Path) -> None:
    room = EngineRoom(TOYS, tmp_path)
    room.set_budget("disk", 5_000_000_000)
    room.set_budget("pool:gpu", 7_000)
    later = named(EngineRoom(TOYS, tmp_path).cache)
    assert later["disk"].budget == 5_000_000_000 and later["pool:gpu"].budget == 7_000 and later["memory"].budget == 2 << 30


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"disk": -1}', b'{"disk": "much"}'])
def test_damaged_budgets_are_said_and_begun_anew(tmp_path: Path, damage: bytes) -> None:
    file = places.config_folder() / BUDGETS
    file.parent.mkdir(parents=True)
    file.write_bytes(damage)
    room = EngineRoom(TOYS, tmp_path)
    assert room.trouble.startswith(f"{file}: must be a table of budgets")
    keep_budget(file, "disk", 10)
    assert kept_budgets(file) == {"disk": 10}


def test_a_holding_that_is_not_there_is_passed_over(cache: Cache) -> None:
    before = named(cache)
    resize(cache, "elsewhere", 5)
    let_go(cache, "elsewhere")
    assert named(cache).keys() == before.keys() and "elsewhere" not in holders()
