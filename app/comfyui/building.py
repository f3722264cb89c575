"""From plain ComfyUI nodes to a graph of this program: mapped pieces, and placeholders that keep everything for what has no counterpart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from app.comfyui.classes import CLASSES
from app.comfyui.mapping import ENTRIES
from app.comfyui.mapping.entry import Case, NoCounterpart, Piece
from app.comfyui.reading import as_it_was
from app.comfyui.report import APPROXIMATED, BETWEEN, MAPPED, UNMAPPED, Item
from app.comfyui.source import Nodes, Origin, SourceNode
from graph_engine.declaration import NodeType, Output
from graph_engine.graph import BYPASSED, MUTED, Graph, Link, Node

PREFIX = "comfyui/"
KEPT = "comfyui"
"""The field of a node, and of a workflow, under which original data is kept."""
STAND_IN = "stand in"
"""The name of a placeholder in a piece."""
VALUE_TYPES = {
    "MODEL": "Generator", "CLIP": "TextEncoder", "VAE": "Tokenizer", "CONDITIONING": "Conditioning", "LATENT": "Latent", "IMAGE": "Image",
    "MASK": "Mask", "STRING": "Text", "INT": "Integer", "FLOAT": "Number", "BOOLEAN": "Toggle",
}  # fmt: skip
"""What flows on a link here, by ComfyUI's name for it."""
STATES = {"bypass": BYPASSED, "mute": MUTED}
STATE_SAYS = {"bypass": "is bypassed here too, links go past it", "mute": "is muted here too"}
UNKNOWN = "nothing here does the same yet"


class Built(NamedTuple):
    """``made`` names the nodes of each node of the file, with column and row in its piece; ``carried`` says where widgets' values are."""

    graph: Graph
    items: tuple[Item, ...]
    made: Mapping[str, Mapping[str, tuple[int, int]]]
    carried: Mapping[tuple[str, str], tuple[str, str]]
    placeholders: Mapping[str, NodeType]
    origins: Mapping[Link, tuple[str, Origin]]
    """Of links between nodes of the file: the node where it ends there, and where it begins."""
    """What is known of the outputs of placeholders, by type: no more than their borders ask for."""


def built(nodes: Nodes, types: Mapping[str, NodeType]) -> Built:
    """The graph of some plain nodes, and what became of each."""
    return _Building(nodes, types).built()


def original(node: Node) -> Any:
    """What a placeholder was in its file, exactly."""
    return as_it_was(node.unknown[KEPT])


