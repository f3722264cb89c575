"""What the engine costs a node, beside plain loops in the same run: ``python -m tests.bench.engine [--graphs DIR] [--json]``.

Every figure is CPU microseconds a node, the median of some runs; every run checks the result and that just the right functions ran.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from graph_engine import Cache, FileDigests, History, MemoryCache, Outcome, check, execute, plan, value_type_of
from tests.bench.graphs import Neutral, engine_graph, made_graphs, read_graphs
from tests.bench.operations import catalogue, made_calls
from tests.bench.plain import Hashed, behind, calls_in_order, changed, run_plainly, seen

RUNS = ("cold", "cached", "leaf", "root")
LOOPS = ("order", "hash", "incremental")
FAR = {"leaf": 100_003, "root": 300_007}
Timing = dict[str, float]


class WrongRun(Exception):
    """A run gave another result than it should, or called another number of functions."""


class Case:
    """A graph as the engine and as the loops have it, as it is and after each of its edits; what each gives and how much must run."""

    def __init__(self, neutral: Neutral, number: int) -> None:
        self.neutral, self.name, self.size = neutral, neutral["name"], neutral["n_nodes"]
        self.target = neutral["outputs"][0]
        self.calls = calls_in_order(neutral)
        # Far apart: a node whose sources happen to give what those of an equal node gave before is found, not run.
        self.edits = {kind: (edit["node"], edit["param"], edit["base"] + FAR[kind] + number) for kind, edit in neutral["edits"].items()}
        self.edited = {kind: changed(self.calls, *edit) for kind, edit in self.edits.items()}
        self.dirty = {kind: behind(self.edited[kind], edit[0]) for kind, edit in self.edits.items()}
        self.ran = {"cold": self.size, "cached": 0, **{kind: edit["dirty"] for kind, edit in neutral["edits"].items()}}
        values = {kind: run_plainly(calls)[self.target] for kind, calls in {"cold": self.calls, **self.edited}.items()}
        if seen(values["cold"]) != neutral["expected"]:
            raise WrongRun(f"{self.name}: must give {neutral['expected']}, gave {seen(values['cold'])}")
        self.digests = {kind: value_type_of(value).digest(value) for kind, value in {**values, "cached": values["cold"]}.items()}

    def timed(self, work: Callable[[], Any], ran: int) -> tuple[float, Any]:
        """CPU microseconds a node of work that calls ``ran`` functions, and what it gave.

        Raises:
            WrongRun: it called another number.
        """
        made_calls()
        began = time.process_time()
        value = work()
        seconds = time.process_time() - began
        if (came := made_calls()) != ran:
            raise WrongRun(f"{self.name}: must call {ran} functions, called {came}")
        return seconds / self.size * 1e6, value


def engine_round(case: Case) -> Timing:
    """Ours, events on: a fresh graph and cache, the same again, a leaf edited, the root edited; problems and plan of a fresh graph."""
    graph, cache, history, digests = engine_graph(case.neutral), Cache(MemoryCache()), History(), FileDigests()
    options: dict[str, Any] = {"targets": (case.target,), "history": history}

    def run(kind: str) -> tuple[Outcome, int]:
        current = graph.with_parameter(*case.edits[kind]) if kind in case.edits else graph
        events: list[Any] = []
        return execute(current, catalogue, cache, events.append, scope="bench", digests=digests, **options), len(events)

    figures = {}
    for kind in RUNS:
        figures[kind], (outcome, events) = case.timed(partial(run, kind), case.ran[kind])
        if outcome.state != "done" or outcome.results[case.target][0].digest != case.digests[kind]:
            raise WrongRun(f"{case.name}: {kind}: ended {outcome.state} with another result than the plain loop")
        if events < 2 + 2 * case.ran[kind]:
            raise WrongRun(f"{case.name}: {kind}: must tell of every step, told {events} events")
    fresh, empty = engine_graph(case.neutral), Cache(MemoryCache())
    figures["check"], _ = case.timed(lambda: check(fresh, catalogue, (case.target,)), 0)
    figures["plan"], _ = case.timed(lambda: plan(fresh, catalogue, empty, digests, **options), 0)
    return figures


def loop_rounds(case: Case) -> dict[str, Timing]:
    """The plain loops. *order* calls everything each time, *hash* makes every key, *incremental* those behind an edit."""
    whole = {"cold": case.calls, "cached": case.calls, **case.edited}
    hashed, incremental = Hashed(), Hashed()
    return {
        "order": {kind: case.timed(partial(run_plainly, whole[kind]), case.size)[0] for kind in RUNS},
        "hash": {kind: case.timed(partial(hashed.run, whole[kind]), case.ran[kind])[0] for kind in RUNS},
        "incremental": {
            kind: case.timed(partial(incremental.run, calls), case.ran[kind])[0]
            for kind, calls in {**whole, "cached": [], **case.dirty}.items()
        },
    }


def measured(neutral: Neutral, repeats: int) -> dict[str, Timing]:
    """Medians by who worked ("engine" and each of `LOOPS`) and by what was done."""
    rounds = []
    for number in range(repeats):
        case = Case(neutral, number)
        rounds.append({"engine": engine_round(case), **loop_rounds(case)})
    return {who: {what: statistics.median([one[who][what] for one in rounds]) for what in rounds[0][who]} for who in rounds[0]}


def table(name: str, figures: dict[str, Timing]) -> str:
    """One graph's rows, with the engine's ratio to each loop below it."""
    columns = list(figures["engine"])
    rows = [[name, *columns]]
    for who, timing in figures.items():
        rows.append([who, *[f"{timing[column]:.2f}" if column in timing else "" for column in columns]])
        if who != "engine":
            ratios = [_ratio(figures["engine"][column], timing.get(column)) for column in columns]
            rows.append([f"engine / {who}", *ratios])
    return "\n".join(f"{row[0]:<24}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in rows)


def _ratio(ours: float, theirs: float | None) -> str:
    return f"× {ours / theirs:.1f}" if theirs and theirs >= 0.005 else ""


def summary(figures: dict[str, Timing]) -> Timing:
    """What ``--json`` tells of one graph."""
    return {**{kind: round(figures["engine"][kind], 3) for kind in RUNS}, "plain": round(figures["order"]["cold"], 3)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine", description=__doc__)
    parser.add_argument("--graphs", type=Path, help="a folder of graphs; by default some are made")
    parser.add_argument("--only", default="", help="graphs whose name starts so")
    parser.add_argument("--repeats", type=int, default=5, help="runs that the medians are of")
    parser.add_argument("--json", action="store_true", help="as last line an object of the figures by graph")
    asked = parser.parse_args()
    found = {}
    gc.freeze()  # as the program does when its nodes are loaded
    for neutral in read_graphs(asked.graphs) if asked.graphs else made_graphs():
        if neutral["name"].startswith(asked.only):
            figures = measured(neutral, asked.repeats)
            print(table(neutral["name"], figures), end="\n\n", flush=True)
            found[neutral["name"]] = summary(figures)
    if asked.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
