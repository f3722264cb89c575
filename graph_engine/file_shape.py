"""What a workflow file looks like inside, and the way of graphs and definitions into that form and back.

Fields that this program does not know go along as ``unknown``; a definition that it does not understand goes along as it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from graph_engine.board import EMPTY, Board, Frame, Note
from graph_engine.definition import INPUTS, OUTPUTS, TURN, TURN_LIMIT, TURNS, Definition, End, Exposed, Foreign, Loop
from graph_engine.graph import Graph, Link, Node


class FileNode(msgspec.Struct):
    """A node whose type is ``definition:`` and an id is an instance of that definition."""

    type: str
    version: Annotated[int, msgspec.Meta(ge=0)] = 1
    title: str = ""
    state: str = ""
    parameters: dict[str, Any] = {}


class FileLink(msgspec.Struct):
    source: tuple[str, str] = msgspec.field(name="from")
    target: tuple[str, str] = msgspec.field(name="to")


class FileExposed(msgspec.Struct):
    node: str
    parameter: str
    help: str = ""
    name: str = ""


class FileEnd(msgspec.Struct):
    type: str
    name: str = ""
    help: str = ""


class FileLoop(msgspec.Struct):
    """Carried: by input, the output of a turn that the next one takes there. Outputs that are collected give what all turns gave."""

    turns: Annotated[int, msgspec.Meta(ge=1, le=TURN_LIMIT)] = 2
    carried: dict[str, str] = {}
    collected: list[str] = []


class FileFrame(msgspec.Struct):
    at: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (320.0, 240.0)
    title: str = ""
    color: str = ""


class FileNote(msgspec.Struct):
    """Words in Markdown."""

    at: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (240.0, 120.0)
    text: str = ""
    color: str = ""


class FileRoute(msgspec.Struct):
    """The dots that the wire of a link goes through."""

    source: tuple[str, str] = msgspec.field(name="from")
    target: tuple[str, str] = msgspec.field(name="to")
    through: list[str] = []


class FileBoard(msgspec.Struct):
    """What lies on the canvas beside nodes and links, and how nodes are shown. Folds: "title" or "linked". Views: middle and zoom."""

    frames: dict[str, FileFrame] = {}
    notes: dict[str, FileNote] = {}
    dots: dict[str, tuple[float, float]] = {}
    routes: list[FileRoute] = []
    folds: dict[str, str] = {}
    colors: dict[str, str] = {}
    views: dict[str, tuple[float, float, float]] = {}


class FileDefinition(msgspec.Struct):
    """Links from ``inputs`` take what an instance is given, links to ``outputs`` make what it gives."""

    name: str = ""
    help: str = ""
    inputs: dict[str, FileEnd] = {}
    outputs: dict[str, FileEnd] = {}
    parameters: dict[str, FileExposed] = {}
    loop: FileLoop | None = None
    nodes: dict[str, FileNode] = {}
    links: list[FileLink] = []
    layout: dict[str, tuple[float, float]] = {}
    board: FileBoard = msgspec.field(default_factory=FileBoard)


class FileWorkflow(msgspec.Struct):
    """Nodes by id, links from outputs to inputs or parameters, places of the nodes, and the parameters that the file exposes by names."""

    format: Literal["tessera-workflow"]
    version: Literal[1]
    name: str = ""
    description: str = ""
    exposed: dict[str, FileExposed] = {}
    nodes: dict[str, FileNode] = {}
    links: list[FileLink] = []
    layout: dict[str, tuple[float, float]] = {}
    board: FileBoard = msgspec.field(default_factory=FileBoard)
    definitions: dict[str, FileDefinition] = {}


def graph_from(file: FileWorkflow | FileDefinition, raw: Mapping[str, Any]) -> tuple[Graph, dict[Link, dict[str, Any]]]:
    """A graph, and the unknown fields of its links."""
    nodes = {
        key: Node(node.type, node.version, node.parameters, node.title, rest(raw["nodes"][key], FileNode), node.state)
        for key, node in file.nodes.items()
    }
    links = [Link(*link.source, *link.target) for link in file.links]
    unknown = {link: left for link, fields in zip(links, raw.get("links", ()), strict=True) if (left := rest(fields, FileLink))}
    return Graph(nodes, links), unknown


def exposed_of(found: Mapping[str, FileExposed], raw: Mapping[str, Any]) -> dict[str, Exposed]:
    return {key: Exposed(e.node, e.parameter, e.help, rest(raw[key], FileExposed), e.name) for key, e in found.items()}


def definition_from(raw: Any) -> Definition | Foreign:
    """A definition, or what came and why it is not understood."""
    try:
        file = msgspec.convert(raw, FileDefinition)
    except msgspec.ValidationError as error:
        return Foreign(raw, str(error).replace(" - at `", ", at `"))
    if reason := _clash(file):
        return Foreign(raw, reason)
    graph, unknown_of_links = graph_from(file, raw)
    loop = _loop_of(file.loop, raw["loop"]) if file.loop else None
    return Definition(
        graph, file.layout, file.name, file.help, _ends_of(file.inputs, raw.get("inputs", {})),
        _ends_of(file.outputs, raw.get("outputs", {})), exposed_of(file.parameters, raw.get("parameters", {})), loop,
        rest(raw, FileDefinition), unknown_of_links, board_of(file.board, raw.get("board", {})),
    )  # fmt: skip


def board_of(file: FileBoard, raw: Mapping[str, Any]) -> Board:
    if not raw:
        return EMPTY
    frames = {key: Frame(f.at, f.size, f.title, f.color, rest(raw["frames"][key], FileFrame)) for key, f in file.frames.items()}
    notes = {key: Note(n.at, n.size, n.text, n.color, rest(raw["notes"][key], FileNote)) for key, n in file.notes.items()}
    routes = {Link(*route.source, *route.target): tuple(route.through) for route in file.routes}
    return Board(frames, notes, file.dots, routes, file.folds, file.colors, file.views, rest(raw, FileBoard))


def _loop_of(found: FileLoop, raw: Mapping[str, Any]) -> Loop:
    return Loop(found.turns, found.carried, tuple(found.collected), rest(raw, FileLoop))


def _clash(file: FileDefinition) -> str:
    """Which id stands for two things; empty where none does."""
    if twice := {INPUTS, OUTPUTS} & file.nodes.keys():
        return f"{min(twice)!r} must name the border alone, got a node of that id"
    taken = file.parameters.keys() | ({TURNS} if file.loop else set())
    if twice := (file.inputs.keys() & taken) | (file.parameters.keys() & {TURNS} if file.loop else set()):
        return f"an id must name one input or one parameter, got {min(twice)!r} twice"
    return f"{TURN!r} must name the turn of the loop, got an input of that id" if file.loop and TURN in file.inputs else ""


def _ends_of(found: Mapping[str, FileEnd], raw: Mapping[str, Any]) -> dict[str, End]:
    return {key: End(end.type, end.name, end.help, rest(raw[key], FileEnd)) for key, end in found.items()}


def rest(raw: Mapping[str, Any], known: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields that a part of the file has beyond those that are known."""
    names = set(known.__struct_encode_fields__)
    return {name: value for name, value in raw.items() if name not in names}


