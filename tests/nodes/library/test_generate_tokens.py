"""Every family of token generators writes pictures through the nodes: alike in any batch, led, shown, stopped, completed."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure, Stopped
from graph_engine.events import AnyEvent, StepPreview, StepProgress
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.generate import generate
from nodes.library.sampling.next_scale import next_scale
from nodes.library.tokenizer.decode import decode
from nodes.library.tokenizer.encode import encode
from nodes.models.files import ModelFile
from nodes.models.layouts import build_model
from nodes.runtime.loading import kept_in, open_generator, open_tokenizer
from nodes.values import Generator, Image, Strategy, Tokenizer, Tokens
from tests.nodes.token_models import CODES, TOKENIZERS, save, tiny_generator, tiny_tokenizer

LAYOUTS = CODES


def tokenizer_of(file: ModelFile | None) -> Tokenizer:
    assert file is not None
    return open_tokenizer(str(file.path))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_class_becomes_tokens_and_tokens_a_picture(layout: str, tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, layout)
    tokens = generate(Context(), generator, class_label(1), count=2)
    assert isinstance(tokens, Tokens)
    picture = decode(Context(), tokens, tokenizer_of(generator.tokenizer))
    assert picture.pixels.shape == (2, 3, generator.size, generator.size)
    assert not torch.equal(tokens.ids[0], tokens.ids[1])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_item_of_a_batch_can_be_made_alone_from_the_same_seed(layout: str, tmp_path: Path) -> None:
    generator, guidance = tiny_generator(tmp_path, layout), classifier_free_guidance(scale=2)
    batch = generate(Context(), generator, class_label(0), guidance, seed=5, count=3)
    alone = generate(Context(), generator, class_label(0), guidance, seed=5, count=1, first=2)
    other = generate(Context(), generator, class_label(0), guidance, seed=6, count=1, first=2)
    assert torch.equal(batch.ids[2:], alone.ids)
    assert not torch.equal(alone.ids, other.ids)


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout not in ("imagebert", "maskbit")])  # random ones heed nothing
def test_class_guidance_and_its_interval_count(layout: str, tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, layout)
    ways = (
        (0, None),
        (1, None),
        (0, classifier_free_guidance(scale=6)),
        (0, classifier_free_guidance(class_label(2), scale=6)),
        (0, classifier_free_guidance(scale=6, start=0.5)),
    )
    made = [generate(Context(), generator, class_label(number), guidance, count=4).ids for number, guidance in ways]
    assert len({tuple(ids.flatten().tolist()) for ids in made}) == len(ways)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_known_tokens_stay_and_the_others_are_made(layout: str, tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, layout)
    before = generate(Context(), generator, class_label(0), seed=1)
    known = torch.zeros_like(before.ids, dtype=torch.bool)
    known[:, ::3] = True
    given = Tokens(before.ids, before.grids, before.codebook, before.tokenizer, known)
    exact = next_scale(keep_rest=False) if layout == "var-transformer" else None
    after = generate(Context(), generator, class_label(0), strategy=exact, tokens=given, seed=2, count=3)
    assert torch.equal(after.ids[:, known[0]], before.ids[:, known[0]].expand(3, -1))
    assert not torch.equal(after.ids, before.ids.expand(3, -1))


@pytest.mark.parametrize("layout", ["llamagen-gpt", "var-transformer", "uvitbert", "lpd"])
def test_every_step_is_told_and_shown_and_stop_holds_between_two(layout: str, tmp_path: Path) -> None:
    generator, events, stop = tiny_generator(tmp_path, layout), [], threading.Event()

    def emit(event: AnyEvent) -> None:
        events.append(event)
        if isinstance(event, StepPreview):
            stop.set()

    with pytest.raises(Stopped):
        generate(Context(emit=emit, stop=stop), generator, class_label(0))
    shown = next(event for event in events if isinstance(event, StepPreview))
    assert (shown.pixels.width, shown.pixels.height) == (generator.size, generator.size)
    last = [event for event in events if isinstance(event, StepProgress)][-1]
    assert 0 < last.done < last.total


@pytest.mark.parametrize("layout", [layout for layout in TOKENIZERS if layout != "kl-autoencoder"])
def test_a_picture_goes_through_every_kind_of_tokenizer_and_back(layout: str, tmp_path: Path) -> None:
    tokenizer, side = tiny_tokenizer(tmp_path, layout), 4 if layout == "titok" else 8
    module, signed = build_model(tokenizer.model), layout in ("llamagen-vq", "var-vqvae")
    picture = Image(torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0)))
    tokens = encode(Context(), picture, tokenizer)
    ids = module.encode(picture.pixels * 2 - 1 if signed else picture.pixels)
    assert isinstance(tokens, Tokens)
    assert torch.equal(tokens.ids, torch.cat(ids, 1) if isinstance(ids, list) else ids.flatten(1))
    pixels = module.decode(ids)
    assert torch.allclose(decode(Context(), tokens, tokenizer).pixels, (pixels / 2 + 0.5 if signed else pixels).clamp(0, 1))


def test_a_transparent_picture_is_not_silently_flattened(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(tmp_path, "llamagen-vq")
    with pytest.raises(Failure, match="image: must be opaque for .*, which knows no alpha"):
        encode(Context(), Image(torch.full((1, 4, 8, 8), 0.5)), tokenizer)


def test_what_does_not_fit_is_said_with_a_remedy(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "llamagen-gpt")
    with pytest.raises(Failure, match="strategy: must be for next token generators as .*, is for flow"):
        generate(Context(), generator, class_label(0), strategy=Strategy("flow", "euler", 3))
    with pytest.raises(Failure, match="positive: must be a class within 0 to 2 for .*, is 3"):
        generate(Context(), generator, class_label(3))
    with pytest.raises(Failure, match="width: must be 8 px, which .* was trained at, got 16"):
        generate(Context(), generator, class_label(0), width=16)
    alone = open_generator(str(generator.model.path))
    with pytest.raises(Failure, match="does not name its tokenizer, and none was given") as caught:
        generate(Context(), alone, class_label(0))
    assert caught.value.remedy == "Connect Load tokenizer to the tokenizer input of Load generator."


def test_a_tokenizer_of_another_kind_or_size_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    path = save(tmp_path, "llamagen-gpt")
    with pytest.raises(Failure, match="writes codes, .* reads line"):
        open_generator(str(path), tiny_tokenizer(tmp_path, "titok"))
    with pytest.raises(Failure, match="has 8 codes, .* has 16"):
        open_generator(str(path), tiny_tokenizer(tmp_path, "maskbit-vq"))


def test_weights_of_8_bits_are_another_model_to_the_holder_and_write_other_tokens(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "llamagen-gpt")
    exact, close = (dataclasses.replace(generator, weights=weights) for weights in ("float32", "8 bit"))
    ids = [generate(Context(), one, class_label(1), count=8).ids for one in (generator, exact, close, exact)]
    assert torch.equal(ids[1], ids[3])
    assert (ids[0] == ids[1]).float().mean() > 0.9
    assert not torch.equal(ids[1], ids[2])


def test_weights_of_a_flow_are_kept_as_they_are(generator: Generator) -> None:
    with pytest.raises(Failure, match="weights: must be automatic for .*, which writes no tokens, is 8 bit"):
        kept_in(generator, "8 bit")
