from pathlib import Path

import pytest

from graph_engine import Cache, DiskCache, Graph, Link, MemoryCache, Node, discover


@pytest.fixture(scope="session")
def toys():
    return discover("tests.toy")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(MemoryCache(), DiskCache(tmp_path / "results"))


@pytest.fixture
def sum_graph() -> Graph:
    """1 + 1, and that + 1: nodes 1 (number), 2 and 3 (add)."""
    nodes = {"1": Node("numbers/number"), "2": Node("numbers/add"), "3": Node("numbers/add")}
    return Graph(nodes, [Link("1", "integer", "2", "a"), Link("2", "integer", "3", "a")])
