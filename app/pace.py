"""How far a run is and how long it will still take: what its plan expects, corrected by the speed that is seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import fmean

import msgspec

from app.language import tr
from app.wording import left_text
from graph_engine.events import AnyEvent, RunStarted, StepFailed, StepFinished, StepProgress, StepStarted
from graph_engine.plan import Plan

Title = Callable[[str], str]
TRUSTED_SHARE = 0.3
"""From this share of a step on its own speed alone says how long it will take; before, what was expected counts too."""
FIRST_SHARE = 0.02


class Going(msgspec.Struct):
    """A step that runs."""

    began: float
    done: int = 0
    total: int = 0
    share: float = 0.0


class Pace:
    """Of one run, whichever document it came from. The bar is in proportion to seconds, where they are known."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._expected: Mapping[str, float] = {}
        self._steps: dict[str, None] = {}
        self._open: dict[str, None] = {}
        self._going: dict[str, Going] = {}
        self._took: list[float] = []

    def expect(self, plan: Plan) -> None:
        """What the plan of this run says about its steps."""
        self._expected = {step.node: step.seconds for step in plan.steps if step.seconds is not None}

    def take(self, event: AnyEvent) -> None:
        match event:
            case RunStarted():
                self._steps, self._open = dict.fromkeys(event.steps), dict.fromkeys(event.steps)
            case StepStarted():
                self._steps[event.node] = self._open[event.node] = None  # a choice may call for more than was planned
                self._going[event.node] = Going(self._clock())
            case StepProgress() if going := self._going.get(event.node):
                share = min(1.0, (event.done + event.part) / event.total) if event.total > 0 else 0.0
                self._going[event.node] = Going(going.began, event.done, event.total, share)
            case StepFinished() | StepFailed():
                self._open.pop(event.node, None)
                self._going.pop(event.node, None)
                if isinstance(event, StepFinished) and event.state == "ran":
                    self._took.append(event.seconds)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        total = sum(self._weight(node) for node in self._steps)
        left = sum(self._weight(node) for node in self._open)
        going = sum(self._weight(node) * going.share for node, going in self._going.items())
        return min(1.0, (total - left + going) / total) if total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None where nobody can tell, because a step of its type never ran."""
        left = [self._left(node) for node in self._open]
        return sum(known for known in left if known is not None) if left and None not in left else None

    def standing(self, title: Title) -> str:
        """How it stands, as "2 of 5 · about 40 s left · Generate 12/28"; nothing before it has begun."""
        if not self._steps:
            return ""
        parts = [tr("{number} of {count}", number=min(len(self._steps) - len(self._open) + 1, len(self._steps)), count=len(self._steps))]
        if (left := self.seconds_left) is not None:
            parts.append(left_text(left))
        if self._going:
            node, going = next(iter(self._going.items()))
            parts.append(f"{title(node)} {going.done}/{going.total}" if going.total else title(node))
        return " · ".join(parts)

    def _weight(self, node: str) -> float:
        return max(self._expected.get(node, self._usual() or 1.0), 1e-3)

    def _usual(self) -> float | None:
        """What a step of this run usually takes. Cells of a sweep are alike, and no plan speaks of them."""
        return fmean(self._expected.values() or self._took) if self._expected or self._took else None

    def _left(self, node: str) -> float | None:
        expected = self._expected.get(node, None if self._expected else self._usual())
        going = self._going.get(node)
        if going is None:
            return expected
        gone = self._clock() - going.began
        if going.share < FIRST_SHARE:
            return None if expected is None else max(0.0, expected - gone)
        seen = gone * (1 - going.share) / going.share
        trust = 1.0 if expected is None else min(1.0, going.share / TRUSTED_SHARE)
        return trust * seen + (1 - trust) * max(0.0, (expected or 0.0) - gone)
