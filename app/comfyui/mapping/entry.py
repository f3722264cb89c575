"""What an entry of the mapping is: a class of ComfyUI, and how one of its nodes becomes a piece of a graph here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.comfyui.source import Nodes, Origin, SourceNode


class NoCounterpart(Exception):
    """A node that keeps its original data and waits; the message says why, as the end of a sentence."""


class Case:
    """One node of the file, and what feeds it."""

    def __init__(self, node: SourceNode, nodes: Nodes) -> None:
        self.node, self._nodes = node, nodes

    def value(self, name: str, default: Any = None) -> Any:
        return self.node.values.get(name, default)

    def number(self, name: str, default: float) -> float:
        """A widget's number; what is none counts as the default."""
        value = self.value(name, default)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else default

    def origin(self, name: str) -> Origin | None:
        return self.node.links.get(name)

    def source(self, name: str) -> Case | None:
        """The node whose output feeds an input."""
        origin = self.origin(name)
        found = self._nodes.get(origin.node) if origin else None
        return Case(found, self._nodes) if found else None

    def source_kind(self, name: str) -> str:
        found = self.source(name)
        return found.node.type if found else ""


class Piece:
    """What one node becomes: nodes by names of this piece, links among them, what they take from outside and give to it.

    ``folds`` are nodes whose values it takes over; ``says``, of a node without nodes of its own, or whose nodes nobody needs, where its
    values went.
    """

    def __init__(self) -> None:
        self.types: dict[str, str] = {}
        self.parameters: dict[str, dict[str, Any]] = {}
        self.takes: list[tuple[str, str, Origin]] = []
        self.inside: list[tuple[str, str, str, str]] = []
        self.gives: dict[int, tuple[str, str]] = {}
        self.places: dict[str, tuple[int, int]] = {}
        self.if_used: set[str] = set()
        self.folds: set[str] = set()
        self.carried: dict[tuple[str, str], tuple[str, str]] = {}  # a widget of a node of the file: the parameter that has its value
        self.differences: list[str] = []
        self.says = ""

    def add(self, name: str, node_type: str, at: tuple[int, int] = (0, 0), if_used: bool = False, **parameters: Any) -> None:
        """Add a node. ``at`` is its column and row in the piece; ``if_used`` leaves it out unless something takes what it gives."""
        self.types[name], self.parameters[name], self.places[name] = node_type, dict(parameters), at
        if if_used:
            self.if_used.add(name)

    def take(self, name: str, entry: str, origin: Origin | None) -> None:
        """Feed an input of a node of the piece from outside, if anything does."""
        if origin:
            self.takes.append((name, entry, origin))

    def join(self, source: str, output: str, target: str, entry: str) -> None:
        self.inside.append((source, output, target, entry))

    def carry(self, name: str, parameter: str, case: Case | None, widget: str, as_: Callable[[Any], Any] = lambda value: value) -> None:
        """Set a parameter to a widget's value, or to what the link gives that drives it. The widget's node counts as folded into this."""
        if case is None:
            return
        self.folds.add(case.node.id)
        if origin := case.origin(widget):
            self.take(name, parameter, origin)
        elif (value := case.value(widget)) is not None:
            self.parameters[name][parameter] = as_(value)
            self.carried[case.node.id, widget] = (name, parameter)

    def differs(self, sentence: str) -> None:
        self.differences.append(sentence)


class Entry(NamedTuple):
    """``shown`` is the class's name on ComfyUI's canvas: a title equal to it was not given by anybody."""

    kind: str
    shown: str
    make: Callable[[Case, Piece], None]


def one_to_one(
    node_type: str,
    outputs: tuple[str, ...] = (),
    inputs: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    differs: str = "",
) -> Callable[[Case, Piece], None]:
    """A class that is one node here: its inputs and widgets by the names that they have here, its outputs in order."""

    def make(case: Case, piece: Piece) -> None:
        piece.add("main", node_type)
        for theirs, ours in (inputs or {}).items():
            piece.take("main", ours, case.origin(theirs))
        for theirs, ours in (values or {}).items():
            piece.carry("main", ours, case, theirs)
        piece.gives = {slot: ("main", output) for slot, output in enumerate(outputs)}
        if differs:
            piece.differs(differs)

    return make


def folded(says: str) -> Callable[[Case, Piece], None]:
    """A class that is no node here, since another one has what it says."""

    def make(case: Case, piece: Piece) -> None:
        piece.says = says

    return make


def number(value: Any) -> Any:
    """A float where a number came."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def whole(value: Any) -> Any:
    """An integer where a whole number came, as a float too."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**64 else value
