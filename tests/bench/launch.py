"""How soon the window answers, beside an empty one in the same run: ``python -m tests.bench.launch [--times N] [--json]``.

From the start of the process until the window was painted and its first event came back, with the catalogue of nodes remembered from an
earlier start. The worker is started after that, as the program does. One launch of each is not counted: it writes bytecode.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.runner import CATALOGUE
from graph_engine.catalogue import discover
from tests.bench.launching import NODES

WINDOWS = ("tessera", "empty")
GOAL = 0.8
"""Seconds."""


def launched(window: str, home: Path) -> tuple[float, float]:
    """Seconds on the clock and of CPU until a window answers."""
    quiet = {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*=false", "XDG_DATA_HOME": str(home)}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | quiet
    command = [sys.executable, "-m", "tests.bench.launching", window, str(home)]
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return time.perf_counter() - began, float(done.stdout)


def measured(times: int) -> dict[str, dict[str, float]]:
    """Medians of each window; both in turn, so that what else the machine does falls on both."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / f"{NODES}.{CATALOGUE}").write_bytes(discover(NODES).to_json())
        rounds = [{window: launched(window, home) for window in WINDOWS} for _ in range(times + 1)][1:]
    return {
        window: {name: round(statistics.median(one[window][at] for one in rounds), 3) for at, name in enumerate(("clock_s", "cpu_s"))}
        for window in WINDOWS
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.launch", description=__doc__)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print the figures as the last line, one JSON object")
    asked = parser.parse_args()
    found = measured(asked.times)
    for window, figures in found.items():
        print(f"{window:10}" + "".join(f"{value:8.3f} {name}" for name, value in figures.items()))
    print(f"{'met ' if found['tessera']['clock_s'] <= GOAL else 'MISSED'}  an answering window within {GOAL} s")
    if asked.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
