"""Tokens that were picked are made new: the edits that put a mask, *Erase tokens* and another *Generate* behind the node that made them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from app.edits import with_parameter
from app.token_results import TokenResult
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link, Node
from graph_engine.kinds import SEED_LIMIT
from graph_engine.parameters import seed_policy, seed_value
from graph_engine.workflow import Workflow

MASK, ERASE, REWRITE, GENERATE = "mask/paint_mask", "editing/erase_tokens", "editing/rewrite_tokens", "sampling/generate"
DECODE, PREVIEW = "tokenizer/decode", "output/preview"
NEEDED = (MASK, ERASE, REWRITE, GENERATE, DECODE, PREVIEW)
UNIT = 10_000
STRIDE, BELOW = 256.0, 96.0
TALLEST = 320.0
Types = Mapping[str, NodeType]
Fresh = Callable[[int], Collection[str]]
Box = tuple[int, int, int, int]


class Picked(NamedTuple):
    """Cells of one grid of tokens, by their number row by row, and the node whose picture they were picked on."""

    tokens: TokenResult
    grid: int
    cells: frozenset[int]
    seen_on: str


class Redrawn(NamedTuple):
    """The workflow with what makes the picked tokens new, and the node whose run shows it."""

    workflow: Workflow
    target: str
    made: tuple[str, ...]


def boxes(cells: Collection[int], grid: tuple[int, int]) -> list[Box]:
    """Cells as few boxes (left, top, right, bottom) in ten-thousandths: runs of a row, and equal runs below one another as one."""
    rows, columns = grid
    open_: dict[tuple[int, int], int] = {}
    made: list[Box] = []
    for row in range(rows + 1):
        runs = set(_runs(cells, row, columns))
        for left, right in [run for run in open_ if run not in runs]:
            made.append(_box(left, open_.pop((left, right)), right, row, grid))
        for run in runs - open_.keys():
            open_[run] = row
    return sorted(made, key=lambda box: (box[1], box[0]))


def _runs(cells: Collection[int], row: int, columns: int) -> Iterable[tuple[int, int]]:
    start = None
    for column in range(columns + 1):
        inside = column < columns and row * columns + column in cells
        if inside and start is None:
            start = column
        elif not inside and start is not None:
            yield start, column
            start = None


def _box(left: int, top: int, right: int, bottom: int, grid: tuple[int, int]) -> Box:
    rows, columns = grid
    return round(left * UNIT / columns), round(top * UNIT / rows), round(right * UNIT / columns), round(bottom * UNIT / rows)


def painted(picked: Picked) -> dict[str, Any]:
    """The picked cells as the painted document of a mask."""
    found = boxes(picked.cells, picked.tokens.grids[picked.grid])
    return {"shapes": [{"tool": "rectangle", "box": list(box)} for box in found]}


def freed(picked: Picked) -> str:
    """The picked cells as the changes of *Rewrite tokens*: for tokens in a line, which no mask can name."""
    columns = picked.tokens.grids[picked.grid][1]
    return "\n".join(f"{cell // columns}, {cell % columns} = ?" for cell in sorted(picked.cells))


def with_mask(workflow: Workflow, types: Types, picked: Picked, fresh: Fresh) -> Redrawn:
    """A *Paint mask* over the picture, with the picked cells."""
    building = _Building(workflow, types, fresh, picked)
    mask = building.mask()
    return Redrawn(building.workflow, mask, tuple(building.made))


def with_redrawing(workflow: Workflow, types: Types, picked: Picked, fresh: Fresh) -> Redrawn:
    """The picked tokens made new by a *Generate* of their own; where there is one for these tokens already, it gets what was picked."""
    if found := _redrawing(workflow.graph, types, picked):
        return Redrawn(_picked_anew(workflow, types, picked, found), _shown_by(workflow.graph, found), ())
    building = _Building(workflow, types, fresh, picked)
    target = building.redrawing()
    return Redrawn(building.workflow, target, tuple(building.made))


def _redrawing(graph: Graph, types: Types, picked: Picked) -> str:
    """The node that frees tokens of this output by hand already: *Erase tokens* below a painted mask, or *Rewrite tokens*."""
    wanted = REWRITE if picked.tokens.on_line else ERASE
    frees = (
        link.target
        for link in graph.out_of(picked.tokens.node)
        if (link.output, link.input) == (picked.tokens.output, "tokens") and graph.nodes[link.target].type == wanted
    )
    return next((node for node in frees if wanted == REWRITE or _mask_of(graph, node)), "")


def _mask_of(graph: Graph, erase: str) -> str:
    source = next((link.source for link in graph.into(erase) if link.input == "mask"), "")
    return source if source and graph.nodes[source].type == MASK else ""


def _picked_anew(workflow: Workflow, types: Types, picked: Picked, frees: str) -> Workflow:
    if picked.tokens.on_line:
        changes = types[REWRITE].parameter("changes")
        assert changes
        return with_parameter(workflow, frees, changes, freed(picked))
    document = types[MASK].parameter("painted")
    assert document
    return with_parameter(workflow, _mask_of(workflow.graph, frees), document, painted(picked))


def _shown_by(graph: Graph, node: str) -> str:
    """The last node behind one, where its picture is shown."""
    behind = graph.downstream([node])
    return next((key for key in graph.in_order(behind) if graph.nodes[key].type == PREVIEW), node)


class _Building:
    """Adds nodes beside those that are there, linked as the ones that they stand for."""

    def __init__(self, workflow: Workflow, types: Types, fresh: Fresh, picked: Picked) -> None:
        self.workflow, self.types, self.picked = workflow, types, picked
        self.made: list[str] = []
        self._ids = iter(fresh(len(NEEDED)))
        self._at = self._free_place()

    def _free_place(self) -> tuple[float, float]:
        """Below everything, from the node of the tokens on to the right."""
        layout = self.workflow.layout
        left = layout.get(self.picked.tokens.node, (0.0, 0.0))[0]
        lowest = max((y for _, y in layout.values()), default=0.0)
        return left, lowest + TALLEST + BELOW

    def add(self, type_id: str, parameters: Mapping[str, Any] | None = None, title: str = "") -> str:
        identity = next(self._ids)
        node = Node(type_id, self.types[type_id].version, dict(parameters or {}), title=title)
        self.workflow = replace(
            self.workflow,
            graph=self.workflow.graph.with_node(identity, node),
            layout={**self.workflow.layout, identity: self._at},
        )
        self._at = self._at[0] + STRIDE, self._at[1]
        self.made.append(identity)
        return identity

    def link(self, source: str, output: str, target: str, name: str) -> None:
        self.workflow = replace(self.workflow, graph=self.workflow.graph.with_link(Link(source, output, target, name)))

    def linked_as(self, other: str, node: str, but: str = "") -> None:
        """The links into another node lead into this one too, except those of one input."""
        for link in self.workflow.graph.into(other) if other else ():
            if link.input != but:
                self.link(link.source, link.output, node, link.input)

    def _output(self, type_id: str) -> str:
        return self.types[type_id].outputs[0].name

    def _decode(self) -> str:
        """The node that decodes the tokens as they are."""
        graph, node = self.workflow.graph, self.picked.tokens.node
        return next((link.target for link in graph.out_of(node) if graph.nodes[link.target].type == DECODE), "")

    def mask(self) -> str:
        """Over the picture that the tokens were decoded to, or else the one that they were picked on."""
        mask = self.add(MASK, {"painted": painted(self.picked)})
        seen = self._decode() or self.picked.seen_on
        known = self.types.get(self.workflow.graph.nodes[seen].type) if seen in self.workflow.graph.nodes else None
        if known and (picture := next((output.name for output in known.outputs if output.type == "Image"), None)) is not None:
            self.link(seen, picture, mask, "image")
        return mask

    def freeing(self) -> str:
        """The node that makes the picked tokens unknown."""
        tokens = self.picked.tokens
        if tokens.on_line:
            frees = self.add(REWRITE, {"changes": freed(self.picked)})
        else:
            mask = self.mask()
            frees = self.add(ERASE)
            self.link(mask, self._output(MASK), frees, "mask")
        self.link(tokens.node, tokens.output, frees, "tokens")
        return frees

    def redrawing(self) -> str:
        """All of it; the node that shows the picture."""
        graph, tokens, decode = self.workflow.graph, self.picked.tokens, self._decode()
        like = tokens.node if graph.nodes[tokens.node].type == GENERATE else _nearest_generate(graph, tokens.node)
        frees = self.freeing()
        generate = self.add(GENERATE, _with_next_seed(graph.nodes[like].parameters) if like else {})
        self.linked_as(like, generate, but="tokens")
        self.link(frees, self._output(REWRITE if tokens.on_line else ERASE), generate, "tokens")
        decoding = self.add(DECODE)
        self.linked_as(decode, decoding, but="latent")
        self.link(generate, self._output(GENERATE), decoding, "latent")
        preview = self.add(PREVIEW)
        self.link(decoding, self._output(DECODE), preview, "image")
        return preview


def _nearest_generate(graph: Graph, node: str) -> str:
    """A *Generate* that these tokens lead to, or else any."""
    found = [key for key in graph.in_order(graph.downstream([node])) if graph.nodes[key].type == GENERATE]
    return next(iter(found), next((key for key, known in graph.nodes.items() if known.type == GENERATE), ""))


def _with_next_seed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The same settings with the next seed: drawn from the same one, what is made new would come out much as it was."""
    seed = parameters.get("seed", 0)
    return {**parameters, "seed": {"value": (seed_value(seed) + 1) % SEED_LIMIT, "policy": seed_policy(seed)}}
