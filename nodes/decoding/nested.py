"""Two generators in turn: a small one for part of the steps, a large one for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from nodes.decoding.next_scale import FURTHER
from nodes.decoding.strategies import Field, Picking, TokenStrategy, strategy_type
from nodes.decoding.tokens import Predict, Step
from nodes.values import Generator


@strategy_type
@dataclass(frozen=True, eq=False)
class Nested(TokenStrategy):
    """Two generators in turn (Pan et al. 2024, "T-Stitch"); decoded as ``inner`` says.

    Attributes:
        other: predicts the first share of the steps; the generator that is led predicts the rest.
        share: 0 to 1.
    """

    inner: TokenStrategy
    other: Generator
    share: float

    @property
    def families(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.inner.families

    @property
    def picking(self) -> Picking:  # type: ignore[override]
        return self.inner.picking

    def with_picking(self, picking: Picking) -> TokenStrategy:
        return replace(self, inner=self.inner.with_picking(picking))

    def steps(self, field: Field) -> list[Step]:
        return self.inner.steps(field)

    def decoded(self, predict: Predict, field: Field, steps: Sequence[Step]) -> Tensor:
        return self.inner.decoded(predict, field, steps)


class Switched:
    """Predicts by one reader for some steps, then by another that is opened when it is needed.

    ``then(ids, steps)`` opens it, as if it had predicted the steps that are over. Strategies that ask once a step can be decoded so.
    """

    def __init__(self, first: Predict, then: Callable[[Tensor, Sequence[Step]], Predict], steps: Sequence[Step], at: int) -> None:
        self._reader, self._then, self._steps, self._at, self._done = first, then, steps, at, 0
        for name in FURTHER:
            if hasattr(first, name):
                setattr(self, name, lambda *given, name=name: getattr(self._reader, name)(*given))

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook)."""
        if self._done == self._at:
            self._reader = self._then(ids, self._steps[: self._at])
        self._done += 1
        return self._reader(ids, asked, prompts)
