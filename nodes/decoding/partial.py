"""Pictures of tokens that are known in part: what a mask, rows, places or a mixture of two leave for a generator to make.

Ids are (batch, length) over grids, the (rows, columns) that they fill one after another; known is bool of the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.decoding.next_scale import kept_by_scale

Grids = Sequence[tuple[int, int]]


def touched(mask: Tensor, grids: Grids, grow: int = 0) -> Tensor:
    """Which tokens a mask changes: those of which it covers any part by more than a half.

    Over several scales a token changes where most of what it covers does, and the first scales, of 3 tokens or fewer, stay: they hold the
    overall look (Tian et al. 2024, "VAR", section 4.4).

    Args:
        mask: (batch, 1, height, width) in 0 to 1, 1 = change.
        grids: of the tokens.
        grow: how many cells of the last grid the change is widened by.

    Returns:
        (batch, length) bool.
    """
    cells = (F.adaptive_max_pool2d(mask, grids[-1]) > 0.5).float()
    if grow:
        cells = F.max_pool2d(cells, 2 * grow + 1, 1, grow)
    if len(grids) == 1:
        return cells.flatten(1) > 0
    return ~kept_by_scale(1 - cells[:, 0], [rows for rows, _ in grids])


def first_rows(rows: int, grid: tuple[int, int]) -> Tensor:
    """(length,) bool: True in the first rows of a grid."""
    return torch.arange(grid[0] * grid[1]) < rows * grid[1]


def slid(ids: Tensor, known: Tensor, grid: tuple[int, int], down: int, right: int) -> tuple[Tensor, Tensor]:
    """Tokens moved over their grid, those that leave it gone and those that come in unknown."""
    maps = torch.stack([ids, known.to(ids.dtype)]).unflatten(2, grid).roll((down, right), (2, 3))
    rows, columns = torch.arange(grid[0])[:, None], torch.arange(grid[1])
    there = (rows - down >= 0) & (rows - down < grid[0]) & (columns - right >= 0) & (columns - right < grid[1])
    return maps[0].flatten(1), ((maps[1] > 0) & there).flatten(1)


def mixed(first: Tensor, second: Tensor, share: float, where: str, generator: torch.Generator) -> Tensor:
    """Ids that come from the second picture by a share, from the first elsewhere.

    Args:
        first, second: (batch, length).
        share: 0 to 1.
        where: "head" = its first tokens, "tail" = its last ones, "scattered" = at places drawn by the generator.
        generator: of random numbers.
    """
    length = first.shape[1]
    count = round(share * length)
    ranks = {
        "head": lambda: torch.arange(length),
        "tail": lambda: torch.arange(length).flip(0),
        "scattered": lambda: torch.randperm(length, generator=generator),
    }[where]()
    return torch.where(ranks < count, second, first)
