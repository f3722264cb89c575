"""How tokens are decoded: the order of the steps, how a token is picked, what is kept. One class a way, one signature for all.

A strategy plans its steps over a field, then decodes it with a reader; it knows no architecture. Letters: L tokens of a picture.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from nodes.decoding.logits import Draw, Sampler
from nodes.decoding.masked import Unmasking, by_schedule, unmask
from nodes.decoding.orders import diagonals, growing, halton, in_parts, locality_aware, region_groups
from nodes.decoding.tokens import AfterStep, Predict, Scale, Step, fill, in_groups, in_raster, unheard
from nodes.value_type import value_type


@dataclass(frozen=True, eq=False)
class Field:
    """Tokens that are to be decoded, and what the decoding asks of the world around it.

    Attributes:
        ids: (batch, L) int64, −1 where unknown.
        grids: the (rows, columns) that they fill: one grid, one a scale, or (1, L) for a line.
        draw: random numbers, the same for an item in whatever batch.
        lead: ``lead(level)`` is what leads a step; the level is the share that is still open, or a tensor (asked, 1) of one a position.
        codebook: the rows of the tokenizer's codes, for what goes by their likeness.
        after_step: told after each step.
        note: leaves a sentence with the result.
        before: (batch, L) all ids of the picture of which some became unknown.
    """

    ids: Tensor
    grids: tuple[tuple[int, int], ...]
    draw: Draw
    lead: Callable[[float | Tensor], Scale] = lambda level: None
    codebook: Callable[[], Tensor] | None = None
    after_step: AfterStep = unheard
    note: Callable[[str], None] = lambda text: None
    before: Tensor | None = None

    @property
    def length(self) -> int:
        return self.ids.shape[1]

    @property
    def side(self) -> int:
        """Of the square grid; 0 for anything else."""
        rows, columns = self.grids[-1]
        return rows if len(self.grids) == 1 and rows == columns else 0

    @property
    def known(self) -> Tensor | None:
        """(batch, L) bool, True where a token is given; None where nothing is."""
        given = self.ids >= 0
        return given if bool(given.any()) else None

    def leads(self, steps: int) -> list[Scale]:
        """What leads each of so many equal steps."""
        return [self.lead(1 - step / steps) for step in range(steps)]

    def order(self) -> Tensor:
        """(batch, L): what is given first, then the others in random order."""
        chance = self.draw("order uniform", 0, tuple(self.ids.shape))
        return torch.where(self.ids >= 0, -1.0, chance).argsort(-1)

    def in_steps(self, order: Tensor, counts: Callable[[int], Sequence[int]]) -> list[Step]:
        """An order (batch, L) in groups; ``counts(unknown)`` tells how many are asked for at each step.

        What every item knows comes first, in a step of its own whose predictions nobody needs.
        """
        first = int((self.ids >= 0).sum(1).min())
        groups = in_parts(order[:, first:], counts(self.length - first))
        done = [first + sum(group.shape[1] for group in groups[:number]) for number in range(len(groups))]
        steps = in_groups(groups, [self.lead(1 - known / self.length) for known in done])
        return [Step(order[:, :first], steps[0].scale), *steps] if first and steps else steps


@dataclass(frozen=True)
class Picking:
    """How one token is picked from its logits.

    Attributes:
        temperature: what logits are divided by; 0 takes the likeliest.
        top_k: keep so many of the likeliest; 0 = all.
        top_p: keep the likeliest that together hold so much.
        sure_k: keep so many where the prediction is sure, up to ``top_k`` where it is not; 0 = ``top_k`` everywhere.
        warm: vary more where the prediction is sure, less where it is not.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    sure_k: int = 0
    warm: bool = False

    def sampler(self, draw: Draw, ascending: bool = False) -> Sampler:
        drawn = draw if self.temperature else None
        return Sampler(drawn, self.temperature or 1.0, self.top_k, self.top_p, ascending, self.sure_k, self.warm)


def described(strategy: object) -> str:
    """What a strategy says of itself: the beginning of its docstring."""
    return str(strategy.__doc__).split("(")[0].split("\n")[0].strip(" .").lower()


