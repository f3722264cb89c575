"""Speculative Jacobi on the starter's next-token model: pictures are distributed as token by token, in fewer passes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from graph_engine.errors import MissingModel
from nodes.decoding.jacobi import Jacobi
from nodes.decoding.strategies import Field, Picking, Raster, TokenStrategy
from nodes.models.caption import left_padded
from nodes.models.llamagen_gpt import LlamaGenReader
from nodes.training.makers import Maker, by_tokens
from nodes.training.pictures import conditioning
from nodes.training.token_pictures import draws

pytestmark = pytest.mark.slow
PROMPT, COUNT, BLOCK = "a red apple in a meadow", 64, 4


@pytest.fixture(scope="module")
def maker() -> Maker:
    try:
        return Maker("next_token", by_tokens())
    except MissingModel as missing:
        pytest.skip(f"no next-token model ships: {missing}")


@torch.no_grad()
def written(maker: Maker, strategy: TokenStrategy, seed: int, passes: list[int]) -> Tensor:
    """Tokens (COUNT, length) of the prompt; how many passes each picture took goes onto the list."""
    model, words = maker.model, conditioning(maker.encoder, [PROMPT])
    caption, seen = left_padded(words.sequence, words.mask, model.config.caption_length)

    def of(items: Sequence[int]) -> Tensor:
        took = 0

        def after_step(done: int, ids: Tensor) -> None:
            nonlocal took
            took += 1

        count = len(items)
        reader = LlamaGenReader(model, [caption.expand(count, -1, -1), model.unconditional(count)], seen.expand(count, -1))
        unknown = torch.full((count, model.config.length), -1)
        side = model.config.side
        field = Field(unknown, ((side, side),), draws(seed, items, unknown.device), lambda level: 3.0, after_step=after_step)
        made = strategy.decoded(reader, field, strategy.steps(field))
        passes.append(took)
        return made

    groups = [[item] for item in range(COUNT)] if strategy.alone else [range(COUNT)]
    return torch.cat([of(group) for group in groups])


def features(maker: Maker, ids: Tensor) -> Tensor:
    """Codes averaged over blocks of the picture, (COUNT, blocks · width)."""
    side = maker.model.config.side
    codes = maker.tokenizer.embedded(ids.unflatten(1, (side, side)))
    return torch.nn.functional.avg_pool2d(codes, BLOCK).flatten(1)


def chance_of(first: Tensor, second: Tensor, shuffles: int = 500) -> float:
    """How often two random halves of both lie as far apart as the two do, by energy distance (Székely and Rizzo 2004)."""
    both, generator = torch.cat([first, second]), torch.Generator().manual_seed(0)
    apart, count = torch.cdist(both, both), len(first)

    def energy(order: Tensor) -> float:
        a, b = order[:count], order[count:]
        return float(2 * apart[a][:, b].mean() - apart[a][:, a].mean() - apart[b][:, b].mean())

    found = energy(torch.arange(len(both)))
    return sum(energy(torch.randperm(len(both), generator=generator)) >= found for _ in range(shuffles)) / shuffles


def test_pictures_are_distributed_as_token_by_token_in_at_most_half_the_passes(maker: Maker) -> None:
    picking, passes = Picking(top_p=0.95), []
    plain = features(maker, written(maker, Raster(picking), 1, []))
    jacobi = features(maker, written(maker, Jacobi(picking, window=32), 2, passes))
    colder = features(maker, written(maker, Raster(Picking(temperature=0.5, top_p=0.95)), 3, []))
    assert chance_of(plain, jacobi) > 0.01
    assert chance_of(plain, colder) < 0.01  # so the test sees a difference where there is one
    assert sum(passes) / len(passes) <= maker.model.config.length / 2
