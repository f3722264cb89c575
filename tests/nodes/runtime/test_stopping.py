"""A run that is stopped within a pass through a model, at a layer or a tile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn

from graph_engine.context import Context
from graph_engine.errors import Stopped
from graph_engine.ladder import Ladder
from nodes.library.sampling.generate import generate
from nodes.library.tokenizer.decode import decode
from nodes.runtime.devices import device
from nodes.runtime.models import holder
from nodes.runtime.stopping import stopping
from nodes.runtime.streaming import streamed
from nodes.values import Conditioning, Generator, Latent, Strategy, Tokenizer


@pytest.fixture
def counted() -> Iterator[Callable[[nn.Module], list[object]]]:
    """Counts how often a layer works; the hooks are gone afterwards."""
    hooks = []

    def count(layer: nn.Module) -> list[object]:
        seen: list[object] = []
        hooks.append(layer.register_forward_hook(lambda *_: seen.append(None)))
        return seen

    yield count
    for hook in hooks:
        hook.remove()


def test_the_next_layer_does_not_work_once_a_stop_is_asked_for(counted: Callable[[nn.Module], list[object]]) -> None:
    model, stop = nn.Sequential(*[nn.Linear(8, 8) for _ in range(8)]), threading.Event()
    worked = [counted(layer) for layer in model]
    model[2].register_forward_hook(lambda *_: stop.set())
    with stopping(model, Context(stop=stop)), pytest.raises(Stopped):
        model(torch.ones(1, 8))
    assert [len(seen) for seen in worked] == [1, 1, 1, 0, 0, 0, 0, 0]
    assert not any(layer._forward_pre_hooks for layer in model)


def test_weights_that_are_streamed_are_back_after_a_stop() -> None:
    model, stop = nn.Sequential(*[nn.Linear(8, 8) for _ in range(4)]), threading.Event()
    before = [weight.data_ptr() for weight in model.parameters()]
    model[1].register_forward_hook(lambda *_: stop.set())
    copied = streamed(model, torch.device("cpu"), lambda weight, device: weight.clone())
    with pytest.raises(Stopped), copied, stopping(model, Context(stop=stop)):
        model(torch.ones(1, 8))
    assert [weight.data_ptr() for weight in model.parameters()] == before


def test_generate_stops_within_a_step(generator: Generator, cat: Conditioning) -> None:
    model, stop = holder.module(generator.model, device()), threading.Event()
    hook = model.blocks[0].register_forward_hook(lambda *_: stop.set())
    later = model.blocks[1].register_forward_hook(lambda *_: pytest.fail("the second layer worked"))
    try:
        with pytest.raises(Stopped):
            generate(Context(stop=stop), generator, cat, strategy=Strategy("flow", "euler", 4))
    finally:
        hook.remove()
        later.remove()


def test_decode_stops_between_tiles(tokenizer: Tokenizer) -> None:
    latent = Latent(torch.zeros(1, 4, 50, 37), tokenizer.model.digest)
    ladder, stop, tiles = Ladder(), threading.Event(), []
    ladder.down()
    for _ in range(2):
        ladder.tile(50, 18)
        ladder.down()
    model = holder.module(tokenizer.model, device())
    last = [module for module in model.modules() if isinstance(module, nn.Conv2d)][-1]

    def end_here(*_: object) -> None:
        tiles.append(None)
        stop.set()

    hook = last.register_forward_hook(end_here)
    try:
        with pytest.raises(Stopped):
            decode(Context(stop=stop, ladder=ladder), latent, tokenizer)
    finally:
        hook.remove()
    assert len(tiles) == 1
