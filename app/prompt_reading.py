"""How the words of a prompt will be read, as the window knows it: asked of the worker, which knows the encoder, and remembered."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from app import wire
from app.signals import Signal
from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link
from graph_engine.workflow import Workflow, write

ENCODER = "TextEncoder"
KEPT = 64
FARTHEST = 8
"""Text nodes between a prompt and the node that encodes it."""


class Reader(Protocol):
    """Who is asked; the answer comes as `WordsTold`."""

    def say(self, message: wire.Aside) -> None: ...


class _Question(NamedTuple):
    workflow: bytes
    node: str
    output: str
    texts: tuple[str, ...]


class PromptReading:
    told = Signal(str, str, object)
    """A node of the screen and its parameter, and the `WordsTold` of what stands there."""

    renewed = Signal()
    """The worker may know more than before: what is shown is to be asked again."""

    def __init__(self, reader: Callable[[], Reader | None]) -> None:
        self._reader = reader
        self._numbers = itertools.count(1)
        self._asked: dict[str, tuple[str, str, _Question]] = {}
        self._answers: OrderedDict[_Question, wire.WordsTold] = OrderedDict()

    def ask(self, place: tuple[str, str], graph: Graph, types: Mapping[str, NodeType], step: str, texts: tuple[str, ...]) -> None:
        """Ask how texts would be read that stand at a place of the screen.

        Args:
            place: node and parameter.
            graph: the flat graph.
            types: of its nodes.
            step: the node in the flat graph.
            texts: what stands there.
        """
        reader, link = self._reader(), encoder_of(graph, types, step)
        if reader is None or link is None:
            self.told.emit(*place, None)
            return
        question = _Question(_cut_out(graph, link.source), link.source, link.output, texts)
        if question in self._answers:
            self.told.emit(*place, self._answers[question])
            return
        number = f"words-{next(self._numbers)}"
        self._asked = {known: asked for known, asked in self._asked.items() if asked[:2] != place}
        self._asked[number] = (*place, question)
        reader.say(wire.AskWords(number, *question))

    def take(self, told: wire.WordsTold) -> None:
        """An answer came; one to a question that was asked anew since is nobody's."""
        asked = self._asked.pop(told.ask, None)
        if asked is None:
            return
        node, parameter, question = asked
        if told.room:  # where it could not be told, a file may come that was missing
            self._answers[question] = told
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        self.told.emit(node, parameter, told)

    def begin_anew(self) -> None:
        """Another worker started: what the one before was asked is never answered."""
        self._asked.clear()


def encoder_of(graph: Graph, types: Mapping[str, NodeType], node: str) -> Link | None:
    """The link that brings the encoder to the node that will read a text: the text's own node, or the first one that it leads to."""
    near = [node]
    for _ in range(FARTHEST):
        for one in near:
            if link := _encoder_into(graph, types, one):
                return link
        near = [link.target for one in near if one in graph.nodes for link in graph.out_of(one) if _gives_text(graph, types, link)]
    return None


def _encoder_into(graph: Graph, types: Mapping[str, NodeType], node: str) -> Link | None:
    node_type = types.get(graph.nodes[node].type) if node in graph.nodes else None
    wanted = [entry.name for entry in node_type.inputs if entry.type == ENCODER] if node_type else []
    return next((link for link in graph.into(node) if link.input in wanted), None)


def _gives_text(graph: Graph, types: Mapping[str, NodeType], link: Link) -> bool:
    node_type = types.get(graph.nodes[link.source].type)
    output = node_type.output(link.output) if node_type else None
    return output is not None and output.type == "Text"


def _cut_out(graph: Graph, node: str) -> bytes:
    """A node and what leads to it, as a workflow of its own."""
    needed = graph.upstream([node])
    links = [link for key in needed for link in graph.into(key)]
    return write(Workflow(Graph({key: found for key, found in graph.nodes.items() if key in needed}, links)))
