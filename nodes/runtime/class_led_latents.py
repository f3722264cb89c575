"""Runs generators that take the noise from a latent and are led by a class: DiT, SiT, LightningDiT.

What they predict becomes a denoised prediction on the path ``x = (1 − σ)·data + σ·noise``, so that all solvers and guidances serve
them. Letters: x a noisy latent, σ its level, t what the model calls it, ᾱ what is left of the data's variance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from math import exp, sqrt
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graph_engine.context import Context
from nodes.decoding.denoising import denoised, guided
from nodes.decoding.diffusion import Schedule, ancestral, evenly, linear_betas
from nodes.decoding.drawing import drawn_for
from nodes.decoding.noise import noise
from nodes.runtime.asking import by_generator
from nodes.runtime.batches import Order, batches
from nodes.runtime.coding import preview
from nodes.runtime.devices import device
from nodes.runtime.looks import Looks
from nodes.runtime.models import holder
from nodes.runtime.prompting import class_numbers
from nodes.runtime.stopping import stopping
from nodes.runtime.token_generation import check_size, needed_tokenizer
from nodes.values import Ask, Generator, Guidance, Prompt, Strategy

LED = 3
"""Channels that a guidance leads, however many there are: so the published figures were made."""

Denoised = Callable[[Any, Tensor, float, Tensor], Tensor]
"""``predict(model, x, sigma, labels)``: the denoised prediction, shaped like x."""


@dataclass(frozen=True)
class Steps:
    """The steps of a model that was trained with noise added in discrete ones (Ho et al. 2020), as levels of the straight path."""

    count: int = 1000

    @cached_property
    def left(self) -> np.ndarray:
        """ᾱ of each."""
        return Schedule.of(linear_betas(self.count), range(self.count)).left

    def level(self, t: int) -> float:
        """σ of a step."""
        data, amount = sqrt(self.left[t]), sqrt(1 - self.left[t])
        return amount / (data + amount)

    def at(self, sigma: float) -> tuple[float, float]:
        """t and ᾱ where noise and data stand as they do at σ; the last step stands for pure noise."""
        ratios = np.log((1 - self.left) / self.left) / 2
        wanted = np.clip(np.log(max(sigma, 1e-9) / max(1 - sigma, 1e-9)), ratios[0], ratios[-1])
        return float(np.interp(wanted, ratios, np.arange(self.count))), 1 / (1 + exp(2 * wanted))


STEPS = Steps()


def of_noise(model: Any, x: Tensor, sigma: float, labels: Tensor) -> Tensor:
    """Of a model that predicts the noise in ``√ᾱ·data + √(1 − ᾱ)·noise``."""
    t, left = STEPS.at(sigma)
    mixed = x * (sqrt(left) + sqrt(1 - left)) if sigma < 1 else x
    epsilon = model(mixed, torch.full((len(x),), t, device=x.device), labels)[:, : x.shape[1]]
    data: Tensor = (mixed - sqrt(1 - left) * epsilon) / sqrt(left)
    return data


def of_velocity(model: Any, x: Tensor, sigma: float, labels: Tensor) -> Tensor:
    """Of a model that predicts ``data − noise`` at the time 1 − σ."""
    found: Tensor = model(x, torch.full((len(x),), 1 - sigma, device=x.device), labels)
    return x + sigma * found


CLASS_LED: dict[str, Denoised] = {"dit": of_noise, "sit": of_velocity, "lightningdit": of_velocity}
"""By layout."""


SCALE = 0.18215
"""Of the latents of Stable Diffusion's autoencoder, whose spread it makes 1."""


def class_led(context: Context, generator: Generator, positive: Prompt, guidance: Guidance, strategy: Strategy, order: Order) -> Tensor:
    """Latents (items, channels, rows, columns) of new pictures, as the autoencoder takes them.

    Raises:
        Failure: the size is not the generator's own, or its tokenizer is not named.
        Stopped: the user stopped the run.
    """
    check_size(generator, order.width, order.height)
    work = _Work(context, generator, positive, guidance, strategy, order)
    with stopping(holder.module(generator.model, device()), context):
        return torch.cat([work.made(items) for items in batches(context, order.count)])


