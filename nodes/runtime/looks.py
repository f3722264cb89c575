"""Pictures on the way to a result, within a share of its time."""

from __future__ import annotations

import time
from collections.abc import Callable

from graph_engine.values import Pixels

SHARE = 0.2
"""Of the time that pictures on the way may take. One of a large autoencoder takes longer than many a step on a processor."""


class Looks:
    """What is shown of one result while it is made; the first look is always taken."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._spent = clock, 0.0
        self._begun = clock()

    def __call__(self, show: Callable[[], Pixels]) -> Callable[[], Pixels | None]:
        """The same look, which is left out while earlier ones have taken more than their share."""

        def look() -> Pixels | None:
            at = self._clock()
            if self._spent > SHARE * (at - self._begun):
                return None
            pixels = show()
            self._spent += self._clock() - at
            return pixels

        return look
