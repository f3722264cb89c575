"""What a guidance asks for, asked of the generators that it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from nodes.values import Ask, Elsewhere, Generator


def by_generator(asked: Sequence[Ask], predict: Callable[[Generator | None, list[Ask]], list[Tensor]]) -> list[Tensor]:
    """What is asked for, in order, predicted together for each generator; None = the one that is led."""
    own = [number for number, ask in enumerate(asked) if not isinstance(ask, Elsewhere)]
    found = dict(zip(own, predict(None, [asked[number] for number in own]), strict=True)) if own else {}
    for number, ask in enumerate(asked):
        if isinstance(ask, Elsewhere):
            found[number] = predict(ask.generator, [ask.prompt])[0]
    return [found[number] for number in range(len(asked))]
