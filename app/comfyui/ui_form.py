"""ComfyUI's UI forms 0.4 and 1.0: what its browser side saves, with places, frames, definitions and values by position."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.comfyui.api_form import values_by_name
from app.comfyui.group_nodes import group_definitions
from app.comfyui.source import OUTSIDE, Definition, Frame, ModelFile, Origin, Point, Slot, Source, SourceNode
from app.comfyui.widgets import named
from graph_engine.errors import BadWorkflow

MODES = {2: "mute", 4: "bypass"}
SLOT_LIMIT = 256
"""Inputs, or outputs, of one node."""
TITLE_LENGTH = 200
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
KEPT = ("groups", "reroutes", "floatingLinks", "extra", "config")


def read_ui(raw: Mapping[str, Any], where: str, prompt: Mapping[str, Any]) -> Source:
    """Read the parsed file; ``prompt`` is the API form of the same graph, or empty.

    Raises:
        BadWorkflow: something in it is not what the form asks for.
    """
    extra = raw.get("extra")
    groups = extra.get("groupNodes") if isinstance(extra, dict) else None
    return Source(
        form=f"UI {raw.get('version', 0.4)}"[:12],
        nodes=read_nodes(raw, where, prompt),
        definitions={**_definitions(raw, where, 0), **group_definitions(groups, where, read_node)},
        models=tuple(_models(raw)),
        kept={name: raw[name] for name in KEPT if raw.get(name)},
        name=raw["name"] if isinstance(raw.get("name"), str) else "",
        frames=tuple(_frames(raw.get("groups"))),
        points=dict(_points(raw)),
        last_points=dict(_last_points(raw)),
    )


def _frames(raw: Any) -> Iterable[Frame]:
    """Those that can be drawn."""
    for entry in raw if isinstance(raw, list) else ():
        box = entry.get("bounding") if isinstance(entry, dict) else None
        at, size = (_pair(box[:2]), _pair(box[2:])) if isinstance(box, list) and len(box) == 4 else (None, None)
        if at and size and min(size) > 0:
            color = _text(entry.get("color"))
            yield Frame(_text(entry.get("title"))[:TITLE_LENGTH], at, size, color if COLOR.fullmatch(color) else "")


def _points(raw: Mapping[str, Any]) -> Iterable[tuple[str, Point]]:
    """Points of wires: at the top in 1.0, in the extra data in 0.4."""
    for entry in _entries(raw, "reroutes"):
        if place := _pair(entry.get("pos")):
            parent = entry.get("parentId")
            yield str(entry.get("id")), Point(place, "" if parent is None else str(parent))


def _last_points(raw: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    links = raw.get("links")
    objects = [link for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    for entry in (*_entries(raw, "linkExtensions"), *objects):
        if entry.get("parentId") is not None:
            yield str(entry.get("id")), str(entry["parentId"])


def _entries(raw: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    extra = raw.get("extra")
    lists = (raw.get(name), extra.get(name) if isinstance(extra, dict) else None)
    return [entry for listed in lists if isinstance(listed, list) for entry in listed if isinstance(entry, dict)]


def read_nodes(raw: Mapping[str, Any], where: str, prompt: Mapping[str, Any]) -> dict[str, SourceNode]:
    links = _links(raw.get("links"), where)
    found: dict[str, SourceNode] = {}
    for entry in _listed(raw, "nodes", where):
        node = read_node(entry, links, where, prompt)
        if node.id in found:
            raise BadWorkflow(f"{where}: node {node.id}: each id must be used once, got it twice")
        found[node.id] = node
    return found


def _listed(raw: Mapping[str, Any], name: str, where: str) -> list[Any]:
    found = raw.get(name) or []
    if not isinstance(found, list):
        raise BadWorkflow(f"{where}: {name}: must be a list, got a {type(found).__name__}")
    return found


def _slots(raw: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    found = _listed(raw, name, where)
    if len(found) > SLOT_LIMIT:
        raise BadWorkflow(f"{where}: {name}: must be at most {SLOT_LIMIT}, got {len(found)}")
    return [entry for entry in found if isinstance(entry, dict)]


def _links(raw: Any, where: str) -> dict[str, Origin]:
    """Where each link begins, by its id: links are arrays in 0.4, objects in 1.0 and in definitions."""
    found = {}
    listed = list(raw.values()) if isinstance(raw, dict) else raw or []
    if not isinstance(listed, list):
        raise BadWorkflow(f"{where}: links: must be a list, got a {type(raw).__name__}")
    for link in listed:
        if isinstance(link, list) and len(link) >= 5:
            identity, origin, slot = link[0], link[1], link[2]
        elif isinstance(link, dict):
            identity, origin, slot = link.get("id"), link.get("origin_id"), link.get("origin_slot")
        elif link is None:
            continue
        else:
            raise BadWorkflow(f"{where}: links: each must be an array of six or an object, got {str(link)[:60]}")
        if isinstance(slot, int) and not isinstance(slot, bool) and slot >= 0:
            found[str(identity)] = Origin(str(origin), slot)
    return found


def read_node(raw: Any, links: Mapping[str, Origin], where: str, prompt: Mapping[str, Any]) -> SourceNode:
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str) or not isinstance(raw.get("id"), int | str):
        raise BadWorkflow(f"{where}: nodes: each must be an object with an id and a type, got {str(raw)[:60]}")
    identity, kind = str(raw["id"]), raw["type"]
    inputs, outputs = (_slots(raw, name, f"{where}: node {identity}") for name in ("inputs", "outputs"))
    values = named(kind, raw.get("widgets_values"), _widget_names(inputs))
    told = values_by_name(prompt, identity, kind)
    return SourceNode(
        id=identity,
        type=kind,
        raw=raw,
        title=_text(raw.get("title")),
        values={**values.values, **(told or {})},
        nameless=() if told else values.nameless,
        controls=values.controls,
        inputs=tuple(_slot(entry) for entry in inputs),
        outputs=tuple(_slot(entry) for entry in outputs),
        links={_text(entry.get("name")): links[str(entry["link"])] for entry in inputs if str(entry.get("link")) in links},
        mode=MODES.get(mode, "run") if isinstance(mode := raw.get("mode"), int) else "run",
        place=_pair(raw.get("pos")),
        size=_pair(raw.get("size")) or (210.0, 100.0),
        promoted=_promoted(raw, inputs),
        doubt="" if told else values.doubt,
    )


def _widget_names(inputs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Newer browsers list every widget among the inputs, in the order of the values."""
    return [_text(entry["widget"].get("name")) for entry in inputs if isinstance(entry.get("widget"), dict)]


