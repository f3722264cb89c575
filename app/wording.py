"""Names and values as people read them: the same words on the canvas, in the inspector and in messages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from app.language import marked, numeral, retold, tr
from graph_engine.declaration import AnyKind, Choice, Curve, File, Input, Integer, NodeType, Number, Output, Painted, Parameter, Seed, Text
from graph_engine.events import Result
from graph_engine.flatten import way_to
from graph_engine.graph import Node
from graph_engine.open_types import said
from graph_engine.parameters import seed_policy, seed_value
from graph_engine.workflow import Workflow

WRITTEN = ("Text", "Layer", "Region")
"""Types whose results are described by the words in them."""
COUNTED = {
    "strokes": (marked("{count} stroke"), marked("{count} strokes")),
    "shapes": (marked("{count} shape"), marked("{count} shapes")),
    "regions": (marked("{count} region"), marked("{count} regions")),
    "layers": (marked("{count} layer"), marked("{count} layers")),
}
"""The lists of painted documents, one and several."""


def plain(name: str) -> str:
    """``guidance_scale`` as "Guidance scale"."""
    return name.replace("_", " ").strip().capitalize()


def type_title(type_id: str) -> str:
    """The id of a node type that nobody knows, as a title: words begin large, names of classes stay as they are."""
    name = type_id.rpartition("/")[2].replace("_", " ")
    return name.capitalize() if name.islower() else name


def label(entry: Input | Output | Parameter) -> str:
    """How an input, output or parameter is called: the title that somebody gave it, or its name in words."""
    return entry.title or tr(plain(entry.name))


def title_of(node: Node, node_type: NodeType | None) -> str:
    return node.title or (node_type.title if node_type else type_title(node.type))


def title_of_step(workflow: Workflow, types: Mapping[str, NodeType], step: str) -> str:
    """The titles that lead to a step of the flat graph, as "Group › Blur"."""
    return " › ".join(title_of(node, types.get(node.type)) for node in way_to(workflow, step)) or step


def type_text(end: Input | Output) -> str:
    """What goes through an input or output."""
    listed = end.listed if isinstance(end, Output) else end.whole
    return tr("list of {type}", type=tr(said(end.type))) if listed else tr(said(end.type))


def value_of(node: Node, parameter: Parameter) -> Any:
    return node.parameters.get(parameter.name, parameter.default)


def number_text(value: float, step: float = 0.01) -> str:
    """A number with the decimals that its step needs, and more only where it has more."""
    decimals = max(0, len(f"{step:.8f}".rstrip("0").partition(".")[2]))
    exact = f"{value:.8f}".rstrip("0").rstrip(".")
    short = f"{value:.{decimals}f}"
    return numeral(exact if len(exact) > len(short) else short)


def value_text(kind: AnyKind, value: Any) -> str:
    """A value in one short line."""
    if value is None:
        return tr("none")
    if isinstance(kind, Number):
        return _with_unit(number_text(float(value), kind.step), kind.unit) if isinstance(value, int | float) else str(value)
    if isinstance(kind, Integer):
        return _with_unit(str(value), kind.unit)
    if isinstance(kind, Seed):
        return _seed_text(value)
    if isinstance(kind, File):
        return PurePath(str(value)).name or tr("choose a file")
    if isinstance(kind, Text):
        return " ".join(str(value).split())
    if isinstance(kind, Curve):
        return tr("{count} points", count=len(value)) if isinstance(value, list | tuple) else tr("not understood")
    if isinstance(kind, Painted):
        return painted_text(value)
    return tr(str(value)) if isinstance(kind, Choice) else str(value)


def painted_text(value: Mapping[str, Any]) -> str:
    """How much a painted document holds: its lists are counted, as "3 shapes"."""
    if not isinstance(value, Mapping):
        return tr("not understood")
    lists = [(COUNTED[name], len(part)) for name, part in value.items() if name in COUNTED and isinstance(part, list)]
    counts = [tr(one if count == 1 else several, count=count) for (one, several), count in lists]
    return ", ".join(counts) or (tr("changed by hand") if value else tr("nothing yet"))


def _seed_text(value: Any) -> str:
    number, policy = seed_value(value), seed_policy(value)
    return str(number) if policy == "fixed" else f"{number} · {tr(policy)}"


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


def result_text(result: Result) -> str:
    """What came out, in one line; what somebody wrote stays as it is."""
    if result.description and result.type in WRITTEN and result.description != result.type.lower():
        return result.description
    return retold(result.description) if result.description else tr(said(result.type))


def seconds_text(seconds: float) -> str:
    if seconds < 1:
        return tr("{seconds:.0f} ms", seconds=seconds * 1000)
    if seconds < 60:
        return tr("{seconds} s", seconds=numeral(f"{seconds:.1f}"))
    return tr("{minutes} min {seconds:02d} s", minutes=int(seconds // 60), seconds=int(seconds % 60))


def bytes_text(count: int) -> str:
    """As "1.2 GB", of 1024 each, as makers of memory and of graphics cards count."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if count >= size:
            return numeral(f"{count / size:.1f} {unit}") if unit == "GB" else f"{count / size:.0f} {unit}"
    return tr("{count} B", count=count)


def left_text(seconds: float) -> str:
    """How long something will still take, no finer than anybody can know."""
    if seconds < 2:
        return tr("a moment left")
    if seconds < 57:
        step = 1 if seconds < 10 else 5
        return tr("about {seconds} s left", seconds=round(seconds / step) * step)
    minutes = max(1, round(seconds / 60))
    return (
        tr("about {minutes} min left", minutes=minutes)
        if minutes < 60
        else tr("about {hours} h {minutes:02d} min left", hours=minutes // 60, minutes=minutes % 60)
    )