@dataclass(frozen=True, eq=False)
class _Work:
    context: Context
    generator: Generator
    positive: Prompt
    guidance: Guidance
    strategy: Strategy
    order: Order
    looks: Looks = field(default_factory=Looks)

    def made(self, items: range) -> Tensor:
        numbers = [self.order.first + item for item in items]
        config = self.generator.model.config
        side = round(config["patches"] ** 0.5) * config["patch"]
        start = noise((config["channels"], side, side), self.order.seed, numbers).to(device().torch)
        self.context.progress(0, self.strategy.steps)
        found = self._ancestral(start, numbers) if self.strategy.solver == "ancestral" else self._denoised(start)
        return self._latents(found).cpu()

    def _denoised(self, start: Tensor) -> Tensor:
        def predict(x: Tensor, sigma: float, asked: Sequence[Ask]) -> list[Tensor]:
            return self._asked(x, asked, lambda layout, model, many, labels: CLASS_LED[layout](model, many, sigma, labels))

        return denoised(guided(predict, self.positive, self.guidance), start, self.strategy, self._tell)

    def _ancestral(self, start: Tensor, numbers: Sequence[int]) -> Tensor:
        """As the model was trained: step by step, noise taken away and a little of it put back."""
        draw, channels, done = drawn_for(self.order.seed, numbers), start.shape[1], count(1)

        def predict(x: Tensor, t: int) -> tuple[Tensor, Tensor]:
            level, left = STEPS.level(t), float(STEPS.left[t])
            asks = self.guidance.asks(self.positive, level)
            times = torch.tensor([t], device=x.device)
            found = self._asked(x, tuple(asks.values()), lambda _, model, many, labels: model(many, times.expand(len(many)), labels))
            parts = {name: one[:, :channels] for name, one in zip(asks, found, strict=True)}
            epsilon = self.guidance.combined(parts, level)
            self._tell(next(done), (x - sqrt(1 - left) * epsilon) / sqrt(left))
            return epsilon, found[0][:, channels:]

        schedule = Schedule.of(linear_betas(), evenly(self.strategy.steps))
        return ancestral(predict, start, schedule, lambda number: draw("added normal", number, tuple(start.shape)).to(start.device))

    def _asked(self, x: Tensor, asked: Sequence[Ask], predict: Callable[[str, Any, Tensor, Tensor], Tensor]) -> list[Tensor]:
        """What is asked for, in one batch a generator; behind the led channels all say what the first one says."""

        def by(other: Generator | None, prompts: list[Ask]) -> list[Tensor]:
            generator = other or self.generator
            labels = torch.cat(class_numbers(prompts, generator.classes or 0, len(x), x.device))
            with torch.no_grad():
                many = x.repeat(len(prompts), 1, 1, 1)
                found = predict(generator.model.layout, holder.module(generator.model, device()), many, labels)
            return list(found.chunk(len(prompts)))

        first, *others = by_generator(asked, by)
        return [first, *(torch.cat([one[:, :LED], first[:, LED:]], 1) for one in others)]

    def _tell(self, done: int, seen: Tensor) -> None:
        tokenizer = needed_tokenizer(self.generator)
        self.context.progress(done, self.strategy.steps, preview=self.looks(lambda: preview(tokenizer, self._latents(seen))))

    def _latents(self, x: Tensor) -> Tensor:
        """From the space of the generator, of about unit variance, to that of the autoencoder."""
        tokenizer = needed_tokenizer(self.generator)
        if self.generator.model.layout != "lightningdit":
            scale: float = tokenizer.config.get("scale", SCALE)
            return x / scale
        spread = holder.module(tokenizer, device()).latents
        spread_out: Tensor = x * spread.std + spread.mean
        return spread_out
