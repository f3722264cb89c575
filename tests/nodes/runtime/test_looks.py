from __future__ import annotations

from graph_engine.values import Pixels
from nodes.runtime.looks import SHARE, Looks

GRAY = Pixels(1, 1, bytes(4))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_looks_that_take_long_are_taken_seldom_and_quick_ones_always() -> None:
    for cost, wanted in ((3.0, SHARE), (0.001, 1.0)):
        clock = Clock()
        looks, shown = Looks(clock), 0

        def show(clock: Clock = clock, cost: float = cost) -> Pixels:
            clock.now += cost
            return GRAY

        for _ in range(1000):
            clock.now += 0.1
            shown += looks(show)() is not None
        spent = shown * cost / clock.now
        assert shown == 1000 if wanted == 1 else abs(spent - wanted) < 0.05
