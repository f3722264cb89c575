"""Tokens behind the picture that is viewed: which node made them, what grids they fill, and what is known of each."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.steps import Step
from graph_engine.events import Result
from graph_engine.graph import Graph
from graph_engine.values import Cells

FARTHEST = 6
"""Nodes between a picture and its tokens."""
GIVEN = {"entropy": -1.0, "likelihood": -1.0, "order": 0.0, "acceptance": 0.0}
"""What stands in a map for a token that was given."""
Grid = tuple[int, int]


@dataclass(frozen=True, eq=False)
class TokenResult:
    """Tokens of a node's output; ``items`` has the cells of each item that is told of, ``count`` is how many there are."""

    node: str
    output: str
    grids: tuple[Grid, ...]
    count: int
    items: tuple[Mapping[str, array[float]], ...]

    @property
    def on_line(self) -> bool:
        """Whether the tokens have no place in the picture."""
        return len(self.grids) == 1 and self.grids[0][0] == 1

    @cached_property
    def maps(self) -> tuple[str, ...]:
        """What can be shown of every token, in the order of interest."""
        return tuple(name for name in GIVEN if self.items and name in self.items[0])

    def start(self, grid: int) -> int:
        """Where a grid begins among the cells of an item."""
        return sum(rows * columns for rows, columns in self.grids[:grid])

    def cells(self, item: int, grid: int, name: str) -> array[float]:
        """A map of one grid of an item, row by row."""
        rows, columns = self.grids[grid]
        start = self.start(grid)
        return self.items[item][name][start : start + rows * columns]

    def span(self, grid: int, name: str) -> tuple[float, float]:
        """The least and the most of a map over all items, without what was given; 0 and 0 where all was."""
        values = [value for item in range(len(self.items)) for value in self.cells(item, grid, name) if value != GIVEN[name]]
        return (min(values), max(values)) if values else (0.0, 0.0)


def token_result(node: str, result: Result) -> TokenResult | None:
    """What a result tells of tokens: of a batch, or of a list with one item each."""
    told = [one.cells for one in (result, *result.items) if one.cells]
    if not told or any(cells.grids != told[0].grids for cells in told):
        return None
    items = tuple(item for cells in told for item in _items(cells))
    return TokenResult(node, result.output, told[0].grids, sum(cells.items for cells in told), items)


def _items(cells: Cells) -> list[Mapping[str, array[float]]]:
    size = sum(rows * columns for rows, columns in cells.grids)
    maps = {name: _floats(data) for name, data in cells.maps.items()}
    many = min(len(values) // size for values in maps.values())
    return [{name: values[item * size : (item + 1) * size] for name, values in maps.items()} for item in range(many)]


def _floats(data: bytes) -> array[float]:
    made = array("f")
    made.frombytes(data[: len(data) // 4 * 4])
    return made


Read = Callable[[str, Result], TokenResult | None]


def tokens_behind(graph: Graph, step: Callable[[str], Step], node: str, read: Read = token_result) -> TokenResult | None:
    """The tokens that a picture was decoded from: of its own node, or of the nearest one before it that tells of tokens."""
    near = [node]
    for _ in range(FARTHEST):
        for one in near:
            if one in graph.nodes and (found := next(filter(None, (read(one, result) for result in step(one).results)), None)):
                return found
        near = list(dict.fromkeys(link.source for one in near if one in graph.nodes for link in graph.into(one)))
    return None
