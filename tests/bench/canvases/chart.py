"""The graph that every canvas shows: boxes on a grid with four inputs and two outputs, nine of ten wires to a neighbor."""

from __future__ import annotations

import math
import random
from typing import NamedTuple

INPUTS, OUTPUTS = 4, 2
ACROSS, DOWN = 280.0, 200.0
SEED = 7


class Wire(NamedTuple):
    source: int
    output: int
    target: int
    input: int


class Chart(NamedTuple):
    places: list[tuple[float, float]]
    wires: list[Wire]


def chart(nodes: int) -> Chart:
    """``nodes`` boxes and half as many wires again; wires lead on, so that no graph has a circle."""
    draw = random.Random(SEED)
    side = max(1, math.ceil(math.sqrt(nodes)))
    places = [(index // side * ACROSS, index % side * DOWN) for index in range(nodes)]
    taken: set[tuple[int, int]] = set()
    wires: list[Wire] = []
    while len(wires) < nodes * 3 // 2 and nodes > side:
        source = draw.randrange(nodes - 1)
        near = source + side + draw.randint(-2, 2)
        target = near if draw.random() < 0.9 else draw.randrange(source + 1, nodes)
        end = target, draw.randrange(INPUTS)
        if source < target < nodes and end not in taken:
            taken.add(end)
            wires.append(Wire(source, draw.randrange(OUTPUTS), *end))
    return Chart(places, wires)
