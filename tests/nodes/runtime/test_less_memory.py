"""Nodes that are given less memory: the same pictures, made in smaller batches, in tiles or with weights that come layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook

from graph_engine import Cache, Graph, Link, MemoryCache, Node, discover, execute
from graph_engine.context import Context
from graph_engine.ladder import Ladder
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.sampling.generate import generate
from nodes.library.tokenizer.decode import decode
from nodes.models.flow_transformer import FlowTransformer
from nodes.models.rgba_autoencoder import RgbaAutoencoder
from nodes.runtime.streaming import streamed
from nodes.values import Conditioning, Generator, Latent, Strategy, Tokenizer
from tests.nodes.conftest import CLOSE

QUICK = Strategy("flow", "euler", 2)


def narrowed(rungs: int) -> Context:
    """A context so far down the ladder that what it is asked first is halved so many times."""
    ladder = Ladder()
    for _ in range(rungs + 1):
        ladder.pieces(1 << 20)
        ladder.down()
    return Context(ladder=ladder)


def test_a_batch_in_parts_is_the_batch_at_once(generator: Generator, cat: Conditioning, dog: Conditioning) -> None:
    guidance = classifier_free_guidance(dog)
    whole, parts = (generate(context, generator, cat, guidance, QUICK, seed=5, count=5) for context in (Context(), narrowed(2)))
    assert parts.values.shape == whole.values.shape and torch.allclose(whole.values, parts.values, atol=CLOSE)


def test_prompts_of_a_batch_stay_with_their_pictures(generator: Generator, cat: Conditioning, dog: Conditioning) -> None:
    short = dog.sequence.shape[1]
    both = Conditioning(
        torch.cat([dog.sequence, cat.sequence[:, :short]]), torch.cat([dog.mask, cat.mask[:, :short]]), ("a dog", "a cat"),
        (dog.spans[0], cat.spans[0][:short]), cat.encoder,
    )  # fmt: skip
    whole, parts = (generate(context, generator, both, strategy=QUICK, count=2) for context in (Context(), narrowed(1)))
    assert torch.allclose(whole.values, parts.values, atol=CLOSE) and not torch.allclose(parts.values[0], parts.values[1], atol=0.1)


def test_a_picture_decoded_in_tiles_is_the_picture_decoded_at_once(tokenizer: Tokenizer) -> None:
    latent = Latent(torch.randn(1, 4, 50, 37, generator=torch.Generator().manual_seed(1)), tokenizer.model.digest)
    ladder = Ladder()
    ladder.down()
    for _ in range(2):
        ladder.tile(50, 18)
        ladder.down()
    in_tiles = decode(Context(ladder=ladder), latent, tokenizer).pixels
    assert ladder.notes() == ("Memory ran out, so this was made in tiles of 18 cells.",)
    assert torch.allclose(in_tiles, decode(Context(), latent, tokenizer).pixels, atol=1e-5)


def test_what_a_cells_pixels_depend_on_reaches_no_further_than_said() -> None:
    model = RgbaAutoencoder()
    latent = torch.randn(1, 8, 31, 31, generator=torch.Generator().manual_seed(2)).requires_grad_()
    model.pixels(latent)[0, :, 15 * 8 : 16 * 8, 15 * 8 : 16 * 8].sum().backward()
    moved = latent.grad.abs().sum((0, 1)).nonzero()  # type: ignore[union-attr]
    assert (moved - 15).abs().max() <= model.reach


def test_streamed_weights_are_on_the_device_only_while_their_layer_works() -> None:
    model = nn.Sequential(*[nn.Linear(64, 64) for _ in range(8)])
    given, brought = torch.ones(1, 64), []
    whole = model(given)
    before = [weight.data_ptr() for weight in model.parameters()]
    with streamed(model, torch.device("cpu"), lambda weight, device: brought.append(weight.nbytes) or weight.clone()):  # type: ignore[func-returns-value]
        assert torch.equal(model(given), whole)
    assert len(brought) == 16 and [weight.data_ptr() for weight in model.parameters()] == before
    assert not any(layer._forward_hooks for layer in model)


@pytest.fixture
def small_device() -> Iterator[list[int]]:
    """The flow model as on a device that has room for two pictures at a time; gives the sizes that were tried."""
    tried: list[int] = []

    def room(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        if isinstance(module, FlowTransformer):
            tried.append(len(given[0]))
            if len(given[0]) > 2:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate more than there is.")

    hook = register_module_forward_pre_hook(room)
    yield tried
    hook.remove()


def test_a_run_on_a_small_device_ends_with_all_pictures_and_a_note(small_device: list[int], models: Any) -> None:
    nodes = {
        "1": Node("generator/load_generator", parameters={"file": "tiny/flow_base"}),
        "2": Node("prompt/encode_prompt", parameters={"prompt": "a cat"}),
        "3": Node("sampling/generate", parameters={"count": 5}),
        "4": Node("sampling/sampler", parameters={"steps": 1}),
    }
    links = [Link("1", "generator", "3", "generator"), Link("1", "text_encoder", "2", "text_encoder"),
             Link("2", "conditioning", "3", "positive"), Link("4", "strategy", "3", "strategy")]  # fmt: skip
    outcome = execute(Graph(nodes, links), discover("nodes.library"), Cache(MemoryCache()), targets=("3",))
    assert outcome.state == "done", (outcome.failures, outcome.problems)
    assert outcome.notes == ("Memory ran out, so this was made 2 of 5 at a time.",)
    assert small_device == [5, 5, 3, 2, 2, 1]