# Kept in memory only: they are made of a few numbers, and may name models.
strategy_type = value_type(name="Strategy", stored=False, describe=described)


@strategy_type
class TokenStrategy:
    """How a generator of tokens is decoded.

    Attributes:
        families: the generators that it can decode.
        alone: whether items are decoded one by one, since how far a step goes depends on the item.
    """

    families: ClassVar[tuple[str, ...]]
    alone: ClassVar[bool] = False
    picking: Picking

    def with_picking(self, picking: Picking) -> TokenStrategy:
        """The same strategy with tokens picked in another way."""
        return replace(self, picking=picking)  # type: ignore[type-var]

    def steps(self, field: Field) -> list[Step]:
        """What is asked for at each step, and what leads it."""
        raise NotImplementedError

    def decoded(self, predict: Predict, field: Field, steps: Sequence[Step]) -> Tensor:
        """The tokens (batch, L); the ones that are given stay."""
        choose = self.picking.sampler(field.draw)
        return fill(predict, field.ids, steps, choose, field.known, field.after_step)


@strategy_type
@dataclass(frozen=True, eq=False)
class Raster(TokenStrategy):
    """Token by token, row by row."""

    picking: Picking = Picking()
    families: ClassVar = ("next token",)

    def steps(self, field: Field) -> list[Step]:
        """From the first token on that is not given in every item."""
        return in_raster(field.length, field.leads(field.length), first=given_at_start(field.ids))


def given_at_start(ids: Tensor) -> int:
    """How many tokens every item has before its first unknown one."""
    return int((ids >= 0).all(0).long().cumprod(0).sum())


@strategy_type
@dataclass(frozen=True, eq=False)
class Regions(TokenStrategy):
    """One token of every region at a time (Wang et al. 2024, "PAR"); the model tells how many regions there are.

    Attributes:
        parts: regions, a square number.
    """

    picking: Picking = Picking()
    parts: int = 4
    families: ClassVar = ("regions",)

    def steps(self, field: Field) -> list[Step]:
        groups = region_groups(field.side, self.parts)
        return in_groups(groups, field.leads(len(groups)))


@strategy_type
@dataclass(frozen=True, eq=False)
class Diagonals(TokenStrategy):
    """Diagonal by diagonal (He et al. 2025, "NAR")."""

    picking: Picking = Picking()
    families: ClassVar = ("diagonals",)

    def steps(self, field: Field) -> list[Step]:
        groups = diagonals(field.side)
        return in_groups(groups, field.leads(len(groups)))


@strategy_type
@dataclass(frozen=True, eq=False)
class RandomOrder(TokenStrategy):
    """Random order, a growing number at a time (Pang et al. 2024, "RandAR", section 3.3).

    Attributes:
        count: of steps; more than there are tokens is one token a step.
    """

    picking: Picking = Picking()
    count: int = 64
    families: ClassVar = ("random order", "masked")

    def steps(self, field: Field) -> list[Step]:
        return field.in_steps(field.order(), lambda unknown: growing(unknown, min(self.count, unknown)))


@strategy_type
@dataclass(frozen=True, eq=False)
class Halton(TokenStrategy):
    """Evenly spread order (Besnier et al. 2025, "Halton scheduler"): nothing is taken back.

    Attributes:
        count: of steps.
        roll: begin at another point of the sequence for every item.
    """

    picking: Picking = Picking()
    count: int = 32
    roll: bool = True
    families: ClassVar = ("masked", "random order")

    def steps(self, field: Field) -> list[Step]:
        order = (halton(field.side) if field.side else torch.arange(field.length)).expand(len(field.ids), -1)
        if self.roll:
            by = (field.draw("order uniform", 0, (len(order), 1)) * field.length).long()
            order = order.gather(1, (torch.arange(field.length) + by) % field.length)
        return field.in_steps(_given_first(order, field.ids), self._counts)

    def _counts(self, unknown: int) -> list[int]:
        """The arccos schedule, each step at least one."""
        left, known, counts = by_schedule("arccos"), 0, []
        steps = min(self.count, unknown)
        for step in range(steps):
            total = unknown if step == steps - 1 else min(unknown, max(known + 1, unknown - left(unknown, (step + 1) / steps)))
            counts.append(total - known)
            known = total
        return [count for count in counts if count]


