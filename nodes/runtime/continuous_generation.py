"""Runs generators of continuous tokens: masked latents in random order, led by a guidance."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.continuous import Continuous
from nodes.decoding.diffusion import Schedule, cosine_betas, evenly
from nodes.decoding.drawing import drawn_for
from nodes.decoding.masked_latents import Latents, decode
from nodes.runtime.batches import Order, batches
from nodes.runtime.coding import preview
from nodes.runtime.devices import device
from nodes.runtime.leading import Leading
from nodes.runtime.models import holder
from nodes.runtime.prompting import check_prompt, class_numbers
from nodes.runtime.token_generation import check_size, needed_tokenizer
from nodes.values import Elsewhere, Generator, Guidance, Latent, Prompt


def generated_continuous(
    context: Context, generator: Generator, positive: Prompt, guidance: Guidance, strategy: Continuous, order: Order
) -> Latent:
    """Latents of new pictures, as the autoencoder takes them.

    Raises:
        Failure: something does not fit the generator.
        Stopped: the user stopped the run.
    """
    autoencoder = needed_tokenizer(generator)
    check_size(generator, order.width, order.height)
    made = [_made(context, generator, positive, guidance, strategy, order, items) for items in batches(context, order.count, alone=True)]
    values = torch.cat(made)
    if not bool(values.isfinite().all()):
        raise Failure(f"{generator.model.name}: must give finite values, gave NaN or infinity", "Lower the guidance scale.")
    return Latent(values, autoencoder.digest)


def _made(
    context: Context, generator: Generator, positive: Prompt, guidance: Guidance, strategy: Continuous, order: Order, items: range
) -> Tensor:
    at, autoencoder, classes = device(), needed_tokenizer(generator), generator.classes or 0
    model = holder.module(generator.model, at)
    draw, leading = drawn_for(order.seed, [order.first + item for item in items]), Leading(guidance, positive, remembers=False)
    places = draw("order uniform", 0, (1, model.config.length)).argsort(-1).to(at.torch)
    how = Latents(places, strategy.count, 1.0, False, Schedule.of(cosine_betas(), evenly(strategy.denoising)), strategy.temperature)
    leads = [leading(left / model.config.length) for left in how.remaining()]
    for name, ask in leading.asked.items():
        if isinstance(ask, Elsewhere):
            raise Failure("guidance: must be classifier-free for continuous tokens, is by another generator", "Connect another guidance.")
        check_prompt(generator, name, ask, order.count)
    labels = torch.cat(class_numbers(list(leading.asked.values()), classes, 1, at.torch))

    def condition(tokens: Tensor, known: Tensor, prompts: int = 1) -> Tensor:
        found: Tensor = model(tokens.repeat(prompts, 1, 1), known.repeat(prompts, 1), labels[:prompts]).unflatten(0, (prompts, -1))
        return found

    def tell(done: int, tokens: Tensor) -> None:
        context.progress(done, strategy.count, preview=lambda: preview(autoencoder, _latents(model, tokens)))

    def noise(step: int, number: int, shape: tuple[int, ...]) -> Tensor:
        return draw(f"{number} normal", step, (1, *shape))[0].to(at.torch)

    context.progress(0, strategy.count)
    with torch.no_grad():
        return _latents(model, decode(condition, model.head, model.config.token_width, how, noise, leads, tell)).cpu()


def _latents(model: Any, tokens: Tensor) -> Tensor:
    found: Tensor = model.latents(tokens) / model.config.scale
    return found
