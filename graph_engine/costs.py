"""What steps cost, learned from steps: medians over the last ones of a node type, in proportion to how much work was asked for.

The work of a step is the product of the parameters that its node type, and the types of its sources, declare as such (pictures, width,
height, steps); where none does, the bytes that come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median

import msgspec

from graph_engine.keys import Recipe

KEPT = 24
"""Steps of a type that are remembered."""
EAGER = 8
"""So many samples are looked at one by one; from then on a few at a time, since they seldom change a median."""
NEAR = 2.0
"""Steps whose work differs by no more than this factor are asked first: what is fixed in a cost does not grow with work."""


class Work(msgspec.Struct, frozen=True, gc=False):
    """How much was asked of a step. Only amounts of one kind, which ``of`` names, compare."""

    of: str = ""
    amount: float = 1.0


class Cost(msgspec.Struct, frozen=True, gc=False):
    """What a step took or is likely to take. ``peaks`` are the most bytes beyond what was held before it, by pool; unknown = left out."""

    seconds: float
    bytes: int
    peaks: Mapping[str, int] = {}


class Sample(msgspec.Struct, frozen=True, gc=False):
    work: Work
    cost: Cost


def work_of(recipe: Recipe, recipes: Mapping[str, Recipe], given: int) -> Work:
    """The work of a step whose sources have these recipes and give so many bytes."""
    factors = _factors(recipe, "") if recipe.node_type.work else []
    for taken, source, _ in recipe.sources if len(recipe.sources) < 16 else ():
        if (found := recipes.get(source)) and found.node_type.work:
            factors += _factors(found, f"{taken}.")
    if not factors:
        return Work("bytes", given) if given > 0 else Work()
    amount = 1.0
    for _, value in factors:
        amount *= value
    return Work(" ".join([name for name, _ in factors]), amount)


def _factors(recipe: Recipe, prefix: str) -> list[tuple[str, float]]:
    """Parameters that are typed and say an amount; 0 stands for "as the model has it", which is another kind of work."""
    return [(prefix + name, float(value)) for name in recipe.node_type.work if (value := recipe.arguments.get(name, 0)) > 0]


def likely(samples: Iterable[Sample], work: Work) -> Cost | None:
    """The median cost of steps of one type, in proportion to the work where it compares."""
    known = list(samples)
    if not known:
        return None
    alike = [sample for sample in known if sample.work.of == work.of] if work.of else []
    near = [sample for sample in alike if work.amount <= sample.work.amount * NEAR and sample.work.amount <= work.amount * NEAR]
    scaled = [(sample.cost, work.amount / sample.work.amount) for sample in near or alike] or [(sample.cost, 1.0) for sample in known]
    pools = {pool for cost, _ in scaled for pool in cost.peaks}
    return Cost(
        median([cost.seconds * share for cost, share in scaled]),
        round(median([cost.bytes * share for cost, share in scaled])),
        {pool: round(median([cost.peaks[pool] * share for cost, share in scaled if pool in cost.peaks])) for pool in sorted(pools)},
    )


class Costs:
    """Samples by node type."""

    def __init__(self, samples: Mapping[str, list[Sample]] | None = None) -> None:
        self._samples = {name: list(found[-KEPT:]) for name, found in (samples or {}).items()}
        self._typical: dict[str, Cost] = {}
        self._waiting: dict[str, int] = {}  # samples since the typical cost was worked out
        self.fresh: list[tuple[str, Sample]] = []  # for whoever writes them down

    def took(self, node_type: str, sample: Sample) -> None:
        """Remember a step."""
        samples = self._samples.setdefault(node_type, [])
        samples.append(sample)
        waiting = self._waiting[node_type] = self._waiting.get(node_type, 0) + 1
        if len(samples) <= EAGER or waiting >= EAGER:
            self._typical.pop(node_type, None)
            self._waiting[node_type] = 0
            if len(samples) > KEPT + EAGER:
                del samples[:-KEPT]
            self.fresh.append((node_type, sample))

    def typical(self, node_type: str) -> Cost | None:
        """What a step of a type is likely to take, whatever is asked of it."""
        found = self._typical.get(node_type)
        if found is None and node_type in self._samples and (found := likely(self._samples[node_type], Work())):
            self._typical[node_type] = found
        return found

    def likely(self, node_type: str, work: Work) -> Cost | None:
        """What a step of a type with so much work is likely to take."""
        return likely(self._samples.get(node_type, ()), work)
