"""From the events of runs to what the album keeps: the pictures of nodes that show or save one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

from app.album.changes import values_behind
from app.album.entry import Made
from app.document import Document
from app.queue.job import Job
from app.queueing import Queueing
from graph_engine.declaration import NodeType
from graph_engine.events import Result, StepFinished
from graph_engine.flatten import flattened
from graph_engine.graph import Graph
from graph_engine.values import Pixels
from graph_engine.workflow import read


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

    def worth_keeping(self, event: StepFinished, job: Job, types: Mapping[str, NodeType]) -> list[Made]:
        """The pictures of a step that was wanted for its own sake, an item each."""
        graph = self._graph_of(job, types)
        if event.node not in graph.nodes or not _is_wanted(event.node, graph, job, types):
            return []
        document = self.document_of(job)
        node = graph.nodes[event.node]
        known = types.get(node.type)
        shown = list(_pictures(event))
        files = event.files if len(event.files) == len(shown) else ("",) * len(shown)
        return [
            Made(
                pixels, job.name, job.scope, event.node, node.title or (known.title if known else node.type), digest, job.workflow,
                values_behind(graph, event.node, types), self._origins.get(document, 0) if document else 0, file,
            )
            for (digest, pixels), file in zip(shown, files, strict=True)
        ]  # fmt: skip

    def _graph_of(self, job: Job, types: Mapping[str, NodeType]) -> Graph:
        if self._graph[0] != job.run:
            asked = self._queueing.asked(job.run)
            self._graph = job.run, asked.graph if asked else flattened(read(job.workflow), types).graph
        return self._graph[1]


def _is_wanted(node: str, graph: Graph, job: Job, types: Mapping[str, NodeType]) -> bool:
    """Nodes that were asked for or act on the world; in a graph without one, the last ones."""
    if job.targets:
        return node in job.targets
    acting = {key for key, held in graph.nodes.items() if (known := types.get(held.type)) and known.effect}
    return node in acting if acting else not graph.out_of(node)


def _pictures(event: StepFinished) -> Iterator[tuple[str, Pixels]]:
    """The pictures of the first output that has any, with the digests of the values that they show."""
    for result in event.results:
        items: tuple[Result, ...] = result.items or (result,)
        found = [(item.digest, item.pixels) for item in items if item.pixels]
        if found:
            yield from found
            return
