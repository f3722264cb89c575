"""What the canvas costs beside others in the same run: ``python -m tests.bench.canvas [--nodes N] [--json]``.

The others are a plain QGraphicsView and NodeGraphQt. Every figure is CPU milliseconds of one step with its repaint, a median, at
1600 × 1000 in Qt's software raster; each canvas has a process of its own. NodeGraphQt is not a part of the program:
``pip install --editable .[bench]`` brings it; without it, why it is missing is said.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from typing import Any

CANVASES = ("tessera", "raw", "nodegraphqt")
STEPS = ("overview_repaint_ms", "overview_pan_ms", "zoomed_pan_ms", "zoom_ms", "drag_ms")
FIGURES = ("open_s", *STEPS, "rss_mb")
FRAME, AGAINST_RAW, OPEN = 16.0, 1.5, 1.5
NOISE = 0.5
"""Milliseconds below which a ratio says nothing."""
PATIENCE = 300.0
"""Seconds that a canvas is waited for."""


def measured(canvas: str, nodes: int) -> dict[str, Any]:
    """The figures of one canvas, or why there are none."""
    command = [sys.executable, "-m", "tests.bench.canvases.driven", canvas, str(nodes)]
    quiet = {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*=false"}
    try:
        run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **quiet}, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return {"missing": f"not done with {nodes} nodes after {PATIENCE:g} s"}
    if run.returncode:
        return {"missing": (run.stderr.strip().splitlines() or [f"ended with {run.returncode}"])[-1]}
    return dict(json.loads(run.stdout.splitlines()[-1]))


def goals(found: dict[str, dict[str, Any]]) -> dict[str, bool]:
    """Which of the goals are met: a step within a frame and near the plain view, and a file open in time."""
    tessera, raw = found["tessera"], found["raw"]
    met = {f"{name} within a frame": tessera[name] <= FRAME for name in STEPS}
    met |= {f"{name} within {AGAINST_RAW} of raw": tessera[name] <= max(AGAINST_RAW * raw[name], NOISE) for name in STEPS}
    return met | {"open in time": tessera["open_s"] <= OPEN}


def table(found: dict[str, dict[str, Any]]) -> str:
    rows = [f"{'':22}" + "".join(f"{name:>14}" for name in found)]
    for figure in FIGURES:
        rows.append(f"{figure:22}" + "".join(f"{figures.get(figure, '–'):>14}" for figures in found.values()))
    rows += [f"{name}: {figures['missing']}" for name, figures in found.items() if "missing" in figures]
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--json", action="store_true", help="print the figures as the last line, one JSON object")
    chosen = parser.parse_args()
    found = {canvas: measured(canvas, chosen.nodes) for canvas in CANVASES}
    print(table(found))
    for name, met in goals(found).items():
        print(f"{'met ' if met else 'MISSED'}  {name}")
    if chosen.json:
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
