"""In which order, and how many at a time, the tokens of a square picture are decoded. Positions are raster ones, int64."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import torch
from torch import Tensor


def regions(side: int, parts: int) -> Tensor:
    """(side²,): the same cell of every region in turn, cells in raster order (Wang et al. 2024, "PAR", section 3.2).

    ``parts`` is the number of regions, a square number whose root divides the side.
    """
    across = math.isqrt(parts)
    if across**2 != parts or side % across:
        raise ValueError(f"parts: must be a square number whose root divides {side}, got {parts}")
    grid = torch.arange(side * side).view(across, side // across, across, side // across)
    return grid.permute(1, 3, 0, 2).flatten()


def region_groups(side: int, parts: int) -> list[Tensor]:
    """The order of `regions` as steps: the first cell of each region by itself, then a cell of every region at once."""
    order = regions(side, parts)
    return [*order[:parts, None, None], *order[parts:].view(-1, 1, parts)]


def diagonals(side: int) -> list[Tensor]:
    """2·side − 1 steps of (1, cells): from the upper left to the lower right, within one downwards (He et al. 2025, "NAR")."""
    cells = torch.arange(side * side)
    which = cells // side + cells % side
    return [cells[which == step][None] for step in range(2 * side - 1)]


def halton(side: int) -> Tensor:
    """(side²,): what is known stays spread out (Besnier et al. 2025, "Halton scheduler"); rows in base 2, columns in base 3."""
    seen: dict[int, None] = {}
    index = 1
    while len(seen) < side * side:
        row, column = int(_radical(index, 2) * side), int(_radical(index, 3) * side)
        seen.setdefault(row * side + column)
        index += 1
    return torch.tensor(list(seen))


def _radical(index: int, base: int) -> float:
    """The digits of a number mirrored at the point (van der Corput 1935)."""
    value, weight = 0.0, 1.0
    while index:
        index, digit = divmod(index, base)
        weight /= base
        value += digit * weight
    return value


def growing(length: int, steps: int) -> list[int]:
    """How many at each step: few at first, by a cosine, at least one (Pang et al. 2024, "RandAR")."""
    counts, known = [], 0
    for step in range(steps):
        total = math.floor((1 - math.cos(math.pi / 2 * (step + 1) / steps)) * length + 1)
        total = length if step == steps - 1 else min(max(total, known + 1), length)
        counts.append(total - known)
        known = total
    return [count for count in counts if count]


def still_masked(length: int, steps: int) -> list[int]:
    """How many are masked after each step, by a cosine (Li et al. 2024, "MAR"), before it is seen to that each step does something."""
    return [math.floor(length * math.cos(math.pi / 2 * (step + 1) / steps)) for step in range(steps)]


def in_parts(order: Tensor, counts: Sequence[int]) -> list[Tensor]:
    """An order (batch, length) as steps (batch, count)."""
    return list(order.split(list(counts), 1))


def locality_aware(
    side: int, counts: Sequence[int], chance: random.Random, proximity: float = 1.0, repulsion: int = 1
) -> list[list[tuple[int, int]]]:
    """Steps of cells that are near to what is known and far from one another (Zhang et al. 2025, "LPD", algorithm 1).

    Args:
        side: of the grid.
        counts: cells of each step, together ``side²``.
        chance: settles what the rules leave open.
        proximity: how much of what is known a candidate needs around it: Σ 1/distance over known neighbors.
        repulsion: cells of a step are further than this apart, along a row or a column, while there are candidates.

    Returns:
        (row, column) of the cells of each step.
    """
    cells = [(row, column) for row in range(side) for column in range(side)]
    known: list[tuple[int, int]] = []
    steps = []
    for count in counts:
        chance.shuffle(cells)  # sorting is stable: equals stay in random order
        step = _spread(candidates(cells, known, proximity), count, repulsion) if known else []
        _fill_far(step, [cell for cell in cells if cell not in set(step)], count)
        known += step
        cells = [cell for cell in cells if cell not in set(step)]
        steps.append(step)
    return steps


def candidates(cells: Sequence[tuple[int, int]], known: Sequence[tuple[int, int]], proximity: float) -> list[tuple[int, int]]:
    """The cells with enough known neighbors, those with most first."""
    there = set(known)
    scores = {cell: sum(1 / math.hypot(*by) for by in AROUND if (cell[0] + by[0], cell[1] + by[1]) in there) for cell in cells}
    return sorted((cell for cell in cells if scores[cell] >= proximity), key=lambda cell: -scores[cell])


AROUND = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]


def _spread(near: Sequence[tuple[int, int]], count: int, repulsion: int) -> list[tuple[int, int]]:
    step: list[tuple[int, int]] = []
    for cell in near:
        if len(step) < count and all(max(abs(cell[0] - row), abs(cell[1] - column)) > repulsion for row, column in step):
            step.append(cell)
    return step


def _fill_far(step: list[tuple[int, int]], rest: list[tuple[int, int]], count: int) -> None:
    """Add the cells farthest from those of the step, one after another."""
    while len(step) < count:
        far = max(rest, key=lambda cell: min((math.dist(cell, other) for other in step), default=0.0))
        rest.remove(far)
        step.append(far)
