"""The whole way from a ComfyUI file to a workflow and a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from app.comfyui.boarding import board, note_text, on_board
from app.comfyui.building import KEPT, built
from app.comfyui.classes import MODEL_WIDGETS
from app.comfyui.exposing import exposed_values
from app.comfyui.inlining import Instance, inlined
from app.comfyui.nearby import PICTURE_WIDGETS, with_paths
from app.comfyui.placing import places
from app.comfyui.reading import read_source
from app.comfyui.regrouping import Regrouped, regrouped
from app.comfyui.report import MAPPED, Item, NeededFile, Report
from app.comfyui.resolving import REROUTE, Resolved, resolved
from app.comfyui.source import Nodes, Source, SourceNode
from app.comfyui.starter import NOTE, with_starter
from app.language import marked
from graph_engine.declaration import NodeType
from graph_engine.workflow import Workflow

SEEDS = "The same seed makes another picture here: noise is drawn in another way."


class Imported(NamedTuple):
    workflow: Workflow
    report: Report


def imported(
    raw: Any, where: str, types: Mapping[str, NodeType], *, prompt: Any = None, name: str = "", starter: bool = False,
    has_file: Callable[[str], bool] | None = None, folder: Path | None = None,
) -> Imported:  # fmt: skip
    """The workflow in a ComfyUI file that was parsed by `reading.parsed`, and what became of each node.

    ``prompt`` is the API form of the same graph, where a picture carries both. ``has_file`` says whether a model or picture is there;
    pictures are looked for near ``folder`` too, where the file lies. ``starter`` puts the starter models in the place of those that
    the file names.

    Raises:
        BadWorkflow: it is no ComfyUI workflow, a damaged or a hostile one.
    """
    source = read_source(raw, where, prompt)
    flat = inlined(source, where)
    plain = resolved(with_paths(flat.nodes, folder) if folder else flat.nodes)
    made = built(plain.nodes, types)
    if starter:
        made = with_starter(made)
    graph = made.graph
    workflow = Workflow(
        graph=graph,
        layout=places(graph, made.made, plain.nodes, types),
        name=name or source.name,
        description=_notes_as_text(note for note in plain.notes if not on_board(note)),
        exposed=exposed_values(graph, types),
        unknown={KEPT: _kept(source, plain)} if source.kept or plain.notes else {},
    )
    whole = regrouped(workflow, flat.instances, made, types)
    drawn = replace(whole.workflow, board=board(source, flat.nodes, plain, made, whole))
    items = [*made.items, *_gone(source, plain)]
    report = Report(
        form=source.form,
        items=tuple(_held(item, whole) for item in [*items, *_groups(flat.instances, whole)]),
        files=tuple(_files(source, plain.nodes, has_file)),
        notes=(*_notes(whole.workflow, starter), *whole.notes),
    )
    return Imported(drawn, report)


def _notes_as_text(notes: Iterable[SourceNode]) -> str:
    return "\n\n".join(text for note in notes if (text := note_text(note)))


def _kept(source: Source, plain: Resolved) -> dict[str, Any]:
    """What must not be lost of the file: frames, reroute points and notes as they were, extra data."""
    return {**source.kept, **({"notes": [note.raw for note in plain.notes]} if plain.notes else {})}


def _gone(source: Source, plain: Resolved) -> Iterator[Item]:
    """What became of nodes that are no nodes any more."""
    for identity, sentence in plain.became.items():
        kind = _kind(source, identity)
        became_dot = kind == REROUTE and identity in source.nodes and source.nodes[identity].place is not None
        yield Item(identity, kind, MAPPED, "became a dot" if became_dot else sentence)
    for note in plain.notes:
        sentence = "became a note" if on_board(note) else "stands in the description"
        yield Item(note.id, note.type, MAPPED, sentence, note.title)


def _groups(instances: Iterable[Instance], whole: Regrouped) -> Iterator[Item]:
    for instance in instances:
        made = whole.made.get(instance.id)
        sentence = "became a group" if made else "its nodes stand where it stood"
        yield Item(instance.id, instance.type, MAPPED, sentence, instance.title or instance.name, (made,) if made else ())


def _held(item: Item, whole: Regrouped) -> Item:
    """The item with the nodes that are in the file's own graph: of a node in a group, the group."""
    return replace(item, nodes=tuple(dict.fromkeys(whole.holders.get(node, node) for node in item.nodes)))


def _notes(workflow: Workflow, starter: bool) -> Iterator[str]:
    if starter:
        yield NOTE
    if "seed" in workflow.exposed:
        yield SEEDS
    if workflow.exposed:
        yield f"Values to set: {', '.join(workflow.exposed)}."


def _kind(source: Source, identity: str) -> str:
    """The class of a node that is gone, by its own id within its sub-graph."""
    nodes: Nodes = source.nodes
    first, *inner = identity.split(":")
    for part in inner:
        if first not in nodes:
            break
        nodes, first = source.definitions[nodes[first].type].nodes, part
    return nodes[first].type if first in nodes else ""


def _files(source: Source, nodes: Nodes, has_file: Callable[[str], bool] | None) -> Iterator[NeededFile]:
    """Models and pictures that the file names, each once, with what it says about where to find them."""
    told = {model.name: model for model in source.models}
    seen = set()
    for name, kind in [*_named(nodes), *((model.name, model.kind or marked("model")) for model in source.models)]:
        if name and name not in seen:
            seen.add(name)
            model = told.get(name)
            yield NeededFile(name, kind, model.url if model else "", model.digest if model else "", has_file(name) if has_file else None)


def _named(nodes: Nodes) -> Iterator[tuple[str, str]]:
    for node in nodes.values():
        yield from ((str(node.values[widget]), kind) for widget, kind in _widgets(node) if isinstance(node.values.get(widget), str))


def _widgets(node: SourceNode) -> Iterator[tuple[str, str]]:
    yield from MODEL_WIDGETS.items()
    if node.type == "UpscaleModelLoader":
        yield "model_name", marked("upscale model")
    if node.type in PICTURE_WIDGETS:
        yield PICTURE_WIDGETS[node.type], marked("picture")