class _Building:
    def __init__(self, nodes: Nodes, types: Mapping[str, NodeType]) -> None:
        self._nodes, self._types = nodes, types
        self._pieces: dict[str, Piece] = {}
        self._reasons: dict[str, str] = {}

    def built(self) -> Built:
        for node in self._nodes.values():
            self._pieces[node.id] = self._piece(node)
        self._keep_what_nobody_folded()
        self._stand_in_for_what_is_asked()
        between = list(self._links_between())
        used = {begin for _, begin, _ in between}
        names = self._numbered(used)
        inside = [
            Link(names[key, source], output, names[key, target], entry)
            for key, piece in self._pieces.items()
            for source, output, target, entry in piece.inside
            if (key, source) in names and (key, target) in names
        ]
        origins = {
            Link(names[begin[:2]], begin[2], names[end[:2]], end[2]): (end[0], origin) for end, begin, origin in between if end[:2] in names
        }
        graph = Graph({identity: self._node(*place) for place, identity in names.items()}, [*inside, *origins])
        made: dict[str, dict[str, tuple[int, int]]] = {}
        for (key, local), identity in names.items():
            made.setdefault(key, {})[identity] = self._pieces[key].places[local]
        carried = {
            widget: (names[key, local], parameter)
            for key, piece in self._pieces.items()
            for widget, (local, parameter) in piece.carried.items()
            if (key, local) in names
        }
        items = tuple(self._item(node, made.get(node.id, {})) for node in self._nodes.values())
        return Built(graph, items, made, carried, self._placeholder_types(), origins)

    def _placeholder_types(self) -> dict[str, NodeType]:
        found: dict[str, dict[str, Output]] = {}
        for key, piece in self._pieces.items():
            if STAND_IN in piece.types:
                node = self._nodes[key]
                outputs = found.setdefault(PREFIX + node.type, {})
                for slot, output in enumerate(node.outputs):
                    if output.type in VALUE_TYPES:
                        name = output_name(node, slot)
                        outputs.setdefault(name, Output(name, VALUE_TYPES[output.type]))
        return {name: NodeType(name, 1, name, KEPT, "", "", (), (), tuple(outputs.values())) for name, outputs in found.items()}

    # pieces

    def _piece(self, node: SourceNode) -> Piece:
        entry = ENTRIES.get(node.type)
        if entry is None:
            return self._placeholder(node, UNKNOWN)
        piece = Piece()
        try:
            entry.make(Case(node, self._nodes), piece)
        except NoCounterpart as reason:
            return self._placeholder(node, str(reason))
        absent = [name for name in piece.types.values() if name not in self._types]
        return self._placeholder(node, f"the node type {absent[0]} is not installed") if absent else piece

    def _placeholder(self, node: SourceNode, reason: str) -> Piece:
        self._reasons[node.id] = reason
        piece = Piece()
        self._add_stand_in(node, piece)
        return piece

    def _add_stand_in(self, node: SourceNode, piece: Piece) -> None:
        row = 1 + max((row for _, row in piece.places.values()), default=-1)
        piece.add(STAND_IN, PREFIX + node.type, (0, row))
        piece.parameters[STAND_IN] = dict(node.values)
        for name, origin in node.links.items():
            piece.take(STAND_IN, name, origin)

    def _keep_what_nobody_folded(self) -> None:
        """A node that others would have taken into them stays, where none did."""
        folded = {key for piece in self._pieces.values() for key in piece.folds}
        for key, piece in self._pieces.items():
            if piece.says and not piece.types and key not in folded:
                self._pieces[key] = self._placeholder(self._nodes[key], "what it feeds has no counterpart here")

    def _stand_in_for_what_is_asked(self) -> None:
        """An output that somebody takes and that the piece does not give comes from a placeholder beside the piece."""
        waiting = [take for piece in self._pieces.values() for take in piece.takes]
        while waiting:
            _, _, origin = waiting.pop()
            node, piece = self._nodes.get(origin.node), self._pieces.get(origin.node)
            if node is None or piece is None or origin.slot in piece.gives:
                continue
            if STAND_IN not in piece.types:
                self._add_stand_in(node, piece)
                waiting += piece.takes[-len(node.links) :] if node.links else []
            piece.gives[origin.slot] = (STAND_IN, output_name(node, origin.slot))

    def _links_between(self) -> Iterator[tuple[tuple[str, str, str], tuple[str, str, str], Origin]]:
        """Each link between pieces: where it ends, where it begins, and where that was in the file."""
        for key, piece in self._pieces.items():
            for local, entry, origin in piece.takes:
                giving = self._pieces.get(origin.node)
                if giving and origin.slot in giving.gives and not self._vanishes(origin, piece.types[local], entry):
                    source, output = giving.gives[origin.slot]
                    yield (key, local, entry), (origin.node, source, output), origin

    def _vanishes(self, origin: Origin, target_type: str, entry: str) -> bool:
        """Whether a link begins at a muted node and is not needed where it ends: then ComfyUI runs without it."""
        known = self._types.get(target_type)
        wanted = known.input(entry) if known else None
        return self._nodes[origin.node].mode == "mute" and wanted is not None and not wanted.required

    def _numbered(self, used: set[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
        """Numbers for all nodes that stay, by piece and name."""
        taken = {begin[:2] for begin in used}
        names: dict[tuple[str, str], str] = {}
        for key, piece in self._pieces.items():
            for local in piece.types:
                if local not in piece.if_used or (key, local) in taken:
                    names[key, local] = str(len(names) + 1)
        return names

    def _node(self, key: str, local: str) -> Node:
        piece, source = self._pieces[key], self._nodes[key]
        type_id = piece.types[local]
        known = self._types.get(type_id)
        kept = {KEPT: source.raw} if local == STAND_IN else {}
        titled = local == next(iter(piece.types))
        title = _own_title(source) if titled else ""
        return Node(type_id, known.version if known else 1, piece.parameters[local], title, kept, STATES.get(source.mode, ""))

    # report

    def _item(self, node: SourceNode, made: Mapping[str, Any]) -> Item:
        piece = self._pieces[node.id]
        doubt = [node.doubt] if node.doubt else []
        state = [STATE_SAYS[node.mode]] if node.mode in STATE_SAYS else []
        if node.id in self._reasons:
            outcome, clauses = UNMAPPED, [self._reasons[node.id], "kept as it came"]
        else:
            beside = ["what has no counterpart comes from a placeholder beside it"] if STAND_IN in piece.types else []
            differs = [*piece.differences, *beside, *doubt]
            outcome = APPROXIMATED if differs else MAPPED
            clauses = differs or [piece.says if piece.says and not made else f"became {_listed(self._titles(piece))}"]
        return Item(node.id, node.type, outcome, BETWEEN.join([*clauses, *state]), _own_title(node), tuple(made))

    def _titles(self, piece: Piece) -> list[str]:
        return [self._types[name].title for name in piece.types.values() if name in self._types]


def _own_title(node: SourceNode) -> str:
    """The title that somebody gave, not the one that every node of the class has."""
    entry = ENTRIES.get(node.type)
    usual = {node.type, entry.shown if entry else ""}
    return "" if node.title in usual else node.title


def output_name(node: SourceNode, slot: int) -> str:
    """A name for an output that no other output of the node has."""
    known = CLASSES.get(node.type)
    names = [output.name for output in node.outputs] or list(known.outputs if known else ())
    name = names[slot] if slot < len(names) else ""
    return name if name and names.count(name) == 1 else f"{name or 'output'}_{slot + 1}"


def _listed(words: list[str]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
