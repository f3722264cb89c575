"""Runs generators of continuous tokens: masked latents in random order, led by a guidance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.continuous import Continuous
from nodes.decoding.diffusion import Schedule, cosine_betas, evenly
from nodes.decoding.drawing import drawn_for
from nodes.decoding.masked_latents import Latents, decode
from nodes.models.maskgen import AESTHETIC, Words
from nodes.runtime.batches import Order, batches
from nodes.runtime.coding import preview
from nodes.runtime.devices import device
from nodes.runtime.leading import Leading
from nodes.runtime.looks import Looks
from nodes.runtime.models import holder
from nodes.runtime.prompting import check_prompt, class_numbers, for_items
from nodes.runtime.published_words import pooled_words
from nodes.runtime.token_generation import check_size, needed_tokenizer
from nodes.values import Ask, Elsewhere, Generator, Guidance, Latent, Prompt


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
    at, autoencoder = device(), needed_tokenizer(generator)
    model = holder.module(generator.model, at)
    draw, leading = drawn_for(order.seed, [order.first + item for item in items]), Leading(guidance, positive, remembers=False)
    places = draw("order uniform", 0, (1, model.config.length)).argsort(-1).to(at.torch)
    how = Latents(places, strategy.count, 1.0, False, Schedule.of(cosine_betas(), evenly(strategy.denoising)), strategy.temperature)
    leads = [leading(left / model.config.length) for left in how.remaining()]
    for name, ask in leading.asked.items():
        if isinstance(ask, Elsewhere):
            raise Failure("guidance: must be classifier-free for continuous tokens, is by another generator", "Connect another guidance.")
        check_prompt(generator, name, ask, order.count)
    told = _told(generator, [for_items(ask, items) for ask in leading.asked.values()])

    def condition(tokens: Tensor, known: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        tokens, known, asked = tokens.repeat(prompts, 1, 1), known.repeat(prompts, 1), asked.repeat(prompts, 1)
        found: Tensor = model(tokens, known, *told(prompts), asked)
        by_prompt: Tensor = found.unflatten(0, (prompts, -1))
        return by_prompt

    looks = Looks()

    def tell(done: int, tokens: Tensor) -> None:
        context.progress(done, strategy.count, preview=looks(lambda: preview(autoencoder, _latents(model, tokens))))

    def noise(step: int, number: int, shape: tuple[int, ...]) -> Tensor:
        return draw(f"{number} normal", step, (1, *shape))[0].to(at.torch)

    context.progress(0, strategy.count)
    with torch.inference_mode():
        made = _latents(model, decode(condition, model.head_over, model.config.token_width, how, noise, leads, tell)).cpu()
    return made.clone()


def _told(generator: Generator, asked: Sequence[Ask]) -> Callable[[int], tuple[Any, ...]]:
    """What a model is told beside tokens for the first of the prompts: class numbers, or words and the score of the picture wanted."""
    at = device().torch
    if generator.model.layout != "maskgen-kl":
        labels = torch.cat(class_numbers(asked, generator.classes or 0, 1, at))
        return lambda prompts: (labels[:prompts],)
    words = pooled_words(asked, generator)
    hidden, pooled = torch.cat([one.hidden for one in words]), torch.cat([one.pooled for one in words])
    return lambda prompts: (Words(hidden[:prompts], pooled[:prompts]), torch.full((prompts,), AESTHETIC, device=at))


def _latents(model: Any, tokens: Tensor) -> Tensor:
    """As the autoencoder takes them; tokens of a line are one row."""
    latents = model.latents(tokens) if hasattr(model, "latents") else tokens.transpose(1, 2)[:, :, None]
    found: Tensor = latents / model.config.scale
    return found
