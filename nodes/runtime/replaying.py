"""Steps of a decoder that a GPU plays again.

A step that predicts one token is hundreds of small products, and a GPU is done with each before the next is asked for. Recorded once as a
CUDA graph and played from then on, they are asked for in one go; nothing is compiled, so the first picture does not wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from nodes.decoding.tokens import Predict
from nodes.models.blocks import Played

REHEARSALS = 3
"""Runs before the recording: what is set up at the first use of a kernel must not be recorded."""


@runtime_checkable
class OneByOne(Protocol):
    """A reader whose step of one token has the same shapes at every place, and writes the same wherever it is run again."""

    played: Played | None

    def one(self, tokens: Tensor, place: Tensor) -> Tensor: ...


def played(reader: Predict, player: Callable[[Played], Played] | None = None) -> Predict:
    """The same reader; where it is `OneByOne`, its steps of one token are played by a player, `Replayed` if none is given."""
    if isinstance(reader, OneByOne):
        reader.played = (player or Replayed)(reader.one)
    return reader


class Replayed:
    """A function of tensors on a GPU, recorded for each of their shapes."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        self._function = function
        self._recorded: dict[tuple[torch.Size, ...], tuple[Any, tuple[Tensor, ...], Tensor]] = {}

    def __call__(self, *given: Tensor) -> Tensor:
        shapes = tuple(value.shape for value in given)
        if shapes not in self._recorded:
            self._recorded[shapes] = self._record(given)
        graph, held, found = self._recorded[shapes]
        for place, value in zip(held, given, strict=True):
            place.copy_(value)
        graph.replay()
        return found.clone()

    def _record(self, given: tuple[Tensor, ...]) -> tuple[Any, tuple[Tensor, ...], Tensor]:
        held = tuple(value.clone() for value in given)
        with torch.cuda.device(held[0].device):
            beside = torch.cuda.Stream()
            beside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(beside):
                for _ in range(REHEARSALS):
                    self._function(*held)
            torch.cuda.current_stream().wait_stream(beside)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # other threads may go on
                found = self._function(*held)
        return graph, held, found
