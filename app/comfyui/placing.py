"""Where the nodes of an imported graph lie: as in the file, with room for nodes that became several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.arrange import height_of
from app.comfyui.source import Nodes
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph

WIDTH, GAP = 208.0, 40.0
STRIP = 256.0
NEAR = 200
"""Boxes of a strip that are looked at, the latest: thousands on one spot must not take minutes."""

Place = tuple[float, float]
Pieces = Mapping[str, Mapping[str, tuple[int, int]]]
Shape = Mapping[str, Place]


class _Box(NamedTuple):
    """A piece that is being placed."""

    left: float
    top: float
    width: float
    height: float


def places(graph: Graph, made: Pieces, sources: Nodes, types: Mapping[str, NodeType]) -> dict[str, Place]:
    """A place for every node whose original had one; none lies on another, and what lay on the right of something still does.

    From left to right, a piece that has become wider moves everything behind it; one that has become higher moves what lies under it down.
    """
    found: dict[str, Place] = {}
    beside, taken = _Strips(), _Strips()
    shift = 0.0
    for (x, y), key in sorted((place, key) for key in made if (place := sources[key].place)):
        shape = _shape(graph, made[key], types)
        width = max(left for left, _ in shape.values()) + WIDTH
        height = max(top + height_of(graph, node, types) for node, (_, top) in shape.items())
        room = (
            other.left + other.width + GAP for other in beside.near(y, height) if other.top < y + height and y < other.top + other.height
        )
        shift = max(shift, *(right - x for right in room), 0.0)
        beside.add(_Box(x + shift, y, width, height), y, height)
        top = _free_top(taken, _Box(x + shift, y, width, height))
        found.update({node: (round(x + shift + left), round(top + down)) for node, (left, down) in shape.items()})
    return found


def _free_top(taken: _Strips, box: _Box) -> float:
    """The top of the box itself, or that of the next free room below; from then on it is taken."""
    left, top, width, height = box
    for other in sorted(taken.near(left, width), key=lambda other: other.top):
        aside = other.left >= left + width or left >= other.left + other.width
        if not aside and top < other.top + other.height + GAP / 2 and other.top < top + height + GAP / 2:
            top = other.top + other.height + GAP / 2
    taken.add(box._replace(top=top), left, width)
    return top


class _Strips:
    """Boxes by where they lie along one axis, so that only near ones are looked at."""

    def __init__(self) -> None:
        self._boxes: dict[int, list[_Box]] = {}

    def add(self, box: _Box, start: float, length: float) -> None:
        for strip in self._strips(start, length):
            self._boxes.setdefault(strip, []).append(box)

    def near(self, start: float, length: float) -> list[_Box]:
        return list(dict.fromkeys(box for strip in self._strips(start, length) for box in self._boxes.get(strip, ())[-NEAR:]))

    def _strips(self, start: float, length: float) -> range:
        return range(int(start // STRIP), int((start + length) // STRIP) + 1)


def _shape(graph: Graph, piece: Mapping[str, tuple[int, int]], types: Mapping[str, NodeType]) -> Shape:
    """Where the nodes of a piece lie within it: in columns, each node below the one before."""
    columns = sorted({column for column, _ in piece.values()})
    found = {}
    for index, column in enumerate(columns):
        top = 0.0
        for node in sorted((node for node in piece if piece[node][0] == column), key=lambda node: piece[node][1]):
            found[node] = (index * (WIDTH + GAP), top)
            top += height_of(graph, node, types) + GAP / 2
    return found
