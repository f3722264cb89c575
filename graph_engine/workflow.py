"""The workflow file: a graph, its layout and the values it exposes, as strict JSON in canonical order.

Unknown node types, and fields that this program does not know, are kept and written back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from graph_engine.atomic import write_atomically
from graph_engine.board import EMPTY, Board
from graph_engine.catalogue import Catalogue
from graph_engine.declaration import Upgrade
from graph_engine.definition import Definition, Exposed, Foreign
from graph_engine.errors import BadWorkflow
from graph_engine.file_shape import (
    FileWorkflow,
    board_of,
    definition_fields,
    definition_from,
    exposed_fields,
    exposed_of,
    graph_fields,
    graph_from,
    in_id_order,
    on_board,
    rest,
)
from graph_engine.graph import Graph, Link, Node
from graph_engine.strict_json import parse

FORMAT = "tessera-workflow"
VERSION = 1


class Workflow(msgspec.Struct, frozen=True):
    """What a file holds. ``unknown`` are fields of a newer program, here and in the parts: kept and written back."""

    graph: Graph = Graph()
    layout: Mapping[str, tuple[float, float]] = {}
    name: str = ""
    description: str = ""
    exposed: Mapping[str, Exposed] = {}
    unknown: Mapping[str, Any] = {}
    unknown_of_links: Mapping[Link, Mapping[str, Any]] = {}
    definitions: Mapping[str, Definition | Foreign] = {}
    board: Board = EMPTY


def _from_0(data: dict[str, Any]) -> dict[str, Any]:
    """Version 0 listed nodes with their ids and positions, and links as four texts."""
    listed = data.get("nodes", [])
    nodes = {str(node["id"]): {k: v for k, v in node.items() if k not in ("id", "position")} for node in listed}
    links = [{"from": link[:2], "to": link[2:]} for link in data.get("links", [])]
    layout = {str(node["id"]): node["position"] for node in listed if "position" in node}
    return {**data, "nodes": nodes, "links": links, "layout": layout}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: _from_0}
"""From a version to the next; each has a frozen sample in the tests."""


def read(data: bytes, where: str = "workflow") -> Workflow:
    """Read a workflow file of this or an older version.

    Raises:
        BadWorkflow: not a workflow, damaged, hostile, or of a newer version. Nothing in a file can run code.
    """
    raw = parse(data, where)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BadWorkflow(f"{where}: must be a workflow, an object whose format is {FORMAT!r}, got {_what(raw)}")
    raw = _migrated(raw, where)
    definitions = raw.get("definitions", {})
    try:
        # Each definition is understood by itself: one of a newer form does not keep the file from opening.
        file = msgspec.convert({**raw, "definitions": {} if isinstance(definitions, dict) else definitions}, FileWorkflow)
    except msgspec.ValidationError as error:
        raise BadWorkflow(f"{where}: {str(error).replace(' - at `', ', at `')}") from None
    graph, unknown_of_links = graph_from(file, raw)
    return Workflow(
        graph, file.layout, file.name, file.description, exposed_of(file.exposed, raw.get("exposed", {})), rest(raw, FileWorkflow),
        unknown_of_links, {key: definition_from(found) for key, found in definitions.items()}, board_of(file.board, raw.get("board", {})),
    )  # fmt: skip


def _migrated(raw: dict[str, Any], where: str) -> dict[str, Any]:
    version = raw.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise BadWorkflow(f"{where}: version: must be a whole number from 0 to {VERSION}, got {version!r}")
    if version > VERSION:
        raise BadWorkflow(f"{where}: version: must be at most {VERSION}, got {version}: made by a newer program, which can open it")
    for step in range(version, VERSION):
        try:
            raw = {**MIGRATIONS[step](dict(raw)), "version": step + 1}
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BadWorkflow(f"{where}: must be a workflow of version {version}, got {type(error).__name__}: {error}") from None
    return raw


def _what(raw: Any) -> str:
    return f"format {raw.get('format')!r}" if isinstance(raw, dict) else f"a {type(raw).__name__}"


def write(workflow: Workflow) -> bytes:
    """The file: nodes and layout in the order of their ids, links in that of their targets and a line each, two spaces deep."""
    return f"{_sections(fields(workflow))}\n".encode()


def fields(workflow: Workflow) -> dict[str, Any]:
    """What the file holds, in its order, as plain data that shares its parts with the workflow."""
    definitions = {key: definition_fields(workflow.definitions[key]) for key in in_id_order(workflow.definitions)}
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": workflow.name,
        "description": workflow.description,
        "exposed": exposed_fields(workflow.exposed),
        **graph_fields(workflow.graph, workflow.layout, workflow.unknown_of_links),
        **on_board(workflow.board),
        **({"definitions": definitions} if definitions else {}),
        **workflow.unknown,
    }


def _sections(parts: Mapping[str, Any], depth: str = "") -> str:
    """The fields of a workflow or of a definition in it."""
    return (
        "{\n" + ",\n".join(f"{depth}  {_line(name)}: {_section(name, part, depth + '  ')}" for name, part in parts.items()) + f"\n{depth}}}"
    )


def _section(name: str, part: Any, depth: str) -> str:
    """One field of the file. Links and places take a line each, so that a change of one is a change of a line."""
    if name == "links" and part and isinstance(part, list):
        return "[\n" + ",\n".join(f"{depth}  {_line(link)}" for link in part) + f"\n{depth}]"
    if name == "layout" and part and isinstance(part, dict):
        return "{\n" + ",\n".join(f"{depth}  {_line(key)}: {_line(place)}" for key, place in part.items()) + f"\n{depth}}}"
    if name == "board" and part and isinstance(part, dict):
        return _sections(part, depth)
    if name in ("frames", "notes", "dots", "folds", "colors", "views") and part and isinstance(part, dict):
        return _section("layout", part, depth)
    if name == "routes" and part and isinstance(part, list):
        return _section("links", part, depth)
    if name == "definitions" and part and isinstance(part, dict):
        made = (f"{depth}  {_line(key)}: {_definition(found, depth + '  ')}" for key, found in part.items())
        return "{\n" + ",\n".join(made) + f"\n{depth}}}"
    return json.dumps(part, indent=2, ensure_ascii=False, allow_nan=False).replace("\n", f"\n{depth}")


def _definition(found: Any, depth: str) -> str:
    return _sections(found, depth) if isinstance(found, dict) and found else _line(found)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def save(workflow: Workflow, path: Path) -> None:
    """Write beside, flush, rename: the file at ``path`` is the old one or the new one, never half.

    Raises:
        OSError: the folder cannot be written or the disk is full; the old file stands as it was.
    """
    write_atomically(path, write(workflow))


def with_values(workflow: Workflow, values: Mapping[str, Any]) -> Workflow:
    """The workflow with exposed values set by their names. The values are checked when the graph is.

    Raises:
        BadWorkflow: a name is not exposed; the message lists those that are.
    """
    graph = workflow.graph
    for name, value in values.items():
        exposed = workflow.exposed.get(name)
        if exposed is None:
            known = ", ".join(workflow.exposed) or "none"
            raise BadWorkflow(f"{name}: must be one of the values that the workflow exposes ({known}), got {name!r}")
        if exposed.node not in graph.nodes:
            raise BadWorkflow(f"{name}: is exposed for node {exposed.node}, which is not in the workflow")
        graph = graph.with_parameter(exposed.node, exposed.parameter, value)
    return msgspec.structs.replace(workflow, graph=graph)


def with_graphs(workflow: Workflow, change: Callable[[Graph], Graph]) -> Workflow:
    """The workflow with its graph, and that of every definition, changed."""
    definitions: dict[str, Definition | Foreign] = {}
    for key, definition in workflow.definitions.items():
        if isinstance(definition, Definition) and (graph := change(definition.graph)) is not definition.graph:
            definitions[key] = msgspec.structs.replace(definition, graph=graph)
    graph = change(workflow.graph)
    if graph is workflow.graph and not definitions:
        return workflow
    kept = {**workflow.definitions, **definitions} if definitions else workflow.definitions
    return msgspec.structs.replace(workflow, graph=graph, definitions=kept)


def upgraded(workflow: Workflow, catalogue: Catalogue) -> Workflow:
    """The workflow with nodes of older versions carried over by their types' upgrade functions (`Catalogue.upgrade`).

    Raises:
        BadWorkflow: the parameters of a node are not those of the version that it names.
    """
    return with_graphs(workflow, lambda graph: _upgraded(graph, catalogue))


def _upgraded(graph: Graph, catalogue: Catalogue) -> Graph:
    changed: dict[str, Node] = {}
    for key, node in graph.nodes.items():
        known = catalogue.get(node.type)
        if known and node.version < known.version:
            parameters = _carried_over(key, node, known.version, catalogue.upgrade(node.type))
            changed[key] = msgspec.structs.replace(node, version=known.version, parameters=parameters)
    return graph.with_nodes(changed)


def _carried_over(key: str, node: Node, version: int, upgrade: Upgrade | None) -> Mapping[str, Any]:
    if upgrade is None:
        return node.parameters
    try:
        return upgrade(node.version, dict(node.parameters))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise BadWorkflow(
            f"node {key}: its parameters must be those of version {node.version} of {node.type}, to be carried over to version {version}; "
            f"got {type(error).__name__}: {error}"
        ) from error


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, as published in ``assets/workflow.schema.json``."""
    (found,), parts = msgspec.json.schema_components([FileWorkflow], ref_template="#/$defs/{name}")
    renamed = json.loads(re.sub(r"\bFile(?=[A-Z])", "", json.dumps({**found, "$defs": parts})))  # the prefix of classes says nothing there
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Tessera workflow", **renamed}