def _slot(entry: Mapping[str, Any]) -> Slot:
    kind = entry.get("type")
    return Slot(_text(entry.get("name")), kind if isinstance(kind, str) else "COMBO" if isinstance(kind, list) else "*")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _pair(value: Any) -> tuple[float, float] | None:
    """A place or size: an array, or an object with "0" and "1"."""
    found = [value.get("0"), value.get("1")] if isinstance(value, dict) else value
    if not isinstance(found, list) or len(found) < 2 or not all(isinstance(part, int | float) and abs(part) < 1e7 for part in found[:2]):
        return None
    return float(found[0]), float(found[1])


def _promoted(raw: Mapping[str, Any], inputs: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Which inner widgets an instance shows: pairs in its properties, or its own inputs that are widgets."""
    properties = raw.get("properties")
    pairs = properties.get("proxyWidgets") if isinstance(properties, dict) else None
    if isinstance(pairs, str):  # some versions saved it as text
        try:
            pairs = json.loads(pairs)
        except ValueError:
            pairs = None
    if isinstance(pairs, list) and pairs:
        return tuple((str(pair[0]), str(pair[-1])) for pair in pairs[:SLOT_LIMIT] if isinstance(pair, list) and len(pair) > 1)
    return tuple(("-1", _text(entry.get("name"))) for entry in inputs if isinstance(entry.get("widget"), dict))


def _definitions(raw: Mapping[str, Any], where: str, depth: int) -> dict[str, Definition]:
    """Sub-graph definitions by id, with those that they hold themselves: nobody uses an id twice."""
    held = raw.get("definitions")
    found: dict[str, Definition] = {}
    for entry in _listed(held, "subgraphs", where) if isinstance(held, dict) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise BadWorkflow(f"{where}: definitions: each sub-graph must be an object with an id, got {str(entry)[:60]}")
        at = f"{where}: sub-graph {_text(entry.get('name'))[:40]}"
        found[entry["id"]] = _definition(entry, at)
        found.update(_definitions(entry, at, depth + 1))
    return found


def _definition(entry: Mapping[str, Any], where: str) -> Definition:
    inputs = [_slot(slot) for slot in _slots(entry, "inputs", where)]
    return Definition(_text(entry.get("name")), read_nodes(entry, where, {}), tuple(inputs), _gives(entry, where))


def _gives(entry: Mapping[str, Any], where: str) -> dict[int, Origin]:
    """Where each output of a definition begins: its links towards the node that stands for what is outside."""
    origins = _links(entry.get("links"), where)
    found = {}
    links = entry.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, list) and len(link) >= 5:
            link = {"id": link[0], "target_id": link[3], "target_slot": link[4]}
        outwards = isinstance(link, dict) and str(link.get("target_id")) == OUTSIDE and isinstance(link.get("target_slot"), int)
        if outwards and (origin := origins.get(str(link.get("id")))):
            found[link["target_slot"]] = origin
    return found


def _models(raw: Mapping[str, Any]) -> Iterable[ModelFile]:
    """Models that the file names by itself, at the top and on its nodes."""
    nodes = raw.get("nodes")
    lists = [raw.get("models")]
    for node in nodes if isinstance(nodes, list) else ():
        properties = node.get("properties") if isinstance(node, dict) else None
        lists.append(properties.get("models") if isinstance(properties, dict) else None)
    for entry in (entry for listed in lists if isinstance(listed, list) for entry in listed):
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield ModelFile(entry["name"], _text(entry.get("directory")), _text(entry.get("url")), _text(entry.get("hash")))
