"""Brings together a generator's model, what guides it and how it is decoded: one function a family, chosen by data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.denoising import denoised, guided, levels
from nodes.decoding.noise import noise
from nodes.models.prediction import predict_flow
from nodes.runtime.coding import preview
from nodes.runtime.devices import device
from nodes.runtime.models import holder
from nodes.runtime.streaming import streamed
from nodes.values import Conditioning, Generator, Guidance, Latent, Strategy


@dataclass(frozen=True)
class Order:
    """How many pictures of which size.

    Items ``first`` to ``first + count − 1`` of the batch that the seed names; a side of 0 px is the generator's own.
    """

    seed: int
    count: int
    first: int
    width: int
    height: int


def generated(
    context: Context, generator: Generator, positive: Conditioning, guidance: Guidance, strategy: Strategy, order: Order
) -> Latent:
    """Latents of new pictures.

    Raises:
        Failure: conditioning, strategy or size do not fit the generator, or its predictions are not finite.
        Stopped: the user stopped the run.
    """
    if strategy.family != generator.family:
        message = f"strategy: must be for {generator.family} generators as {generator.model.name}, is for {strategy.family}"
        raise Failure(message, "Connect a strategy of that family, or none.")
    asked = [guidance.asks(positive, level) for level in levels(strategy)[:-1]]
    for name, prompt in {name: prompt for prompts in asked for name, prompt in prompts.items()}.items():
        _check_prompt(generator, name, prompt, order.count)
    values = FAMILIES[generator.family](context, generator, positive, guidance, strategy, order)
    if not bool(values.isfinite().all()):
        message = f"{generator.model.name}: must predict finite values, gave NaN or infinity"
        raise Failure(message, "Lower the guidance scale; if that does not help, the model file is damaged.")
    return Latent(values, generator.autoencoder.digest)


def _flow(context: Context, generator: Generator, positive: Conditioning, guidance: Guidance, strategy: Strategy, order: Order) -> Tensor:
    at = device()
    offload = at.torch.type != "cpu" and context.offload()
    model = holder.module(generator.model, device("cpu") if offload else at)
    cell = generator.autoencoder.config["downscale"]
    width, height = (_side(generator, name, getattr(order, name)) // cell for name in ("width", "height"))
    shape = (model.config.latent_channels, height, width)

    def tell(done: int, seen: Tensor) -> None:
        context.progress(done, strategy.steps, preview=lambda: preview(generator.autoencoder, seen))

    def made(items: range) -> Tensor:
        def predict(x: Tensor, sigma: float, prompts: Sequence[Conditioning | None]) -> list[Tensor]:
            return predict_flow(model, x, sigma, [_for_items(prompt, items) for prompt in prompts], at.dtype)

        context.progress(0, strategy.steps)
        start = noise(shape, order.seed, [order.first + item for item in items]).to(at.torch)
        return denoised(guided(predict, positive, guidance), start, strategy, tell).cpu()

    with streamed(model, at.torch) if offload else nullcontext():
        return torch.cat([made(items) for items in _batches(context, order.count)])


def _batches(context: Context, count: int) -> Iterator[range]:
    """The items of a batch, as many together as memory allows; each range is a part of the progress."""
    at_once = context.at_once(count)
    starts = range(0, count, at_once)
    for number, start in enumerate(starts):
        with context.part(number, len(starts)):
            yield range(start, min(start + at_once, count))


def _for_items(prompt: Conditioning | None, items: range) -> Conditioning | None:
    """What of a prompt's batch belongs to some items of the pictures'; one prompt belongs to all."""
    if prompt is None or len(prompt.sequence) == 1:
        return prompt
    chosen = slice(items.start, items.stop)
    return replace(
        prompt, sequence=prompt.sequence[chosen], mask=prompt.mask[chosen], prompts=prompt.prompts[chosen], spans=prompt.spans[chosen]
    )


Family = Callable[[Context, Generator, Conditioning, Guidance, Strategy, Order], Tensor]
FAMILIES: dict[str, Family] = {"flow": _flow}


def _check_prompt(generator: Generator, name: str, prompt: Conditioning | None, count: int) -> None:
    if prompt is None:
        return
    wanted = generator.text_encoder
    if prompt.encoder != wanted.digest:
        message = f"{name}: must come from {wanted.name} (SHA-256 {wanted.digest[:12]}…), comes from {prompt.encoder[:12]}…"
        raise Failure(message, "Connect the text encoder of the same Load generator to Encode prompt.")
    if len(prompt.sequence) not in (1, count):
        raise Failure(f"{name}: must hold 1 prompt or {count} as count says, holds {len(prompt.sequence)}", "Change count.")


def _side(generator: Generator, name: str, side: int) -> int:
    side = side or generator.size
    step = generator.multiple
    if side % step:
        near = sorted({max(1, side // step) * step, (side // step + 1) * step})
        message = f"{name}: must be a multiple of {step} px for {generator.model.name}, got {side}"
        raise Failure(message, f"Use {' or '.join(str(one) for one in near)}.")
    return side
