"""Boxes brought into line: edges or middles together, equal gaps, straight wires. Boxes in, new places out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graph_engine.graph import Graph, Link

Place = tuple[float, float]


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


Boxes = Mapping[str, Box]
Offsets = Mapping[Link, tuple[float, float]]
"""How far below the top of its node each link begins and ends."""

SIDES = ("left", "center", "right", "top", "middle", "bottom")


def aligned(boxes: Boxes, side: str) -> dict[str, Place]:
    """Places in which the boxes have one side, or their middles, on one line: the outermost one, or the middle of all."""
    whole = around(boxes.values())
    places = {
        "left": lambda box: (whole.x, box.y),
        "center": lambda box: (whole.x + (whole.width - box.width) / 2, box.y),
        "right": lambda box: (whole.right - box.width, box.y),
        "top": lambda box: (box.x, whole.y),
        "middle": lambda box: (box.x, whole.y + (whole.height - box.height) / 2),
        "bottom": lambda box: (box.x, whole.bottom - box.height),
    }
    return {key: places[side](box) for key, box in boxes.items()}


def distributed(boxes: Boxes, across: bool) -> dict[str, Place]:
    """Places with equal gaps between the boxes; the first and the last stay."""
    order = sorted(boxes, key=lambda key: boxes[key].x if across else boxes[key].y)
    if len(order) < 3:
        return {key: (box.x, box.y) for key, box in boxes.items()}
    sizes = [boxes[key].width if across else boxes[key].height for key in order]
    first, last = boxes[order[0]], boxes[order[-1]]
    room = (last.right - first.x) if across else (last.bottom - first.y)
    gap = (room - sum(sizes)) / (len(order) - 1)
    at, places = (first.x if across else first.y), {}
    for key, size in zip(order, sizes, strict=True):
        places[key] = (at, boxes[key].y) if across else (boxes[key].x, at)
        at += size + gap
    return places


def straightened(boxes: Boxes, graph: Graph, offsets: Offsets) -> dict[str, Place]:
    """Places in which from each box one wire, to its topmost follower among them, runs straight."""
    places = {key: (box.x, box.y) for key, box in boxes.items()}
    settled: set[str] = set()
    for source in graph.in_order(boxes):
        links = [link for link in graph.out_of(source) if link.target in boxes and link.target not in settled and link in offsets]
        if links:
            link = min(links, key=lambda one: boxes[one.target].y + offsets[one][1])
            begin, end = offsets[link]
            places[link.target] = (places[link.target][0], places[source][1] + begin - end)
            settled.add(link.target)
    return places


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around all."""
    listed = list(boxes)
    x, y = min(box.x for box in listed), min(box.y for box in listed)
    return Box(x, y, max(box.right for box in listed) - x, max(box.bottom for box in listed) - y)
