"""Runs generators that write a latent cell by cell, each walked from noise by a solver in the light of the cells before it: xAR."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from graph_engine.values import Pixels
from nodes.decoding.denoising import denoised
from nodes.decoding.noise import noise
from nodes.runtime.batches import Order, batches
from nodes.runtime.coding import preview
from nodes.runtime.devices import device
from nodes.runtime.looks import Looks
from nodes.runtime.models import holder
from nodes.runtime.prompting import class_numbers
from nodes.runtime.stopping import stopping
from nodes.runtime.token_generation import check_size, needed_tokenizer
from nodes.values import Ask, Elsewhere, Generator, Guidance, Prompt, Strategy


def by_cells(context: Context, generator: Generator, positive: Prompt, guidance: Guidance, strategy: Strategy, order: Order) -> Tensor:
    """Latents (items, channels, rows, columns) of new pictures, as the autoencoder takes them.

    A guidance's level is the share of the cells that is still to come, so that one that grows does so from cell to cell.

    Raises:
        Failure: the size is not the generator's own, another generator guides it, or its tokenizer is not named.
        Stopped: the user stopped the run.
    """
    check_size(generator, order.width, order.height)
    with stopping(holder.module(generator.model, device()), context):
        return torch.cat([_made(context, generator, positive, guidance, strategy, order, items) for items in batches(context, order.count)])


def _made(
    context: Context, generator: Generator, positive: Prompt, guidance: Guidance, strategy: Strategy, order: Order, items: range
) -> Tensor:
    at, autoencoder = device(), needed_tokenizer(generator)
    model = holder.module(generator.model, at)
    c, batch = model.config, len(items)
    levels = [1 - cell / max(1, c.cells - 1) for cell in range(c.cells)]
    asked = _asked(guidance, positive, levels)
    labels = torch.cat(class_numbers(list(asked.values()), generator.classes or 0, batch, at.torch))
    start = noise((c.channels, c.side, c.side), order.seed, [order.first + item for item in items]).to(at.torch)
    cells, looks = list(model.by_cells(start.flatten(2).transpose(1, 2)).split(c.cell, 1)), Looks()
    cache = model.cache(len(labels), start)  # each prompt's cells look at those that were told the same

    def velocities(x: Tensor, level: float, cell: int) -> Tensor:
        found: Tensor = model(x.repeat(len(asked), 1, 1), x.new_full((len(labels), 1), level), labels, cache, cell)
        return found

    def look(cell: int, seen: Tensor) -> Pixels:
        rest = [torch.zeros_like(one) for one in cells[cell + 1 :]]
        return preview(autoencoder, model.latents(torch.cat([*cells[:cell], seen, *rest], 1)) / c.scale)

    with torch.inference_mode():
        for cell, level in enumerate(levels):

            def denoise(x: Tensor, sigma: float, cell: int = cell, level: float = level) -> Tensor:
                found = {name: x - sigma * one for name, one in zip(asked, velocities(x, sigma, cell).split(batch), strict=True)}
                return guidance.combined({name: found[name] for name in guidance.asks(positive, level)}, level)

            def tell(done: int, seen: Tensor, cell: int = cell) -> None:
                done += cell * strategy.steps
                context.progress(done, c.cells * strategy.steps, preview=looks(lambda: look(cell, seen)))

            cells[cell] = denoised(denoise, cells[cell], strategy, tell)
            velocities(cells[cell], 0.0, cell)  # what is done is seen by the cells to come
        made: Tensor = model.latents(torch.cat(cells, 1)) / c.scale
    return made.cpu().clone()


def _asked(guidance: Guidance, positive: Prompt, levels: Sequence[float]) -> dict[str, Ask]:
    """All that a guidance asks for on the way, the positive prompt first."""
    asked = {name: ask for level in levels for name, ask in guidance.asks(positive, level).items()}
    if any(isinstance(ask, Elsewhere) for ask in asked.values()):
        raise Failure("guidance: must be classifier-free for cells, is by another generator", "Connect another guidance.")
    return asked
