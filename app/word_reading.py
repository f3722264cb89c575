"""How text encoders would read words, told by the worker while a prompt is typed: the encoder itself says it, so the count is the run's."""

from __future__ import annotations

from typing import Any

from app import wire
from app.engine_room import EngineRoom
from graph_engine.errors import BadWorkflow, Failure
from graph_engine.foretelling import Foretelling
from graph_engine.workflow import read, upgraded


class WordReading:
    """For one thread: it has digests and answers of its own."""

    def __init__(self, room: EngineRoom) -> None:
        self._room = room
        self._foretelling = Foretelling()
        self._digests = room.own_digests()

    def answer(self, question: wire.AskWords) -> wire.WordsTold:
        try:
            encoder = self._encoder(question)
            return _told(question, encoder) if encoder else wire.WordsTold(question.ask)
        except (BadWorkflow, Failure) as error:
            return wire.WordsTold(question.ask, trouble=str(error))

    def _encoder(self, question: wire.AskWords) -> Any:
        """The encoder's file; None where nobody can tell which it is."""
        graph = upgraded(read(question.workflow, "the workflow"), self._room.catalogue).graph
        if question.node not in graph.nodes:
            return None
        told = self._foretelling.told(graph, self._room.catalogue, (question.node,), self._digests).get(question.node, {})
        if isinstance(told, Failure):
            raise told
        return getattr(told.get(question.output), "model", None)


def _told(question: wire.AskWords, encoder: Any) -> wire.WordsTold:
    # Only where a node told of an encoder: what reads its words is loaded then.
    from nodes.runtime.words_seen import reads_whole_words, room_for_words, words_seen

    words = tuple(tuple(wire.Word(w.start, w.end, w.weight, w.known) for w in words_seen(encoder, text)) for text in question.texts)
    return wire.WordsTold(question.ask, encoder.name, room_for_words(encoder), words, whole=reads_whole_words(encoder))
