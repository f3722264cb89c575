"""What is seen of the decoding of tokens: how unsure the generator was, in which order they were settled, and how readily they were taken.

It watches from outside: the predictions that a strategy asks a reader for, and the tokens after each step. So it knows no strategy, and
every one is recorded alike.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.decoding.next_scale import FURTHER
from nodes.decoding.tokens import Predict
from nodes.runtime.token_parts import Parts
from nodes.values import Record

TOGETHER = 1 << 24
"""Logits that are looked at together."""


class Watched:
    """A reader whose predictions are seen by a recorder."""

    def __init__(self, reader: Predict, recorder: Recorder) -> None:
        self._reader, self._recorder = reader, recorder
        for name in FURTHER:
            if hasattr(reader, name):
                setattr(self, name, getattr(reader, name))

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook)."""
        logits = self._reader(ids, asked, prompts)
        self._recorder.saw(logits[0], asked)
        return logits


class Recorder:
    """Keeps what is told of each token of a field; ``ids`` (batch, length) is −1 where unknown."""

    def __init__(self, ids: Tensor) -> None:
        self._ids = ids.clone()
        self._given = ids >= 0
        self._passes = 0
        self._predicted: Tensor | None = None  # (batch, asked, codebook), until the step is over
        self._asked = ids[:, :0]
        self.entropy, self.likelihood = torch.full(ids.shape, -1.0, device=ids.device), torch.full(ids.shape, -1.0, device=ids.device)
        self.order, self.proposed = torch.zeros(ids.shape, device=ids.device), torch.zeros(ids.shape, device=ids.device)

    def saw(self, logits: Tensor, asked: Tensor) -> None:
        """Predictions (batch, asked, codebook) under the prompt, at positions (batch or 1, asked)."""
        self._predicted, self._asked = logits, asked.expand(len(self._ids), -1)

    def after(self, ids: Tensor) -> None:
        """A step is over, and these are the tokens: those that are other than before were settled by it."""
        self._passes += 1
        settled = (ids != self._ids) & (ids >= 0) & ~self._given
        if self._predicted is not None:
            self.proposed.scatter_add_(1, self._asked, (self._ids.gather(1, self._asked) < 0).float())
            self._note(ids, settled)
        self.order = torch.where(settled, float(self._passes), self.order)
        self._ids, self._predicted = ids.clone(), None

    def _note(self, ids: Tensor, settled: Tensor) -> None:
        """Entropy and likelihood of what was settled where it was asked for, as many items together as memory bears: logits are large."""
        assert self._predicted is not None
        each = max(1, TOGETHER // self._predicted[0].numel())
        for first in range(0, len(ids), each):
            part = slice(first, first + each)
            asked, logits = self._asked[part], self._predicted[part]
            likely = logits.float().softmax(-1)
            entropy = torch.special.entr(likely).sum(-1) / math.log(2)
            chosen = likely.gather(-1, ids[part].gather(1, asked).clamp(min=0)[..., None])[..., 0]
            here = settled[part].gather(1, asked)
            for kept, found in ((self.entropy[part], entropy), (self.likelihood[part], chosen)):
                kept.scatter_(1, asked, torch.where(here, found, kept.gather(1, asked)))

    def record(self, parts: Parts) -> Record:
        """Of whole tokens: one of several parts is as unsure as all of them, and settled with the last."""

        def each(values: Tensor) -> Tensor:
            split: Tensor = values.cpu().unflatten(1, (-1, parts.count))
            return split

        given = each(self.order).amin(-1) == 0
        entropy = each(self.entropy).sum(-1).masked_fill(given, -1)
        likelihood = each(self.likelihood).prod(-1).masked_fill(given, -1)
        acceptance = (1 / each(self.proposed).amax(-1).clamp(min=1)).masked_fill(given, 0)
        return Record(entropy, each(self.order).amax(-1).masked_fill(given, 0), likelihood, acceptance)


def recorded(records: list[Record]) -> Record:
    """The records of several parts of a batch as one."""
    names = ("entropy", "order", "likelihood", "acceptance")
    return Record(*(torch.cat([getattr(record, name) for record in records]) for name in names))