# and back


def graph_fields(
    graph: Graph, layout: Mapping[str, tuple[float, float]], unknown_of_links: Mapping[Link, Mapping[str, Any]]
) -> dict[str, Any]:
    """Nodes and layout in the order of their ids, links in that of their targets."""
    links = sorted(graph.links, key=lambda link: (_id_order(link.target), link.input))  # stable: order in an input means something
    return {
        "nodes": {key: node_fields(graph.nodes[key]) for key in in_id_order(graph.nodes)},
        "links": [link_fields(link, unknown_of_links) for link in links],
        "layout": {key: place_fields(layout[key]) for key in in_id_order(layout)},
    }


def board_fields(board: Board) -> dict[str, Any]:
    """What is there, in the order of ids; nothing for what is not."""
    routes = sorted(board.routes.items(), key=lambda entry: (_id_order(entry[0].target), entry[0].input, _id_order(entry[0].source)))
    parts = {
        "frames": {key: {**_piece(board.frames[key]), "title": board.frames[key].title} for key in in_id_order(board.frames)},
        "notes": {key: {**_piece(board.notes[key]), "text": board.notes[key].text} for key in in_id_order(board.notes)},
        "dots": {key: place_fields(board.dots[key]) for key in in_id_order(board.dots)},
        "routes": [{**link_fields(link, {}), "through": list(dots)} for link, dots in routes],
        "folds": {key: board.folds[key] for key in in_id_order(board.folds)},
        "colors": {key: board.colors[key] for key in in_id_order(board.colors)},
        "views": {key: [_whole(part) for part in board.views[key]] for key in in_id_order(board.views)},
    }
    return {**{name: part for name, part in parts.items() if part}, **board.unknown}


