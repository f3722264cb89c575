"""Runs generators that write a picture as tokens: opens readers, leads them by a guidance, decodes by a strategy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.drawing import drawn_for
from nodes.decoding.nested import Nested, Switched
from nodes.decoding.strategies import Field, TokenStrategy
from nodes.decoding.tokens import Predict, Step, prompts_of
from nodes.models.files import ModelFile
from nodes.models.maskgen import Words
from nodes.runtime.batches import Order, batches
from nodes.runtime.devices import device
from nodes.runtime.leading import Leading, opened
from nodes.runtime.looks import Looks
from nodes.runtime.models import holder
from nodes.runtime.prompting import check_kin, check_prompt, class_numbers, for_items, left_padded, misplaced
from nodes.runtime.published_words import pooled_words
from nodes.runtime.replaying import played
from nodes.runtime.token_coding import Grids, at_scales, check_grids, check_maker, codes_of, kind_of, token_preview
from nodes.runtime.token_families import TOKEN_FAMILIES, Opening, codebook_of
from nodes.runtime.token_parts import Parts
from nodes.runtime.token_record import Recorder, Watched, recorded
from nodes.values import Ask, Generator, Guidance, Prompt, Record, Tokens


def generated_tokens(
    context: Context,
    generator: Generator,
    positive: Prompt,
    guidance: Guidance,
    strategy: TokenStrategy | None,
    order: Order,
    given: Tokens | None = None,
) -> Tokens:
    """New tokens, or the missing ones of tokens that are given in part.

    Args:
        context: told of every step, with a look at what is decoded so far.
        generator: of tokens.
        positive: what leads it.
        guidance: how closely.
        strategy: how it is decoded; None = as its kind usually is.
        order: how many.
        given: those that are known in it stay; one picture, or as many as are ordered.

    Raises:
        Failure: something does not fit the generator.
        Stopped: the user stopped the run.
    """
    tokenizer = needed_tokenizer(generator)
    config, row = generator.model.config, TOKEN_FAMILIES[generator.model.layout]
    strategy = strategy or row.strategy(config)
    _check_strategy(generator, strategy)
    if isinstance(strategy, Nested):
        check_kin("strategy", generator, strategy.other)
    check_size(generator, order.width, order.height)
    grids = row.grids(config, kind_of(tokenizer))
    work = _Work(context, generator, tokenizer, guidance, positive, strategy, order, grids)
    start = _started(tokenizer, given, grids, order.count)
    before = start if given is None else given.ids.expand(order.count, -1)
    groups = batches(context, order.count, strategy.alone)
    made = [work.made(items, *(ids[items.start : items.stop] for ids in (start, before))) for items in groups]
    record = recorded([record for _, record in made])
    return Tokens(torch.cat([ids for ids, _ in made]), grids, codebook_of(config), tokenizer.digest, record=record)


def needed_tokenizer(generator: Generator) -> ModelFile:
    """The tokenizer of a generator of tokens.

    Raises:
        Failure: nobody said which.
    """
    if generator.tokenizer is None:
        message = f"generator: {generator.model.name} does not name its tokenizer, and none was given"
        raise Failure(message, "Connect Load tokenizer to the tokenizer input of Load generator.")
    return generator.tokenizer


@dataclass(frozen=True, eq=False)
class _Work:
    context: Context
    generator: Generator
    tokenizer: ModelFile
    guidance: Guidance
    positive: Prompt
    strategy: TokenStrategy
    order: Order
    grids: Grids

    def made(self, items: range, start: Tensor, before: Tensor) -> tuple[Tensor, Record]:
        """Ids (items, length) on the CPU, of those in ``start`` that are not −1 already, and how they came about.

        ``before`` are those of the picture of which some became unknown.
        """
        at, parts = device(), Parts.of(self.generator.model.config)
        leading = Leading(self.guidance, self.positive, TOKEN_FAMILIES[self.generator.model.layout].remembers)
        draw = drawn_for(self.order.seed, [self.order.first + item for item in items])
        field = Field(parts.split(start), parts.grids(self.grids), draw, leading, self._codebook, note=self.context.note)
        steps = self.strategy.steps(field)
        for name, ask in leading.asked.items():
            check_prompt(self.generator, name, ask, self.order.count)
        steps = [replace(step, asked=step.asked.to(at.torch)) for step in steps]

        recorder = Recorder(field.ids.to(at.torch))

        looks = Looks()

        def tell(done: int, ids: Tensor) -> None:
            recorder.after(ids)
            self.context.progress(done, len(steps), preview=looks(lambda: token_preview(self.tokenizer, parts.joined(ids), self.grids)))

        self.context.progress(0, len(steps))
        on_device = replace(
            field,
            ids=field.ids.to(at.torch),
            before=parts.split(before).to(at.torch),
            draw=lambda kind, step, shape: draw(kind, step, shape).to(at.torch),
            after_step=tell,
        )
        with torch.no_grad():
            reader = Watched(self._readers(leading, items, steps), recorder)
        with torch.inference_mode():  # a tenth less time between two products than without gradients alone
            made = parts.joined(self.strategy.decoded(reader, on_device, steps)).cpu()
        return made.clone(), recorder.record(parts)

    def _readers(self, leading: Leading, items: range, steps: Sequence[Step]) -> Predict:
        """The reader of all that is asked for; where two generators take turns, of the one and then of the other."""

        def of(generator: Generator) -> Predict:
            return opened(
                leading.asked, lambda other, prompts: self._reader(other.generator if other else generator, prompts, items, steps)
            )

        if not isinstance(self.strategy, Nested) or not (turns := round(self.strategy.share * len(steps))):
            return of(self.generator)
        row = TOKEN_FAMILIES[self.generator.model.layout]
        return Switched(of(self.strategy.other), lambda ids, over: _caught_up(of(self.generator), row.caught_up, ids, over), steps, turns)

    def _reader(self, generator: Generator, prompts: Sequence[Ask], items: range, steps: Sequence[Step]) -> Predict:
        at = device()
        row, model = TOKEN_FAMILIES[generator.model.layout], holder.module(generator.model, at, generator.weights)
        asked = [for_items(prompt, items) for prompt in prompts]
        conditions: Sequence[Tensor] | Sequence[Words]
        mask = None
        if row.pooled:
            conditions = pooled_words(asked, generator)
        elif generator.classes is None:
            conditions, mask = left_padded(asked, model, len(items), at.torch)
        else:
            conditions = class_numbers(asked, generator.classes, len(items), at.torch)
        tokenizer = at_scales(holder.module(self.tokenizer, at), self.grids) if row.scaled else None
        reader = row.opened(Opening(model, conditions, mask, tokenizer, steps))
        return played(reader) if at.torch.type == "cuda" else reader

    def _codebook(self) -> Tensor:
        codes: Tensor = codes_of(holder.module(self.tokenizer, device()))
        return codes


def _caught_up(reader: Predict, way: str, ids: Tensor, over: Sequence[Step]) -> Predict:
    """A fresh reader brought behind the steps that are over: what it predicts there nobody needs."""
    if way == "together":
        over = [Step(torch.cat([step.asked.expand(len(ids), -1) for step in over], 1), over[-1].scale)]
    for step in over if way != "read" else ():
        reader(ids, step.asked, prompts_of(step.scale))
    return reader


def _started(tokenizer: ModelFile, given: Tokens | None, grids: Grids, count: int) -> Tensor:
    """Ids (count, length) to start from, −1 where unknown."""
    length = sum(rows * columns for rows, columns in grids)
    if given is None:
        return torch.full((count, length), -1)
    check_maker("tokens", tokenizer, given.tokenizer)
    check_grids(given.grids, grids)
    if len(given.ids) not in (1, count):
        raise Failure(f"tokens: must be of 1 picture or of {count} as count says, are of {len(given.ids)}", "Change count.")
    known = torch.ones_like(given.ids, dtype=torch.bool) if given.known is None else given.known
    return torch.where(known, given.ids, -1).expand(count, -1)


def _check_strategy(generator: Generator, strategy: TokenStrategy) -> None:
    if generator.family not in strategy.families:
        raise misplaced(generator, " or ".join(strategy.families))


def check_size(generator: Generator, width: int, height: int) -> None:
    """Refuse another size than the generator's own; 0 is its own.

    Raises:
        Failure: it is another.
    """
    for name, side in (("width", width), ("height", height)):
        if side not in (0, generator.size):
            message = f"{name}: must be {generator.size} px, which {generator.model.name} was trained at, got {side}"
            raise Failure(message, "Set it to 0: a generator of tokens has one size.")
