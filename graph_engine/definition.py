"""Sub-graphs as data: a definition is a graph with an interface; its instances are nodes whose type names it.

Inside a definition, links that start at `INPUTS` take what an instance is given, links that end at `OUTPUTS` make what it gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from graph_engine.board import EMPTY, Board
from graph_engine.graph import Graph, Link

INSTANCE = "definition:"
"""What the type of an instance starts with; the definition's id follows."""

INPUTS, OUTPUTS = "inputs", "outputs"
"""Ends of links in a definition's graph where no node is: the border to the outside."""

TURNS, TURN = "turns", "turn"
"""The parameter that says how often a loop goes round, and the input inside that says which turn it is, from 0."""

TURN_LIMIT = 1000


class Exposed(msgspec.Struct, frozen=True):
    """A parameter of a node inside that is offered outside, under a name or id of its own; ``name`` is how it is shown, if otherwise."""

    node: str
    parameter: str
    help: str = ""
    unknown: Mapping[str, Any] = {}
    name: str = ""


class End(msgspec.Struct, frozen=True):
    """An input or output of a definition. Its id stays; ``name``, how it is shown, may change."""

    type: str
    name: str = ""
    help: str = ""
    unknown: Mapping[str, Any] = {}


class Loop(msgspec.Struct, frozen=True):
    """Turns one after another. ``carried`` says which output of a turn the next one takes, by input; other inputs stay the same.

    An output in ``collected`` gives what all turns gave, in order; any other gives what the last turn gave.
    """

    turns: int = 2
    carried: Mapping[str, str] = {}
    collected: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = {}


class Definition(msgspec.Struct, frozen=True):
    """A graph that is used as a node. Interface entries are held by ids that instances refer to."""

    graph: Graph = Graph()
    layout: Mapping[str, tuple[float, float]] = {}
    name: str = ""
    help: str = ""
    inputs: Mapping[str, End] = {}
    outputs: Mapping[str, End] = {}
    parameters: Mapping[str, Exposed] = {}
    loop: Loop | None = None
    unknown: Mapping[str, Any] = {}
    unknown_of_links: Mapping[Link, Mapping[str, Any]] = {}
    board: Board = EMPTY


class Foreign(msgspec.Struct, frozen=True):
    """A definition that this program does not understand: kept as it came, and why."""

    raw: Any
    reason: str


Definitions = Mapping[str, Definition | Foreign]


def definition_of(type_id: str) -> str:
    """The id of the definition that a node type names; empty where it is no instance."""
    return type_id[len(INSTANCE) :] if type_id.startswith(INSTANCE) else ""


def held(definitions: Definitions, type_id: str) -> Definition | None:
    """The definition that a node type names, if there is one and it is understood."""
    if not type_id.startswith(INSTANCE):
        return None
    found = definitions.get(type_id[len(INSTANCE) :])
    return found if isinstance(found, Definition) else None
