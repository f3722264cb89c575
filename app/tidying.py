"""Automatic layout: nodes in columns by what they need, in an order with few crossings, at heights where wires run nearly straight.

Sugiyama, Tagawa & Toda 1981 in its usual steps: layers, order by barycenters, coordinates. Nodes that no link joins are laid out apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.aligning import Boxes, Offsets, Place, around
from graph_engine.graph import Graph, Link

COLUMN_GAP, ROW_GAP, PIECE_GAP = 64.0, 24.0, 56.0
SWEEPS = 12
GRID = 8.0


def tidied(boxes: Boxes, graph: Graph, offsets: Offsets) -> dict[str, Place]:
    """New places for the boxes; the left top corner of all stays where it was."""
    if not boxes:
        return {}
    corner = around(boxes.values())
    links = [link for link in graph.links if link.source in boxes and link.target in boxes and link in offsets]
    places: dict[str, Place] = {}
    top = corner.y
    for piece in _pieces(boxes, links):
        inside = [link for link in links if link.source in piece]
        made = _Layout(graph, {key: boxes[key] for key in piece}, inside, offsets).places()
        lowest = min(y for _, y in made.values())
        places |= {key: (corner.x + x, top + y - lowest) for key, (x, y) in made.items()}
        top = max(places[key][1] + boxes[key].height for key in made) + PIECE_GAP
    return {key: (_on_grid(x), _on_grid(y)) for key, (x, y) in places.items()}


def _on_grid(value: float) -> float:
    return round(value / GRID) * GRID


def _pieces(boxes: Boxes, links: Sequence[Link]) -> list[set[str]]:
    """Boxes that links join, the topmost piece first."""
    beside: dict[str, list[str]] = {key: [] for key in boxes}
    for link in links:
        beside[link.source].append(link.target)
        beside[link.target].append(link.source)
    seen: set[str] = set()
    pieces = []
    for key in sorted(boxes, key=lambda key: (boxes[key].y, boxes[key].x)):
        if key not in seen:
            waiting, piece = [key], {key}
            while waiting:
                new = [other for other in beside[waiting.pop()] if other not in piece]
                piece.update(new)
                waiting += new
            seen |= piece
            pieces.append(piece)
    return pieces


class _Layout:
    """One piece on its way from boxes to places."""

    def __init__(self, graph: Graph, boxes: Boxes, links: Sequence[Link], offsets: Offsets) -> None:
        self.boxes, self.offsets = boxes, offsets
        self.before: dict[str, list[Link]] = {key: [] for key in boxes}
        self.behind: dict[str, list[Link]] = {key: [] for key in boxes}
        for link in links:
            self.before[link.target].append(link)
            self.behind[link.source].append(link)
        self.column = self._columns(graph)
        self.columns: list[list[str]] = [[] for _ in range(max(self.column.values()) + 1)]
        for key in sorted(boxes, key=lambda key: boxes[key].y):
            self.columns[self.column[key]].append(key)
        self.y = {key: boxes[key].y for key in boxes}

    def _columns(self, graph: Graph) -> dict[str, int]:
        """As far left as what a box needs allows; then those that need nothing move next to what needs them."""
        column = dict.fromkeys(self.boxes, 0)
        order = graph.in_order(self.boxes)
        for key in order:
            column[key] = max((column[link.source] + 1 for link in self.before[key]), default=0)
        for key in reversed(order):
            if self.behind[key] and not self.before[key]:
                column[key] = min(column[link.target] for link in self.behind[key]) - 1
        return column

    def places(self) -> dict[str, Place]:
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            for boxes in self.columns if forward else reversed(self.columns):
                self._order(boxes, forward)
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            for boxes in self.columns if forward else reversed(self.columns):
                self._set_heights(boxes, forward)
        return {key: (x, self.y[key]) for x, boxes in zip(self._lefts(), self.columns, strict=True) for key in boxes}

    def _wish(self, key: str, forward: bool) -> float:
        """Where the top of a box would have to lie for its wires, on one side if it has any there, to run straight on average."""
        sides = (self.before[key], self.behind[key]) if forward else (self.behind[key], self.before[key])
        links = sides[0] or sides[1]
        wishes = [self._straight(link, key) for link in links]
        return sum(wishes) / len(wishes) if wishes else self.y[key]

    def _straight(self, link: Link, key: str) -> float:
        begin, end = self.offsets[link]
        return self.y[link.source] + begin - end if key == link.target else self.y[link.target] + end - begin

    def _order(self, boxes: list[str], forward: bool) -> None:
        wishes = {key: self._wish(key, forward) for key in boxes}
        boxes.sort(key=lambda key: wishes[key])
        at = min(wishes.values())
        for key in boxes:
            self.y[key] = at
            at += self.boxes[key].height + ROW_GAP

    def _set_heights(self, boxes: list[str], forward: bool) -> None:
        """The heights nearest to what the boxes wish for that keep their order and the gaps (pool adjacent violators)."""
        stacked, below = [], 0.0
        for key in boxes:
            stacked.append(below)
            below += self.boxes[key].height + ROW_GAP
        pools: list[tuple[float, int]] = []  # mean and size
        for key, offset in zip(boxes, stacked, strict=True):
            mean, size = self._wish(key, forward) - offset, 1
            while pools and pools[-1][0] > mean:
                last, count = pools.pop()
                mean, size = (last * count + mean * size) / (count + size), count + size
            pools.append((mean, size))
        settled = [mean for mean, size in pools for _ in range(size)]
        for key, mean, offset in zip(boxes, settled, stacked, strict=True):
            self.y[key] = mean + offset

    def _lefts(self) -> list[float]:
        lefts, at = [], 0.0
        for boxes in self.columns:
            lefts.append(at)
            at += max((self.boxes[key].width for key in boxes), default=0.0) + COLUMN_GAP
        return lefts
