"""What lies on the canvas beside nodes and links: frames, notes, dots that wires go through, and how nodes are shown.

A run knows nothing of it: no key of a result changes by what is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from graph_engine.graph import Graph, Link

Place = tuple[float, float]
TITLE, LINKED = "title", "linked"
"""How a node is folded: to its title, or to what is linked or set."""


class Frame(msgspec.Struct, frozen=True):
    """A box around nodes with words over it. What lies in it goes along with it."""

    at: Place = (0.0, 0.0)
    size: Place = (320.0, 240.0)
    title: str = ""
    color: str = ""
    unknown: Mapping[str, Any] = {}


class Note(msgspec.Struct, frozen=True):
    """Words on the canvas, in Markdown."""

    at: Place = (0.0, 0.0)
    size: Place = (240.0, 120.0)
    text: str = ""
    color: str = ""
    unknown: Mapping[str, Any] = {}


class Board(msgspec.Struct, frozen=True):
    """``routes``: the dots that a link goes through, in order. ``folds`` and ``colors`` are of nodes; views have a middle and a zoom."""

    frames: Mapping[str, Frame] = {}
    notes: Mapping[str, Note] = {}
    dots: Mapping[str, Place] = {}
    routes: Mapping[Link, tuple[str, ...]] = {}
    folds: Mapping[str, str] = {}
    colors: Mapping[str, str] = {}
    views: Mapping[str, tuple[float, float, float]] = {}
    unknown: Mapping[str, Any] = {}

    @property
    def pieces(self) -> set[str]:
        """Ids of what can be selected and moved."""
        return {*self.frames, *self.notes, *self.dots}

    def moved(self, places: Mapping[str, Place]) -> Board:
        """The board with some of its pieces elsewhere."""
        if not places.keys() & self.pieces:
            return self
        return msgspec.structs.replace(
            self,
            frames={key: _at(found, places.get(key)) for key, found in self.frames.items()},
            notes={key: _at(found, places.get(key)) for key, found in self.notes.items()},
            dots={key: places.get(key, place) for key, place in self.dots.items()},
        )

    def without(self, pieces: Iterable[str]) -> Board:
        """The board without some pieces; wires go on without the dots that are gone."""
        gone = set(pieces)
        if not gone & self.pieces:
            return self
        routes = {link: tuple(dot for dot in dots if dot not in gone) for link, dots in self.routes.items()}
        return msgspec.structs.replace(
            self,
            frames={key: found for key, found in self.frames.items() if key not in gone},
            notes={key: found for key, found in self.notes.items() if key not in gone},
            dots={key: place for key, place in self.dots.items() if key not in gone},
            routes={link: dots for link, dots in routes.items() if dots},
        )

    def piece(self, nodes: Iterable[str], pieces: Iterable[str] = ()) -> Board:
        """What belongs to some nodes and to the links between them, and some frames and notes."""
        inside, chosen = set(nodes), set(pieces)
        routes = {link: dots for link, dots in self.routes.items() if link.source in inside and link.target in inside}
        used = {dot for dots in routes.values() for dot in dots}
        return Board(
            {key: found for key, found in self.frames.items() if key in chosen},
            {key: found for key, found in self.notes.items() if key in chosen},
            {key: place for key, place in self.dots.items() if key in used},
            routes,
            {key: fold for key, fold in self.folds.items() if key in inside},
            {key: color for key, color in self.colors.items() if key in inside},
        )

    def renamed(self, names: Mapping[str, str], shift: Place) -> Board:
        """The board moved by so much, with other ids for nodes and pieces; views are left out."""

        def named(link: Link) -> Link:
            return Link(names.get(link.source, link.source), link.output, names.get(link.target, link.target), link.input)

        return Board(
            {names.get(key, key): _at(found, _sum(found.at, shift)) for key, found in self.frames.items()},
            {names.get(key, key): _at(found, _sum(found.at, shift)) for key, found in self.notes.items()},
            {names.get(key, key): _sum(place, shift) for key, place in self.dots.items()},
            {named(link): tuple(names.get(dot, dot) for dot in dots) for link, dots in self.routes.items()},
            {names.get(key, key): fold for key, fold in self.folds.items()},
            {names.get(key, key): color for key, color in self.colors.items()},
        )

    def together(self, other: Board) -> Board:
        """This board with all that lies on another."""
        if other == EMPTY:
            return self
        return msgspec.structs.replace(
            self,
            frames={**self.frames, **other.frames},
            notes={**self.notes, **other.notes},
            dots={**self.dots, **other.dots},
            routes={**self.routes, **other.routes},
            folds={**self.folds, **other.folds},
            colors={**self.colors, **other.colors},
        )

    def fitting(self, graph: Graph) -> Board:
        """The board without what speaks of links and nodes that are not there, and without dots that no wire goes through."""
        if not (self.routes or self.dots or self.folds or self.colors):
            return self
        known = set(graph.links) if self.routes else set()
        routes = {link: through for link, dots in self.routes.items() if link in known and (through := _known(dots, self.dots))}
        used = {dot for dots in routes.values() for dot in dots}
        return msgspec.structs.replace(
            self,
            routes=routes,
            dots={key: place for key, place in self.dots.items() if key in used},
            folds={key: fold for key, fold in self.folds.items() if key in graph.nodes},
            colors={key: color for key, color in self.colors.items() if key in graph.nodes},
        )


EMPTY = Board()


def _sum(place: Place, shift: Place) -> Place:
    return place[0] + shift[0], place[1] + shift[1]


def _known(dots: Iterable[str], known: Mapping[str, Place]) -> tuple[str, ...]:
    return tuple(dot for dot in dots if dot in known)


Piece = TypeVar("Piece", Frame, Note)


def _at(piece: Piece, place: Place | None) -> Piece:
    return piece if place is None else msgspec.structs.replace(piece, at=place)
