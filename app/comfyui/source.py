"""What a ComfyUI file says, in one plain structure whatever its form: nodes, values by name, links, definitions, frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

INSIDE, OUTSIDE = "-10", "-20"
"""The ids by which links in a sub-graph speak of its own inputs and outputs."""


class Origin(NamedTuple):
    """Where a link begins."""

    node: str
    slot: int


class Slot(msgspec.Struct, frozen=True):
    name: str
    type: str = "*"


class SourceNode(msgspec.Struct, frozen=True):
    """``values`` are widget values by name, ``nameless`` those without one, ``controls`` what becomes of a seed after each run."""

    id: str
    type: str
    raw: Mapping[str, Any]
    title: str = ""
    values: Mapping[str, Any] = {}
    nameless: tuple[Any, ...] = ()
    controls: Mapping[str, str] = {}
    inputs: tuple[Slot, ...] = ()
    outputs: tuple[Slot, ...] = ()
    links: Mapping[str, Origin] = {}
    mode: str = "run"  # or "mute", "bypass"
    place: tuple[float, float] | None = None
    size: tuple[float, float] = (210.0, 100.0)
    promoted: tuple[tuple[str, str], ...] = ()
    """Of an instance of a definition: inner node and widget, in the order of its own values."""
    doubt: str = ""
    """Why values may stand under wrong names."""


Nodes = Mapping[str, SourceNode]


class Definition(msgspec.Struct, frozen=True):
    """A sub-graph or group node: links inside begin at ``INSIDE`` for its inputs; ``gives`` says where each output begins."""

    name: str
    nodes: Nodes
    inputs: tuple[Slot, ...] = ()
    gives: Mapping[int, Origin] = {}


class ModelFile(msgspec.Struct, frozen=True):
    """A model that the file names, with what it says about where to find it."""

    name: str
    kind: str = ""
    url: str = ""
    digest: str = ""


class Frame(msgspec.Struct, frozen=True):
    """A box around nodes, called a group there."""

    title: str
    at: tuple[float, float]
    size: tuple[float, float]
    color: str = ""


class Point(msgspec.Struct, frozen=True):
    """A place that a wire goes through; ``parent`` is the point before it, seen from where the wire begins."""

    place: tuple[float, float]
    parent: str = ""


class Source(msgspec.Struct, frozen=True):
    """``kept`` is what the file says beside its graph, as it came. ``last_points`` names, by link, the point next to its end."""

    form: str
    nodes: Nodes
    definitions: Mapping[str, Definition] = {}
    models: tuple[ModelFile, ...] = ()
    kept: Mapping[str, Any] = {}
    name: str = ""
    frames: tuple[Frame, ...] = ()
    points: Mapping[str, Point] = {}
    last_points: Mapping[str, str] = {}
