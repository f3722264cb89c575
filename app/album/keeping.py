"""From the events of runs to what the album keeps: the pictures of nodes that show or save one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from app.album.changes import values_behind
from app.album.entry import PICTURE_SUFFIXES, Lying, Made
from app.album.items import alone
from app.document import Document
from app.queue.job import Job
from app.queueing import Queueing
from graph_engine.declaration import NodeType
from graph_engine.events import Result, StepFinished
from graph_engine.flatten import flattened
from graph_engine.graph import Graph
from graph_engine.values import Pixels
from graph_engine.workflow import Workflow, read, write


class Keeping:
    """What of a job's results is worth keeping, and which entry a document's next one comes from."""

    def __init__(self, queueing: Queueing) -> None:
        self._queueing = queueing
        self._origins: WeakKeyDictionary[Document, int] = WeakKeyDictionary()
        self._graph: tuple[str, Graph] = ("", Graph())

    def comes_from(self, document: Document, entry: int) -> None:
        """Pictures that the document makes from now on come from this entry."""
        self._origins[document] = entry

    def document_of(self, job: Job) -> Document | None:
        asked = self._queueing.asked(job.run)
        return asked.document if asked else None

    def worth_keeping(self, event: StepFinished, job: Job, types: Mapping[str, NodeType]) -> list[Made | Lying]:
        """The pictures of a step that was wanted for its own sake, an item each; those of a batch lie in the files that it wrote."""
        asked = self._queueing.asked(job.run)
        if asked and asked.passing:
            return []
        graph = self._graph_of(job, types)
        if event.node not in graph.nodes or event.node not in wanted_nodes(graph, job, types):
            return []
        document = self.document_of(job)
        node = graph.nodes[event.node]
        known = types.get(node.type)
        shown = list(_pictures(event))
        whole = read(job.workflow)
        made = [
            Made(
                pixels, job.name, job.scope, event.node, node.title or (known.title if known else node.type), digest, job.workflow,
                values_behind(graph, event.node, types), self._origins.get(document, 0) if document else 0,
            )
            for digest, pixels in shown
        ]  # fmt: skip
        pictures = [file for file in event.files if file.lower().endswith(PICTURE_SUFFIXES)]
        if len(made) == 1 and len(pictures) > 1:
            return [Lying(_item(made[0], file, item, whole, types), Path(file)) for item, file in enumerate(pictures)]
        files = event.files if len(event.files) == len(made) else ("",) * len(made)
        kept = [replace(one, file=file) for one, file in zip(made, files, strict=True)]
        return [_item(one, one.file, item, whole, types) for item, one in enumerate(kept)] if len(kept) > 1 else [*kept]

    def _graph_of(self, job: Job, types: Mapping[str, NodeType]) -> Graph:
        if self._graph[0] != job.run:
            asked = self._queueing.asked(job.run)
            self._graph = job.run, asked.graph if asked else flattened(read(job.workflow), types).graph
        return self._graph[1]


def _item(made: Made, file: str, item: int, workflow: Workflow, types: Mapping[str, NodeType]) -> Made:
    """One item of a batch or list, with the workflow that makes it alone."""
    single = alone(workflow, made.node, item, types)
    if single == workflow:
        return replace(made, file=file)
    values = values_behind(flattened(single, types).graph, made.node, types)
    digest = hashlib.blake2b(f"{made.digest} {item}".encode(), digest_size=16).hexdigest()
    return replace(made, file=file, digest=digest, workflow=write(single), values=values)


def wanted_nodes(graph: Graph, job: Job, types: Mapping[str, NodeType]) -> list[str]:
    """Nodes that were asked for or act on the world; in a graph without one, the last ones."""
    if job.targets:
        return [node for node in graph.nodes if node in job.targets]
    acting = [key for key, held in graph.nodes.items() if (known := types.get(held.type)) and known.effect]
    return acting or [key for key in graph.nodes if not graph.out_of(key)]


def _pictures(event: StepFinished) -> Iterator[tuple[str, Pixels]]:
    """The pictures of the first output that has any, with the digests of the values that they show."""
    for result in event.results:
        items: tuple[Result, ...] = result.items or (result,)
        found = [(item.digest, item.pixels) for item in items if item.pixels]
        if found:
            yield from found
            return
