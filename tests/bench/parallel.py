"""What several threads gain: ``python -m tests.bench.parallel [--json]``.

Each row is the same graph with one thread and with the usual number. Steps that wait (for files, for a network) gain, and so do steps
that work in native code where cores are free. Steps of Python alone cannot. Steps of one device run one at a time whatever there is.
A chain and quick steps show what threads cost where they have nothing to do.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
import zlib
from collections.abc import Callable

from graph_engine import Cache, Catalogue, Graph, History, Link, MemoryCache, Node, execute, node
from graph_engine.schedule import THREADS

BLOB = bytes(range(256)) * (1 << 14)


@node()
def wait(number: int = 0, seconds: float = 0.05) -> int:
    """Wait, as for a file.

    Args:
        number: tells steps apart.
        seconds: how long.
    """
    time.sleep(seconds)
    return number


@node(uses="device")
def wait_on_device(number: int = 0, seconds: float = 0.05) -> int:
    """Wait for the one device that there is.

    Args:
        number: tells steps apart.
        seconds: how long.
    """
    time.sleep(seconds)
    return number


@node()
def pack(number: int = 0) -> str:
    """Work in native code that lets go of Python's lock.

    Args:
        number: tells steps apart.
    """
    return hashlib.sha256(zlib.compress(bytes([number]) + BLOB, 6)).hexdigest()


@node()
def count(number: int = 0) -> int:
    """Work in Python alone.

    Args:
        number: tells steps apart.
    """
    return sum(one * one % 7 for one in range(number, number + 300_000))


@node()
def quick(number: int = 0) -> int:
    """Be done at once.

    Args:
        number: tells steps apart.
    """
    return number


@node()
def after(a: int, number: int = 0) -> int:
    """Follow another step at once.

    Args:
        a: what came before.
        number: tells steps apart.
    """
    return a + number


CATALOGUE = Catalogue.of(*[("t", each) for each in (wait, wait_on_device, pack, count, quick, after)])


def row(kind: str, steps: int) -> Graph:
    return Graph({str(number): Node(f"t/{kind}", parameters={"number": number}) for number in range(steps)})


def chain(steps: int) -> Graph:
    nodes = {"0": Node("t/quick")} | {str(number): Node("t/after", parameters={"number": number}) for number in range(1, steps)}
    return Graph(nodes, [Link(str(number - 1), "integer", str(number), "a") for number in range(1, steps)])


CASES: dict[str, Callable[[], Graph]] = {
    "8 steps that wait": lambda: row("wait", 8),
    "8 that wait on one device": lambda: row("wait_on_device", 8),
    "8 in native code": lambda: row("pack", 8),
    "8 in Python": lambda: row("count", 8),
    "1000 quick steps": lambda: row("quick", 1000),
    "a chain of 1000": lambda: chain(1000),
}


def seconds(graph: Graph, threads: int) -> float:
    """Wall time of a run with nothing held."""
    began = time.perf_counter()
    outcome = execute(graph, CATALOGUE, Cache(MemoryCache()), threads=threads, history=History())
    if len(outcome.ran) != len(graph.nodes):
        raise RuntimeError(f"{len(graph.nodes)} steps must run, {len(outcome.ran)} did")
    return time.perf_counter() - began


def medians(made: Callable[[], Graph], repeats: int) -> tuple[float, float]:
    """Wall times with one thread and with the usual number, in turns so that neither always comes second."""
    found: dict[int, list[float]] = {1: [], THREADS: []}
    for number in range(repeats):
        for threads in (1, THREADS) if number % 2 else (THREADS, 1):
            found[threads].append(seconds(made(), threads))
    return statistics.median(found[1]), statistics.median(found[THREADS])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.parallel", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="runs that the medians are of")
    parser.add_argument("--json", action="store_true", help="as last line an object of the ratios")
    asked = parser.parse_args()
    ratios = {}
    print(f"{'':<28}{'1 thread':>10}{f'{THREADS} threads':>12}{'ratio':>8}")
    for name, made in CASES.items():
        one, several = medians(made, asked.repeats)
        ratios[name] = round(one / several, 2)
        print(f"{name:<28}{one * 1e3:>8.1f}ms{several * 1e3:>10.1f}ms{f'× {one / several:.2f}':>8}")
    if asked.json:
        print(json.dumps(ratios))


if __name__ == "__main__":
    main()
