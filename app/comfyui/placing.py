"""Where the nodes of an imported graph lie: as in the file, with room for nodes that became several."""

from __future__ import annotations

from collections.abc import Mapping

from app.comfyui.source import Nodes
from graph_engine.declaration import NodeType, Text
from graph_engine.graph import Graph

WIDTH, GAP = 208.0, 40.0
HEADER, ROW, BLOCK = 40.0, 24.0, 64.0
SPREAD = 1.1
"""Nodes here are a little smaller than there, but pieces are wider."""
STRIP = 256.0

Place = tuple[float, float]
Pieces = Mapping[str, Mapping[str, tuple[int, int]]]


def places(graph: Graph, made: Pieces, sources: Nodes, types: Mapping[str, NodeType]) -> dict[str, Place]:
    """A place for every node whose original had one; none lies on another."""
    found: dict[str, Place] = {}
    taken = _Taken()
    listed = [(source.place, key) for key in made if (source := sources[key]).place]
    for (x, y), key in sorted((place, key) for place, key in listed if place):
        shape = _shape(graph, made[key], types)
        width = max(left for left, _ in shape.values()) + WIDTH
        height = max(top + _height(graph, node, types) for node, (_, top) in shape.items())
        at = taken.free_place((x * SPREAD, y * SPREAD), width, height)
        found.update({node: (round(at[0] + left), round(at[1] + top)) for node, (left, top) in shape.items()})
    return found


def _shape(graph: Graph, piece: Mapping[str, tuple[int, int]], types: Mapping[str, NodeType]) -> dict[str, Place]:
    """Where the nodes of a piece lie within it: in columns, each node below the one before."""
    columns = sorted({column for column, _ in piece.values()})
    found = {}
    for index, column in enumerate(columns):
        top = 0.0
        for node in sorted((node for node in piece if piece[node][0] == column), key=lambda node: piece[node][1]):
            found[node] = (index * (WIDTH + GAP), top)
            top += _height(graph, node, types) + GAP / 2
    return found


def _height(graph: Graph, node: str, types: Mapping[str, NodeType]) -> float:
    """About how high a node is on the canvas."""
    known = types.get(graph.nodes[node].type)
    if known is None:
        return HEADER + ROW * max(len(graph.into(node)), len(graph.out_of(node)), 1)
    rows = max(len(known.inputs), len(known.outputs)) + len(known.parameters)
    blocks = sum(isinstance(parameter.kind, Text) and parameter.kind.multiline for parameter in known.parameters)
    return HEADER + ROW * rows + (BLOCK - ROW) * blocks


class _Taken:
    """Rectangles that are taken, in strips from left to right, so that only near ones are looked at."""

    def __init__(self) -> None:
        self._strips: dict[int, list[tuple[float, float, float, float]]] = {}

    def free_place(self, at: Place, width: float, height: float) -> Place:
        """The place itself or the next free one below it; from then on it is taken."""
        left, top = at
        strips = range(int((left - GAP) // STRIP), int((left + width + GAP) // STRIP) + 1)
        near = sorted({rectangle for strip in strips for rectangle in self._strips.get(strip, ())}, key=lambda rectangle: rectangle[1])
        for x, y, wide, high in near:
            if left < x + wide + GAP and x < left + width + GAP and top < y + high + GAP / 2 and y < top + height + GAP / 2:
                top = y + high + GAP / 2
        for strip in strips:
            self._strips.setdefault(strip, []).append((left, top, width, height))
        return left, top
