"""ComfyUI's API form: nodes by id, values and links by name. It has no places, no frames and no titles of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.comfyui.classes import CLASSES
from app.comfyui.source import Origin, Slot, Source, SourceNode
from graph_engine.errors import BadWorkflow

LITERAL = "__value__"


def read_api(raw: Mapping[str, Any], where: str) -> Source:
    """Read the parsed file.

    Raises:
        BadWorkflow: a node is not what the form asks for.
    """
    nodes = {identity: _node(identity, node, where) for identity, node in raw.items() if not _is_aside(node)}
    return Source("API", nodes, kept={name: aside for name, aside in raw.items() if _is_aside(aside)})


def _is_aside(entry: Any) -> bool:
    """Whether an entry beside the nodes was never meant to be one."""
    return not isinstance(entry, dict) or not {"class_type", "inputs"} & entry.keys()


def _node(identity: str, raw: Any, where: str) -> SourceNode:
    at = f"{where}: node {identity[:40]}"
    if not isinstance(raw, dict) or not isinstance(raw.get("class_type"), str):
        raise BadWorkflow(f"{at}: must be an object with a class_type, got {str(raw)[:60]}")
    entries = raw.get("inputs", {})
    if not isinstance(entries, dict):
        raise BadWorkflow(f"{at}: inputs: must be an object, got a {type(entries).__name__}")
    kind = raw["class_type"]
    known = CLASSES.get(kind)
    links = {name: Origin(entry[0], entry[1]) for name, entry in entries.items() if _is_link(entry)}
    return SourceNode(
        id=identity,
        type=kind,
        raw=raw,
        title=_title(raw),
        values={name: literal(entry) for name, entry in entries.items() if name not in links},
        inputs=tuple(Slot(name) for name in links),
        outputs=tuple(Slot(name, name) for name in known.outputs) if known else (),
        links=links,
    )


def _is_link(entry: Any) -> bool:
    two = isinstance(entry, list) and len(entry) == 2
    return two and isinstance(entry[0], str) and isinstance(entry[1], int) and not isinstance(entry[1], bool) and entry[1] >= 0


def literal(entry: Any) -> Any:
    """A value as it was meant: lists come wrapped, so that none is taken for a link."""
    return entry[LITERAL] if isinstance(entry, dict) and LITERAL in entry else entry


def _title(raw: Mapping[str, Any]) -> str:
    about = raw.get("_meta")
    title = about.get("title") if isinstance(about, dict) else None
    return title if isinstance(title, str) else ""


def values_by_name(prompt: Mapping[str, Any], identity: str, kind: str) -> Mapping[str, Any] | None:
    """The named values of one node, where the API form has that node with that class."""
    raw = prompt.get(identity)
    if not isinstance(raw, dict) or raw.get("class_type") != kind or not isinstance(raw.get("inputs"), dict):
        return None
    return {name: literal(entry) for name, entry in raw["inputs"].items() if not _is_link(entry)}