def _given_first(order: Tensor, ids: Tensor) -> Tensor:
    """The same order with what is given before the rest."""
    return order.gather(1, (ids.gather(1, order) < 0).long().argsort(dim=-1, stable=True))


LOCAL_COUNTS = {
    (256, 8): (1, 15, 24, 32, 40, 45, 49, 50),
    (256, 16): (1, 4, 6, 8, 11, 13, 15, 17, 19, 20, 22, 23, 24, 24, 24, 25),
    (256, 20): (1, 2, 4, 5, 7, 8, 10, 11, 12, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 20),
    (256, 32): (1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 10, *(11,) * 4, *(12,) * 8),
}
"""The published group sizes, by (tokens, steps); others follow `growing`."""


@strategy_type
@dataclass(frozen=True, eq=False)
class LocalityAware(TokenStrategy):
    """Several tokens at a time near to what is known and far from one another (Zhang et al. 2025, "LPD", algorithm 1).

    Attributes:
        count: of steps.
        proximity: how much of what is known a candidate needs around it.
        repulsion: tokens of a step are further than this apart, in cells.
    """

    picking: Picking = Picking()
    count: int = 20
    proximity: float = 1.0
    repulsion: int = 2
    families: ClassVar = ("random order", "masked")

    def steps(self, field: Field) -> list[Step]:
        counts = LOCAL_COUNTS.get((field.length, self.count)) or growing(field.length, min(self.count, field.length))
        chances = field.draw("order uniform", 0, (len(field.ids),)).tolist()
        order = torch.stack([self._order(field.side, counts, chance) for chance in chances])
        if field.known is not None:
            return field.in_steps(_given_first(order, field.ids), lambda unknown: growing(unknown, min(self.count, unknown)))
        groups, index = in_parts(order, counts), torch.arange(field.length)[:, None]
        # Guidance grows from token to token, also within a step.
        return in_groups(groups, [field.lead(1 - part / field.length) for part in index.split(list(counts))])

    def _order(self, side: int, counts: Sequence[int], chance: float) -> Tensor:
        steps = locality_aware(side, counts, random.Random(chance), self.proximity, self.repulsion)
        return torch.tensor([row * side + column for step in steps for row, column in step])


@strategy_type
@dataclass(frozen=True, eq=False)
class Unmask(TokenStrategy):
    """All unknown tokens at once, the surest kept (Chang et al. 2022, "MaskGIT", section 3.3).

    Attributes:
        picking: its filters count; how far a draw strays follows ``randomness``.
        count: of steps.
        schedule: how many stay masked, a name of `nodes.decoding.masked.SHARES`.
        randomness: of the draws and of the ranking at the start; it falls to nothing.
        annealed: sharpen the predictions towards the end.
        unsure: rank tokens by noisy confidence.
        back: the share of what was written that each step takes back.
        odds: draw and rank as of `nodes.decoding.masked.Unmasking`.
    """

    picking: Picking = Picking()
    count: int = 8
    schedule: str = "arccos"
    randomness: float = 4.5
    annealed: bool = True
    unsure: bool = True
    back: float = 0.0
    odds: bool = False
    families: ClassVar = ("masked",)

    def steps(self, field: Field) -> list[Step]:
        everywhere = torch.arange(field.length)[None]
        return in_groups([everywhere] * self.count, field.leads(self.count))

    def decoded(self, predict: Predict, field: Field, steps: Sequence[Step]) -> Tensor:
        draw = field.draw if self.randomness else None
        leads = [step.scale for step in steps]
        narrowed = replace(self.picking, temperature=1.0).sampler(field.draw).filtered
        left, back = by_schedule(self.schedule), (self.back, field.draw)
        how = Unmasking(leads, self.randomness, self.annealed, self.unsure, draw, left, narrowed, *back, self.odds)
        return unmask(predict, field.ids, how, field.after_step)
