"""A guidance on logits: which predictions its steps need, from which reader, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from nodes.decoding.next_scale import MakesUp
from nodes.decoding.tokens import Predict, Scale
from nodes.values import Ask, Elsewhere, Guidance, Prompt

LEVELS = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Where a guidance is asked what it needs before anything runs."""


class Leading:
    """Collects what a guidance asks for while a strategy plans its steps; then every step knows how many prompts it reads.

    Attributes:
        asked: all predictions by name, those of other generators last.
    """

    def __init__(self, guidance: Guidance, positive: Prompt, remembers: bool) -> None:
        self.guidance, self.positive, self.remembers = guidance, positive, remembers
        self.steps: list[Led] = []
        self.asked: dict[str, Ask] = {}

    def __call__(self, level: float | Tensor) -> Scale:
        found = self.guidance.asks(self.positive, float(level.max()) if isinstance(level, Tensor) else level)
        merged = {**self.asked, **found}
        self.asked = dict(sorted(merged.items(), key=lambda item: isinstance(item[1], Elsewhere)))
        self.steps.append(Led(self, tuple(found), level, len(self.steps)))
        return self.steps[-1]

    def needed(self, step: int) -> int:
        """How many prompts are read at a step: a reader that remembers keeps those that a later step needs."""
        names = list(self.asked)
        later = self.steps[step:] if self.remembers else self.steps[step : step + 1]
        return 1 + max(names.index(name) for one in later for name in one.names)


class Led:
    """A guidance at one step; a `nodes.decoding.tokens.Lead`."""

    def __init__(self, leading: Leading, names: Sequence[str], level: float | Tensor, number: int) -> None:
        self.leading, self.names, self.level, self.number = leading, names, level, number

    @property
    def prompts(self) -> int:
        return self.leading.needed(self.number)

    def __call__(self, logits: Tensor) -> Tensor:
        order = list(self.leading.asked)
        predictions = {name: logits[order.index(name)] for name in self.names}
        level = self.level.to(logits.device) if isinstance(self.level, Tensor) else self.level
        return self.leading.guidance.combined(predictions, level)


@runtime_checkable
class Softened(Predict, Protocol):
    """A reader over scales whose next scale may be fed a mixture of codes."""

    def soften(self, weights: Tensor) -> None: ...


class Readers:
    """Several generators read side by side: their prompts are one row, in the order of the readers."""

    def __init__(self, parts: Sequence[tuple[Predict, int]]) -> None:
        self.parts = parts
        self._soft = [reader for reader, _ in parts if isinstance(reader, Softened)]
        if len(self._soft) == len(parts):
            self.soften = self._soften
        if isinstance(first := parts[0][0], MakesUp):  # all of them were fed the same tokens
            self.made_up = first.made_up

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook)."""
        found, left = [], prompts
        for reader, many in self.parts:
            if left > 0:
                found.append(reader(ids, asked, min(left, many)))
            left -= many
        return torch.cat(found)

    def _soften(self, weights: Tensor) -> None:
        for reader in self._soft:
            reader.soften(weights)


def opened(asked: dict[str, Ask], open_: Callable[[Elsewhere | None, list[Ask]], Predict]) -> Predict:
    """The reader of all that is asked for; ``open_(elsewhere, prompts)`` opens one generator's, None = the one that is led."""
    groups: list[tuple[Elsewhere | None, list[Ask]]] = [(None, [])]
    for ask in asked.values():
        if not isinstance(ask, Elsewhere):
            groups[0][1].append(ask)
        elif groups[-1][0] is not None and groups[-1][0].generator is ask.generator:
            groups[-1][1].append(ask.prompt)
        else:
            groups.append((ask, [ask.prompt]))
    readers = [(open_(elsewhere, prompts), len(prompts)) for elsewhere, prompts in groups]
    return readers[0][0] if len(readers) == 1 else Readers(readers)
