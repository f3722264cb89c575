"""From a sweep that the window runs to what the album keeps: the pictures of each cell with its values, and the contact sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from app.album.changes import values_behind
from app.album.entry import PICTURE_SUFFIXES, UNREAD, Lying, Made
from app.album.keeping import wanted_nodes
from app.language import tr
from app.queue.job import Job
from app.sweep_record import FROZEN, SHEET, THUMBNAILS
from graph_engine.declaration import NodeType
from graph_engine.flatten import flattened
from graph_engine.graph import Graph
from graph_engine.sweep import Sweep, cells
from graph_engine.workflow import Workflow, read, with_values, write


def of_cell(job: Job, name: str, files: tuple[str, ...], types: Mapping[str, NodeType]) -> list[Lying]:
    """The pictures of a finished cell: those that it wrote, else the small one of the sheet.

    Raises:
        OSError: the sweep's folder is gone.
        BadWorkflow: what it holds is no sweep of this program.
    """
    folder = Path(job.output_folder)
    cell = next((cell for cell in cells(_sweep(job)) if cell.name == name), None)
    if cell is None:
        return []
    workflow = with_values(_frozen(folder), cell.values)
    said = ", ".join(f"{key} {value}" for key, value in cell.values.items())
    written = [Path(file) for file in files if file.lower().endswith(PICTURE_SUFFIXES)]
    pictures = [*written, *([] if written else [folder / THUMBNAILS / f"{name}.png"])]
    values = {key: (value,) for key, value in cell.values.items()}
    made = _made(job, workflow, types, f"{job.name}: {said}", said, values)
    return [Lying(_of(made, path, str(path) if path in written else ""), path) for path in pictures if path.exists()]


def of_sheet(job: Job, types: Mapping[str, NodeType]) -> list[Lying]:
    """The contact sheet of a sweep that is over; its values are those that were swept.

    Raises:
        OSError: the sweep's folder is gone.
        BadWorkflow: what it holds is no sweep of this program.
    """
    folder = Path(job.output_folder)
    swept: dict[str, dict[Any, None]] = {}
    for cell in cells(_sweep(job)):
        for name, value in cell.values.items():
            swept.setdefault(name, {})[value] = None
    values = {name: tuple(found) for name, found in swept.items()}
    made = _made(job, _frozen(folder), types, job.name, tr("Contact sheet"), values)
    return [Lying(_of(made, folder / SHEET, str(folder / SHEET)), folder / SHEET)] if (folder / SHEET).exists() else []


def _sweep(job: Job) -> Sweep:
    return msgspec.json.decode(job.sweep, type=Sweep)


def _frozen(folder: Path) -> Workflow:
    return read((folder / FROZEN).read_bytes(), str(folder / FROZEN))


def _made(job: Job, workflow: Workflow, types: Mapping[str, NodeType], name: str, title: str, values: Mapping[str, Any]) -> Made:
    graph: Graph = flattened(workflow, types).graph
    nodes = wanted_nodes(graph, job, types)
    behind = {key: value for node in nodes for key, value in values_behind(graph, node, types).items()}
    return Made(UNREAD, name, job.scope, nodes[-1] if nodes else "", title, "", write(workflow), {**behind, **values})


def _of(made: Made, path: Path, file: str) -> Made:
    """Of a picture as it lies there now."""
    digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    return msgspec.structs.replace(made, digest=digest, file=file)
