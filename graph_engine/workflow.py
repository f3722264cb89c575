"""The workflow file: a graph, its layout and the values it exposes, as strict JSON in canonical order.

Unknown node types, and fields that this program does not know, are kept and written back.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from graph_engine.errors import BadWorkflow
from graph_engine.graph import Graph, Link, Node
from graph_engine.strict_json import parse

FORMAT = "tessera-workflow"
VERSION = 1


class Exposed(msgspec.Struct, frozen=True):
    """A parameter that the workflow offers by a name of its own, for ``--set`` and for forms."""

    node: str
    parameter: str
    help: str = ""


class Workflow(msgspec.Struct, frozen=True):
    graph: Graph = Graph()
    layout: Mapping[str, tuple[float, float]] = {}
    name: str = ""
    description: str = ""
    exposed: Mapping[str, Exposed] = {}
    unknown: Mapping[str, Any] = {}


class _FileNode(msgspec.Struct):
    type: str
    version: int = 1
    title: str = ""
    parameters: dict[str, Any] = {}


class _FileLink(msgspec.Struct):
    source: tuple[str, str] = msgspec.field(name="from")
    target: tuple[str, str] = msgspec.field(name="to")


class _File(msgspec.Struct):
    """The file as its schema says it."""

    format: str
    version: int
    name: str = ""
    description: str = ""
    exposed: dict[str, Exposed] = {}
    nodes: dict[str, _FileNode] = {}
    links: list[_FileLink] = []
    layout: dict[str, tuple[float, float]] = {}


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
    try:
        file = msgspec.convert(raw, _File)
    except msgspec.ValidationError as error:
        raise BadWorkflow(f"{where}: {str(error).replace(' - at `', ', at `')}") from None
    nodes = {
        key: Node(node.type, node.version, node.parameters, node.title, _rest(raw["nodes"][key], _FileNode))
        for key, node in file.nodes.items()
    }
    links = [Link(*link.source, *link.target) for link in file.links]
    return Workflow(Graph(nodes, links), file.layout, file.name, file.description, file.exposed, _rest(raw, _File))


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


def _rest(raw: Mapping[str, Any], known: type[msgspec.Struct]) -> dict[str, Any]:
    names = set(known.__struct_encode_fields__)
    return {name: value for name, value in raw.items() if name not in names}


def write(workflow: Workflow) -> bytes:
    """The file: nodes and layout in the order of their ids, links sorted by target but for those into one input, two spaces deep."""
    graph = workflow.graph
    nodes = {}
    for key in sorted(graph.nodes, key=_id_order):
        node = graph.nodes[key]
        fields: dict[str, Any] = {"type": node.type, "version": node.version}
        if node.title:
            fields["title"] = node.title
        nodes[key] = {**fields, "parameters": dict(sorted(node.parameters.items())), **node.unknown}
    links = sorted(graph.links, key=lambda link: (_id_order(link.target), link.input))  # stable: order within an input means something
    file = {
        "format": FORMAT,
        "version": VERSION,
        "name": workflow.name,
        "description": workflow.description,
        "exposed": {name: msgspec.structs.asdict(exposed) for name, exposed in workflow.exposed.items()},
        "nodes": nodes,
        "links": [{"from": [link.source, link.output], "to": [link.target, link.input]} for link in links],
        "layout": {key: list(workflow.layout[key]) for key in sorted(workflow.layout, key=_id_order)},
        **workflow.unknown,
    }
    return (json.dumps(file, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _id_order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() and len(key) < 18 else (1 << 62, key)


def save(workflow: Workflow, path: Path) -> None:
    """Write beside, flush, rename: the file at ``path`` is the old one or the new one, never half.

    Raises:
        OSError: the folder cannot be written or the disk is full; the old file stands as it was.
    """
    write_atomically(path, write(workflow))


def write_atomically(path: Path, data: bytes) -> None:
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            os.chmod(part, path.stat().st_mode if path.exists() else 0o644)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


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


def upgraded(workflow: Workflow, catalogue: Any) -> Workflow:
    """The workflow with nodes of older versions carried over by their types' upgrade functions (`Catalogue.upgrade`)."""
    graph = workflow.graph
    for key, node in graph.nodes.items():
        known = catalogue.get(node.type)
        if known and node.version < known.version:
            upgrade = catalogue.upgrade(node.type)
            parameters = upgrade(node.version, dict(node.parameters)) if upgrade else node.parameters
            graph = graph.with_node(key, msgspec.structs.replace(node, version=known.version, parameters=parameters))
    return msgspec.structs.replace(workflow, graph=graph)


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, as published in ``assets/workflow.schema.json``."""
    (found,), parts = msgspec.json.schema_components([_File], ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Tessera workflow", **found, "$defs": parts}
