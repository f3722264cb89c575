"""Runs students that make a whole picture at a look: noise through the model once or twice, then what the tokenizer's decoder reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.drawing import drawn_for
from nodes.decoding.few_looks import FewLooks, looked
from nodes.decoding.nested import Nested
from nodes.decoding.strategies import TokenStrategy
from nodes.models.known_layouts import LAYOUTS
from nodes.runtime.batches import Order, batches
from nodes.runtime.coding import preview
from nodes.runtime.devices import device
from nodes.runtime.leading import LEVELS
from nodes.runtime.looks import Looks
from nodes.runtime.models import holder
from nodes.runtime.prompting import check_prompt, class_numbers
from nodes.runtime.stopping import stopping
from nodes.runtime.token_coding import at_scales, codes_of
from nodes.runtime.token_generation import check_size, needed_tokenizer
from nodes.values import Generator, Guidance, Latent, Prompt, Strategy


@dataclass(frozen=True)
class Student:
    """What a student's values mean.

    Attributes:
        counted: what its parts are.
        codes: the values of each code, of the tokenizer's module.
        latents: what the decoder reads, of the tokenizer's module, the generator's config and values (batch, L, D).
    """

    counted: str
    codes: Callable[[Any], Tensor]
    latents: Callable[[Any, Any, Tensor], Tensor]


def _added_up(module: Any, config: Any, values: Tensor) -> Tensor:
    """f̂ of the values of all scales."""
    scaled = at_scales(module, tuple((side, side) for side in config.scales))
    parts = values.split(list(config.parts), 1)
    maps = [scaled.as_map(part, side) for part, side in zip(parts, config.scales, strict=True)]
    f_hat: Tensor = sum(scaled.contribution(codes, scale) for scale, codes in enumerate(maps))
    return f_hat


def _in_rows(module: Any, config: Any, values: Tensor) -> Tensor:
    rows: Tensor = values.transpose(1, 2).unflatten(2, (config.side, config.side))
    return rows


STUDENTS = {
    "distilled-var": Student("scales", codes_of, _added_up),
    "distilled-llamagen": Student("tokens", lambda module: module.codebook(), _in_rows),
}
"""By the layout of the generator."""

AS_TRAINED = "Set it to 0, as the model was trained."


def generated_at_looks(context: Context, generator: Generator, positive: Prompt, strategy: FewLooks, order: Order) -> Latent:
    """Latents of new pictures, as the tokenizer's decoder takes them; see `check_looks`.

    Raises:
        Failure: something does not fit the generator, or its predictions are not finite.
        Stopped: the user stopped the run.
    """
    tokenizer = needed_tokenizer(generator)
    check_prompt(generator, "positive", positive, order.count)
    check_size(generator, order.width, order.height)
    at, student = device(), STUDENTS[generator.model.layout]
    model, module = holder.module(generator.model, at), holder.module(tokenizer, at)
    config, codes, looks = model.config, student.codes(module), Looks()
    split, starts = _tokens(generator, strategy)

    def made(items: range) -> Tensor:
        draw = drawn_for(order.seed, [order.first + item for item in items])
        noise = draw("look normal", 0, (len(items), sum(config.parts), config.code_width)).to(at.torch)
        (labels,) = class_numbers([positive], config.classes, len(items), at.torch)

        def look(values: Tensor, known: int, split: int) -> tuple[Tensor, Tensor]:
            x = model.stream(labels, values, known)
            return model.code_logits(x[:, known:split], labels), model.vectors(x[:, split:], labels)

        def tell(done: int, values: Tensor) -> None:
            shown = looks(lambda: preview(tokenizer, student.latents(module, config, values)))
            context.progress(done, len(starts), preview=shown)

        context.progress(0, len(starts))
        return student.latents(module, config, looked(look, noise, codes, split, starts, tell)).cpu()

    with torch.no_grad(), stopping(model, context):
        values = torch.cat([made(items) for items in batches(context, order.count)])
    if not bool(values.isfinite().all()):
        raise Failure(f"{generator.model.name}: must give finite values, gave NaN or infinity", "Get the file again: it is damaged.")
    return Latent(values, tokenizer.digest)


def check_looks(generator: Generator, strategy: TokenStrategy | Strategy | None, guidance: Guidance | None, positive: object) -> None:
    """Refuse what a student cannot do.

    Raises:
        Failure: a guidance asks for more than the prompt, another generator is to take turns, or more is to be kept than there is.
    """
    name = generator.model.name
    if guidance and any(len(guidance.asks(positive, level)) > 1 for level in LEVELS):  # type: ignore[arg-type]
        raise Failure(f"guidance: must not lead {name}, which makes a picture of its class alone", "Take the link away.")
    if isinstance(strategy, Nested) and generator.family in strategy.families:
        raise Failure(f"strategy: two generators cannot take turns within a look of {name}", "Connect Few looks to Generate.")
    if not isinstance(strategy, FewLooks):
        return
    parts, counted = len(_parts(generator)), STUDENTS[generator.model.layout].counted
    if strategy.kept >= parts:
        raise Failure(f"strategy: must keep fewer than the {parts} {counted} of {name}, keeps {strategy.kept}", AS_TRAINED)
    if strategy.split > parts:
        raise Failure(f"strategy: must take at most the {parts} {counted} of {name} as codes, takes {strategy.split}", AS_TRAINED)


def _parts(generator: Generator) -> tuple[int, ...]:
    """The tokens of each scale, or ones."""
    parts: tuple[int, ...] = LAYOUTS[generator.model.layout].config(**generator.model.config).parts
    return parts


def _tokens(generator: Generator, strategy: FewLooks) -> tuple[int, list[int]]:
    """How many tokens are codes, and the first one that each look makes."""
    parts, config = _parts(generator), generator.model.config
    starts = [0, sum(parts[: strategy.kept or config["kept"]])]
    return sum(parts[: strategy.split or config["split"]]), starts[: strategy.count]
