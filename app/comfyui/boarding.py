"""What lies on the board of an imported workflow: its notes, its frames, and dots where wires were led through points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.comfyui.building import Built
from app.comfyui.regrouping import Regrouped
from app.comfyui.resolving import REROUTE, Resolved
from app.comfyui.source import Frame, Nodes, Origin, Source, SourceNode
from graph_engine import board as boards
from graph_engine.board import Board
from graph_engine.graph import Link

Place = tuple[float, float]
MARGIN, HEAD = 24.0, 40.0
SIZE = (208.0, 120.0)
"""About how large a node is; as wide as it is drawn."""
LEAST_NOTE = (160.0, 80.0)
MOST = 64
"""Dots on one wire: longer ways are drawn straight."""
CENTER = 13.0
"""Half of a reroute node there: its place is its corner, a dot's is its middle."""


def on_board(note: SourceNode) -> bool:
    """Whether a note can lie where it lay: it has a place, and stands in no sub-graph."""
    return note.place is not None and ":" not in note.id and bool(note_text(note))


def note_text(note: SourceNode) -> str:
    values = [*note.values.values(), *note.nameless]
    return str(values[0]).strip() if values else ""


def board(source: Source, nodes: Nodes, plain: Resolved, built: Built, whole: Regrouped) -> Board:
    """The board of the file's own graph; what lay in sub-graphs has none.

    Args:
        source: the file.
        nodes: its nodes, those of sub-graphs among them, before reroutes became links.
        plain: the nodes that do something.
        built: what became of them.
        whole: the workflow, with its places.
    """
    moved = _Moved(plain.nodes, built, whole)
    first = max((int(key) for key in whole.workflow.graph.nodes if key.isdigit()), default=0) + 1
    frames = [_frame(frame, moved) for frame in source.frames]
    notes = [_note(note, moved) for note in plain.notes if on_board(note)]
    dots, routes = _routes(source, nodes, plain, built, whole, moved)
    names = iter(range(first, first + len(frames) + len(notes) + len(dots)))
    made_frames = {str(next(names)): frame for frame in frames}
    made_notes = {str(next(names)): note for note in notes}
    named = {dot: str(next(names)) for dot in dots}
    return Board(
        frames=made_frames,
        notes=made_notes,
        dots={named[dot]: place for dot, place in dots.items()},
        routes={link: tuple(named[dot] for dot in through) for link, through in routes.items()},
    ).fitting(whole.workflow.graph)


class _Moved:
    """Where things went that lay beside nodes: nodes were given more room, and what is near one goes along with it."""

    def __init__(self, nodes: Nodes, built: Built, whole: Regrouped) -> None:
        layout = whole.workflow.layout
        self.nodes: list[tuple[SourceNode, list[Place]]] = []
        for key, node in nodes.items():
            ids = dict.fromkeys(whole.holders.get(made, made) for made in built.made.get(key, {}))
            if places := [layout[made] for made in ids if made in layout]:
                self.nodes.append((node, places))

    def place(self, at: Place) -> Place:
        """Where a place of the file is now: it moves as the nodes around it did, the nearer the more, so that order is kept."""
        known = [(1 / (1 + _distance(node.place, at)) ** 2, node.place, places[0]) for node, places in self.nodes if node.place]
        whole = sum(weight for weight, _, _ in known) or 1.0
        shift = [sum(weight * (now[axis] - before[axis]) for weight, before, now in known) / whole for axis in (0, 1)]
        return round(at[0] + shift[0]), round(at[1] + shift[1])

    def inside(self, frame: Frame) -> list[Place]:
        """Where the nodes are whose middle lay in a frame."""
        return [place for node, places in self.nodes if node.place and _holds(frame, node) for place in places]


def _distance(one: Place, other: Place) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _holds(frame: Frame, node: SourceNode) -> bool:
    assert node.place
    middle = [at + size / 2 for at, size in zip(node.place, node.size, strict=True)]
    return all(at <= part <= at + size for at, size, part in zip(frame.at, frame.size, middle, strict=True))


def _frame(frame: Frame, moved: _Moved) -> boards.Frame:
    """Around the nodes that it held, or of its own size where it held none."""
    places = moved.inside(frame)
    if not places:
        return boards.Frame(moved.place(frame.at), frame.size, frame.title, frame.color)
    left, top = (min(place[axis] for place in places) for axis in (0, 1))
    right, bottom = (max(place[axis] for place in places) + SIZE[axis] for axis in (0, 1))
    size = max(right - left, 0.0) + 2 * MARGIN, max(bottom - top, frame.size[1] - HEAD) + 2 * MARGIN + HEAD
    return boards.Frame((left - MARGIN, top - MARGIN - HEAD), size, frame.title, frame.color)


def _note(note: SourceNode, moved: _Moved) -> boards.Note:
    assert note.place
    size = max(note.size[0], LEAST_NOTE[0]), max(note.size[1], LEAST_NOTE[1])
    return boards.Note(moved.place(note.place), size, note_text(note))


# dots


def _routes(
    source: Source, nodes: Nodes, plain: Resolved, built: Built, whole: Regrouped, moved: _Moved
) -> tuple[dict[str, Place], dict[Link, tuple[str, ...]]]:
    """Dots by the points and reroutes that they were, and through which of them links go."""
    ways = dict(_ways(source, nodes, plain))
    present = set(whole.workflow.graph.links)
    routes = {link: way for link, ends in built.origins.items() if link in present and (way := ways.get(ends))}
    used = dict.fromkeys(dot for way in routes.values() for dot in way)
    return {dot: moved.place(_place(source, nodes, dot)) for dot in used}, routes


def _place(source: Source, nodes: Nodes, dot: str) -> Place:
    if dot in source.points:
        return source.points[dot].place
    left, top = nodes[_reroute(dot)].place or (0.0, 0.0)
    return left + CENTER, top + CENTER


def _dot(reroute: str) -> str:
    """A name for the dot of a reroute node that no point has."""
    return f"node {reroute}"


def _reroute(dot: str) -> str:
    return dot.removeprefix("node ")


def _ways(source: Source, nodes: Nodes, plain: Resolved) -> Iterator[tuple[tuple[str, Origin], tuple[str, ...]]]:
    """By the node where a link ends and where it really begins: the dots on its way, in order."""
    for key, node in plain.nodes.items():
        for name, origin in node.links.items() if key in nodes else ():
            if way := _way(source, nodes, nodes[key], name):
                yield (key, origin), way


def _way(source: Source, nodes: Nodes, node: SourceNode, name: str) -> tuple[str, ...]:
    """Back from an input through points and reroutes."""
    found: list[str] = []
    while len(found) < MOST:
        found[:0] = _points(source, _link_id(node, name))
        origin = node.links.get(name)
        before = nodes.get(origin.node) if origin else None
        if before is None or before.type != REROUTE or before.place is None or _dot(before.id) in found or not before.links:
            return tuple(found)
        found.insert(0, _dot(before.id))
        node, name = before, next(iter(before.links))
    return ()


def _link_id(node: SourceNode, name: str) -> str:
    inputs = node.raw.get("inputs")
    entries: Sequence[Mapping[str, object]] = [entry for entry in inputs if isinstance(entry, dict)] if isinstance(inputs, list) else []
    return next((str(entry.get("link")) for entry in entries if entry.get("name", "") == name), "") if ":" not in node.id else ""


def _points(source: Source, link: str) -> list[str]:
    found: list[str] = []
    point = source.last_points.get(link, "")
    while point in source.points and point not in found and len(found) < MOST:
        found.insert(0, point)
        point = source.points[point].parent
    return found