def _piece(piece: Frame | Note) -> dict[str, Any]:
    color = {"color": piece.color} if piece.color else {}
    return {"at": place_fields(piece.at), "size": place_fields(piece.size), **color, **piece.unknown}


def on_board(board: Board) -> dict[str, Any]:
    """The field of a workflow or definition, if anything is on its board."""
    return {"board": found} if (found := board_fields(board)) else {}


def definition_fields(definition: Definition | Foreign) -> Any:
    if isinstance(definition, Foreign):
        return definition.raw
    loop = {"loop": _loop_fields(definition.loop)} if definition.loop else {}
    return {
        "name": definition.name,
        "help": definition.help,
        "inputs": {key: _end_fields(end) for key, end in definition.inputs.items()},
        "outputs": {key: _end_fields(end) for key, end in definition.outputs.items()},
        "parameters": exposed_fields(definition.parameters),
        **loop,
        **graph_fields(definition.graph, definition.layout, definition.unknown_of_links),
        **on_board(definition.board),
        **definition.unknown,
    }


def exposed_fields(exposed: Mapping[str, Exposed]) -> dict[str, Any]:
    return {key: {"node": e.node, "parameter": e.parameter, "help": e.help, **_named(e.name), **e.unknown} for key, e in exposed.items()}


def node_fields(node: Node) -> dict[str, Any]:
    state = {"state": node.state} if node.state else {}
    title = {"title": node.title} if node.title else {}
    return {
        "type": node.type,
        "version": node.version,
        **title,
        **state,
        "parameters": dict(sorted(node.parameters.items())),
        **node.unknown,
    }


def _end_fields(end: End) -> dict[str, Any]:
    return {"type": end.type, **_named(end.name), "help": end.help, **end.unknown}


def _named(name: str) -> dict[str, str]:
    return {"name": name} if name else {}


def _loop_fields(loop: Loop) -> dict[str, Any]:
    return {"turns": loop.turns, "carried": dict(loop.carried), "collected": list(loop.collected), **loop.unknown}


def link_fields(link: Link, unknown_of_links: Mapping[Link, Mapping[str, Any]]) -> dict[str, Any]:
    return {"from": [link.source, link.output], "to": [link.target, link.input], **unknown_of_links.get(link, {})}


def place_fields(place: tuple[float, float]) -> list[float]:
    return [_whole(place[0]), _whole(place[1])]


def _whole(place: float) -> float:
    return int(place) if abs(place) < 2**53 and float(place).is_integer() else place


def in_id_order(keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=_id_order)


def _id_order(key: str) -> tuple[int, str]:
    return (int(key) if key.isdecimal() and len(key) < 18 else 1 << 62, key)
