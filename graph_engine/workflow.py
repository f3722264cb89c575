"""The workflow file: a graph, its layout and the values it exposes, as strict JSON in canonical order.

Unknown node types, and fields that this program does not know, are kept and written back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from graph_engine.atomic import write_atomically
from graph_engine.catalogue import Catalogue
from graph_engine.declaration import Upgrade
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
    unknown: Mapping[str, Any] = {}


class Workflow(msgspec.Struct, frozen=True):
    """What a file holds. ``unknown`` are fields of a newer program, here and in the parts: kept and written back."""

    graph: Graph = Graph()
    layout: Mapping[str, tuple[float, float]] = {}
    name: str = ""
    description: str = ""
    exposed: Mapping[str, Exposed] = {}
    unknown: Mapping[str, Any] = {}
    unknown_of_links: Mapping[Link, Mapping[str, Any]] = {}


class _FileNode(msgspec.Struct):
    type: str
    version: int = 1
    title: str = ""
    parameters: dict[str, Any] = {}


class _FileLink(msgspec.Struct):
    source: tuple[str, str] = msgspec.field(name="from")
    target: tuple[str, str] = msgspec.field(name="to")


class _FileExposed(msgspec.Struct):
    node: str
    parameter: str
    help: str = ""


class _FileWorkflow(msgspec.Struct):
    """Nodes by id, links from outputs to inputs or parameters, places of the nodes, and the parameters that the file exposes by names."""

    format: Literal["tessera-workflow"]
    version: Literal[1]
    name: str = ""
    description: str = ""
    exposed: dict[str, _FileExposed] = {}
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
        file = msgspec.convert(raw, _FileWorkflow)
    except msgspec.ValidationError as error:
        raise BadWorkflow(f"{where}: {str(error).replace(' - at `', ', at `')}") from None
    nodes = {
        key: Node(node.type, node.version, node.parameters, node.title, _rest(raw["nodes"][key], _FileNode))
        for key, node in file.nodes.items()
    }
    links = [Link(*link.source, *link.target) for link in file.links]
    exposed = {
        name: Exposed(found.node, found.parameter, found.help, _rest(raw["exposed"][name], _FileExposed))
        for name, found in file.exposed.items()
    }
    unknown_of_links = {link: rest for link, fields in zip(links, raw.get("links", ()), strict=True) if (rest := _rest(fields, _FileLink))}
    graph = Graph(nodes, links)
    return Workflow(graph, file.layout, file.name, file.description, exposed, _rest(raw, _FileWorkflow), unknown_of_links)


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
    """The file: nodes and layout in the order of their ids, links in that of their targets and a line each, two spaces deep."""
    links = sorted(workflow.graph.links, key=lambda link: (_id_order(link.target), link.input))  # stable: order in an input means something
    parts = {
        "format": FORMAT,
        "version": VERSION,
        "name": workflow.name,
        "description": workflow.description,
        "exposed": {name: _exposed_fields(exposed) for name, exposed in workflow.exposed.items()},
        "nodes": {key: _node_fields(workflow.graph.nodes[key]) for key in sorted(workflow.graph.nodes, key=_id_order)},
        "links": [_link_fields(link, workflow.unknown_of_links.get(link, {})) for link in links],
        "layout": {key: [_whole(place) for place in workflow.layout[key]] for key in sorted(workflow.layout, key=_id_order)},
        **workflow.unknown,
    }
    fields = [f"  {_line(name)}: {_section(name, part)}" for name, part in parts.items()]
    return ("{\n" + ",\n".join(fields) + "\n}\n").encode()


def _node_fields(node: Node) -> dict[str, Any]:
    title = {"title": node.title} if node.title else {}
    return {"type": node.type, "version": node.version, **title, "parameters": dict(sorted(node.parameters.items())), **node.unknown}


def _exposed_fields(exposed: Exposed) -> dict[str, Any]:
    return {"node": exposed.node, "parameter": exposed.parameter, "help": exposed.help, **exposed.unknown}


def _link_fields(link: Link, unknown: Mapping[str, Any]) -> dict[str, Any]:
    return {"from": [link.source, link.output], "to": [link.target, link.input], **unknown}


def _whole(place: float) -> float:
    return int(place) if float(place).is_integer() else place


def _section(name: str, part: Any) -> str:
    """One field of the file. Links and places take a line each, so that a change of one is a change of a line."""
    if name == "links" and part:
        return "[\n" + ",\n".join(f"    {_line(link)}" for link in part) + "\n  ]"
    if name == "layout" and part:
        return "{\n" + ",\n".join(f"    {_line(key)}: {_line(place)}" for key, place in part.items()) + "\n  }"
    return json.dumps(part, indent=2, ensure_ascii=False, allow_nan=False).replace("\n", "\n  ")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _id_order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() and len(key) < 18 else (1 << 62, key)


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


def upgraded(workflow: Workflow, catalogue: Catalogue) -> Workflow:
    """The workflow with nodes of older versions carried over by their types' upgrade functions (`Catalogue.upgrade`).

    Raises:
        BadWorkflow: the parameters of a node are not those of the version that it names.
    """
    changed: dict[str, Node] = {}
    for key, node in workflow.graph.nodes.items():
        known = catalogue.get(node.type)
        if known and node.version < known.version:
            parameters = _carried_over(key, node, known.version, catalogue.upgrade(node.type))
            changed[key] = msgspec.structs.replace(node, version=known.version, parameters=parameters)
    return msgspec.structs.replace(workflow, graph=workflow.graph.with_nodes(changed)) if changed else workflow


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
    (found,), parts = msgspec.json.schema_components([_FileWorkflow], ref_template="#/$defs/{name}")
    renamed = json.loads(json.dumps({**found, "$defs": parts}).replace("_File", ""))  # the prefix of classes here says nothing there
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Tessera workflow", **renamed}
