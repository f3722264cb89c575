"""Brings together a generator's model, what guides it and how it is decoded: one function a family, chosen by data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.continuous import Continuous
from nodes.decoding.denoising import denoised, guided, levels
from nodes.decoding.drawing import drawn_for
from nodes.decoding.few_looks import FewLooks
from nodes.decoding.noise import noise
from nodes.decoding.strategies import TokenStrategy
from nodes.models.files import ModelFile
from nodes.models.prediction import predict_flow
from nodes.runtime.asking import by_generator
from nodes.runtime.batches import Order, batches
from nodes.runtime.cell_generation import by_cells
from nodes.runtime.class_led_latents import CLASS_LED, class_led
from nodes.runtime.coding import preview
from nodes.runtime.continuous_generation import generated_continuous
from nodes.runtime.controlling import begin, check_controls, for_these, hints_of, led, ordered_size
from nodes.runtime.devices import device
from nodes.runtime.few_look_generation import STUDENTS, check_looks, generated_at_looks
from nodes.runtime.looks import Looks
from nodes.runtime.models import holder
from nodes.runtime.prompting import check_prompt, for_items, misplaced
from nodes.runtime.stopping import stopping
from nodes.runtime.streaming import streamed
from nodes.runtime.token_families import TOKEN_FAMILIES
from nodes.runtime.token_generation import generated_tokens
from nodes.values import Ask, Conditioning, Generator, Guidance, Latent, Prompt, Strategy, Tokens


def generated(
    context: Context,
    generator: Generator,
    positive: Prompt,
    guidance: Guidance,
    strategy: Strategy | TokenStrategy | None,
    order: Order,
    tokens: Tokens | None = None,
) -> Latent | Tokens:
    """New pictures, as the generator writes them; ``tokens`` are given ones, of which the known stay.

    Raises:
        Failure: conditioning, strategy or size do not fit the generator, or its predictions are not finite.
        Stopped: the user stopped the run.
    """
    if order.controls and generator.family != "flow":
        message = f"controls: must lead a flow model, {generator.model.name} is of the family {generator.family}"
        raise Failure(message, "Take the links away; tokens are kept and edited by the nodes of the section Editing.")
    if generator.model.layout in TOKEN_FAMILIES:
        if isinstance(strategy, Strategy):
            raise misplaced(generator, " or ".join(strategy.families))
        return generated_tokens(context, generator, positive, guidance, strategy, order, tokens)
    if tokens is not None:
        raise Failure(f"tokens: {generator.model.name} writes latents, no tokens", "Take the link away, or choose a generator of tokens.")
    if generator.family in Continuous.families and isinstance(strategy, Continuous | None):
        return generated_continuous(context, generator, positive, guidance, strategy or Continuous(), order)
    if generator.model.layout in STUDENTS:
        check_looks(generator, strategy, guidance, positive)
    if generator.model.layout in STUDENTS and isinstance(strategy, FewLooks | None):
        return generated_at_looks(context, generator, positive, strategy or FewLooks(), order)
    if isinstance(strategy, TokenStrategy):
        raise misplaced(generator, " or ".join(strategy.families))
    return _latents(context, generator, positive, guidance, strategy or Strategy("flow", "euler", 20), order)


def _latents(context: Context, generator: Generator, positive: Prompt, guidance: Guidance, strategy: Strategy, order: Order) -> Latent:
    if generator.family not in strategy.families:
        raise misplaced(generator, " or ".join(strategy.families))
    asked = [guidance.asks(positive, level) for level in levels(strategy)[:-1]]
    for name, prompt in {name: prompt for prompts in asked for name, prompt in prompts.items()}.items():
        check_prompt(generator, name, prompt, order.count)
    values = FAMILIES[generator.model.layout](context, generator, positive, guidance, strategy, order)
    if not bool(values.isfinite().all()):
        message = f"{generator.model.name}: must predict finite values, gave NaN or infinity"
        raise Failure(message, "Lower the guidance scale; if that does not help, the model file is damaged.")
    return Latent(values, autoencoder_of(generator).digest)


def autoencoder_of(generator: Generator) -> ModelFile:
    if generator.tokenizer is None:
        raise Failure(f"generator: {generator.model.name} must have an autoencoder, has none", "Load the generator with its tokenizer.")
    return generator.tokenizer


def _flow(context: Context, generator: Generator, positive: Prompt, guidance: Guidance, strategy: Strategy, order: Order) -> Tensor:
    at = device()
    offload = at.torch.type != "cpu" and context.offload()
    model = holder.module(generator.model, device("cpu") if offload else at)
    autoencoder = autoencoder_of(generator)
    cell = autoencoder.config["downscale"]
    sides = ordered_size(generator, order.controls, order.width, order.height)
    width, height = (_side(generator, name, side) // cell for name, side in zip(("width", "height"), sides, strict=True))
    shape = (model.config.latent_channels, height, width)
    check_controls(generator, order.controls, order.count)

    looks = Looks()

    def tell(done: int, seen: Tensor) -> None:
        context.progress(done, strategy.steps, preview=looks(lambda: preview(autoencoder, seen)))

    def _model(other: Generator | None) -> Any:
        return model if other is None else holder.module(other.model, at)

    def made(items: range) -> Tensor:
        controls = for_these(order.controls, items)
        numbers = [order.first + item for item in items]

        def predict(x: Tensor, sigma: float, asked: Sequence[Ask]) -> list[Tensor]:
            def by(other: Generator | None, prompts: list[Ask]) -> list[Tensor]:
                words = [for_items(prompt, items) for prompt in prompts]
                asked_for = [one if isinstance(one, Conditioning) else None for one in words]
                one_of = _model(other)
                return predict_flow(one_of, x, sigma, asked_for, at.dtype, hints_of(controls, one_of, height, width))

            return by_generator(asked, by)

        def border(high: int, wide: int) -> Tensor:
            return drawn_for(order.seed, numbers)("border normal", 0, (len(numbers), shape[0], high, wide))

        context.progress(0, strategy.steps)
        start, level = begin(controls, noise(shape, order.seed, numbers).to(at.torch))
        denoise = led(controls, lambda prompt: guided(predict, prompt, guidance), positive, border, model, (height, width))
        return denoised(denoise, start, strategy, tell, level).cpu()

    with streamed(model, at.torch) if offload else nullcontext(), stopping(model, context):
        return torch.cat([made(items) for items in batches(context, order.count)])


Family = Callable[[Context, Generator, Prompt, Guidance, Strategy, Order], Tensor]
FAMILIES: dict[str, Family] = {"tessera-flow-transformer": _flow, **dict.fromkeys(CLASS_LED, class_led), "xar": by_cells}
"""By layout."""


def _side(generator: Generator, name: str, side: int) -> int:
    side = side or generator.size
    step = generator.multiple
    if side % step:
        near = sorted({max(1, side // step) * step, (side // step + 1) * step})
        message = f"{name}: must be a multiple of {step} px for {generator.model.name}, got {side}"
        raise Failure(message, f"Use {' or '.join(str(one) for one in near)}.")
    return side
