"""Nodes of decoding strategies and guidance: each does what its page says, on tiny generators of random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from graph_engine.events import AnyEvent, StepProgress
from nodes.decoding.guidance import ClassifierFree
from nodes.decoding.strategies import TokenStrategy
from nodes.library.guidance.autoguidance import autoguidance
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.diagonals import diagonals
from nodes.library.sampling.doubtful_top_k import doubtful_top_k
from nodes.library.sampling.generate import generate
from nodes.library.sampling.halton_order import halton_order
from nodes.library.sampling.locality_aware import locality_aware
from nodes.library.sampling.next_scale import next_scale
from nodes.library.sampling.random_order import random_order
from nodes.library.sampling.raster import raster
from nodes.library.sampling.regions import regions
from nodes.library.sampling.speculative_jacobi import speculative_jacobi
from nodes.library.sampling.switch_generator import switch_generator
from nodes.library.sampling.unmask import unmask
from nodes.runtime.token_families import TOKEN_FAMILIES
from nodes.values import Conditioning, Generator, Guidance, Strategy
from tests.nodes.token_models import CODES, tiny_generator

SURE: list[tuple[str, TokenStrategy]] = [
    ("llamagen-gpt", raster(temperature=0)),
    ("rar", raster(temperature=0)),
    ("par", regions(temperature=0)),
    ("nar", diagonals(temperature=0)),
    ("var-transformer", next_scale("0")),
    ("hmar", next_scale("0")),
    ("uvitbert", unmask(randomness=0)),
]
LIKELIEST: list[tuple[str, TokenStrategy]] = [
    ("llamagen-gpt", raster(top_k=1)),
    ("rar", raster(top_p=0)),
    ("par", regions(top_k=1)),
    ("nar", diagonals(top_k=1)),
    ("var-transformer", next_scale("2", "1")),
    ("hmar", next_scale("2", "1")),
    ("uvitbert", doubtful_top_k(unmask(randomness=1e-9, unsure=False), 1, 1)),
]


def made(generator: Generator, strategy: TokenStrategy | None, guidance: Guidance | None = None, seed: int = 0, count: int = 2) -> Tensor:
    return generate(Context(), generator, class_label(0), guidance, strategy, seed=seed, count=count).ids


@pytest.mark.parametrize(("sure", "likeliest"), list(zip(SURE, LIKELIEST, strict=True)), ids=[layout for layout, _ in SURE])
def test_no_chance_and_one_choice_are_the_same_picture(
    sure: tuple[str, TokenStrategy], likeliest: tuple[str, TokenStrategy], tmp_path: Path
) -> None:
    generator = tiny_generator(tmp_path, sure[0])
    greedy = made(generator, sure[1])
    assert torch.equal(greedy, made(generator, sure[1], seed=1))
    assert torch.equal(greedy, made(generator, likeliest[1], seed=2))
    assert torch.equal(greedy[0], greedy[1])


@pytest.mark.parametrize("layout", ["randar", "lpd", "arpg", "uvitbert"])
@pytest.mark.parametrize("strategy", [random_order(5), halton_order(5), locality_aware(5)], ids=["random", "halton", "local"])
def test_orders_serve_every_generator_that_can_be_asked_for_any_place(layout: str, strategy: TokenStrategy, tmp_path: Path) -> None:
    generator, events = tiny_generator(tmp_path, layout), list[AnyEvent]()
    tokens = generate(Context(emit=events.append), generator, class_label(0), strategy=strategy, count=2)
    assert not torch.equal(tokens.ids[0], tokens.ids[1])
    assert [event.done for event in events if isinstance(event, StepProgress)][-1] == 5


def test_one_token_a_step_is_the_most_that_an_order_takes(tmp_path: Path) -> None:
    events = list[AnyEvent]()
    generate(Context(emit=events.append), tiny_generator(tmp_path, "lpd"), class_label(0), strategy=random_order(4096))
    assert [event.done for event in events if isinstance(event, StepProgress)][-1] == 16


def test_each_scale_has_its_setting_and_the_last_goes_on(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "var-transformer")
    likeliest, late = made(generator, next_scale("0")), made(generator, next_scale("0, 0, 1"))
    assert torch.equal(likeliest[:, :5], late[:, :5])
    assert not torch.equal(likeliest[:, 5:], late[:, 5:])
    assert torch.equal(late, made(generator, next_scale("0, 0, 1, 7")))


def test_soft_codes_change_later_scales_and_not_the_first(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "var-transformer")
    plain, smooth = (made(generator, next_scale(smooth=smooth), count=8) for smooth in (False, True))
    assert torch.equal(plain[:, :1], smooth[:, :1])
    assert not torch.equal(plain, smooth)


@pytest.mark.parametrize("text", ["", "warm", "1, -1", "nan"])
def test_settings_of_scales_that_are_no_numbers_are_refused(text: str) -> None:
    with pytest.raises(Failure, match="temperatures: must be numbers of 0 or more with commas between them, got"):
        next_scale(text)


@pytest.mark.parametrize("schedule", ["arccos", "cosine", "linear", "square", "cubic", "square root"])
def test_every_schedule_of_masks_ends_with_all_tokens(schedule: str, tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "uvitbert")
    pictures = {tuple(made(generator, unmask(steps, schedule)).flatten().tolist()) for steps in (1, 3, 40)}  # type: ignore[arg-type]
    assert len(pictures) == 3


def test_few_tokens_where_it_is_sure_and_all_where_it_is_not(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "llamagen-gpt")
    assert torch.equal(made(generator, doubtful_top_k(raster(), 1, 1)), made(generator, raster(temperature=0)))
    assert torch.equal(made(generator, doubtful_top_k(raster(), 8, 8)), made(generator, raster()))
    assert not torch.equal(made(generator, doubtful_top_k(raster(), 8, 8, warm=True), count=8), made(generator, raster(), count=8))


@pytest.mark.parametrize("layout", ["llamagen-gpt", "var-transformer", "uvitbert"])
def test_autoguidance_by_itself_changes_nothing_and_by_another_much(layout: str, tmp_path: Path) -> None:
    generator, worse = tiny_generator(tmp_path, layout), tiny_generator(tmp_path, layout, seed=0, depth=1)
    other = Generator(worse.model, worse.family, None, generator.tokenizer, worse.size, worse.multiple, worse.classes)
    plain = made(generator, None, count=4)
    assert torch.equal(plain, made(generator, None, autoguidance(generator, 3), count=4))
    assert not torch.equal(plain, made(generator, None, autoguidance(other, 3), count=4))


def test_autoguidance_leads_latents_too(generator: Generator, cat: Conditioning) -> None:
    quick = Strategy("flow", "euler", 3)
    plain, by_itself = (generate(Context(), generator, cat, way, quick).values for way in (None, autoguidance(generator, 3)))
    assert torch.allclose(plain, by_itself, atol=1e-5)


def test_a_worse_generator_of_another_kind_is_refused(tmp_path: Path) -> None:
    generator, other = tiny_generator(tmp_path / "a", "llamagen-gpt"), tiny_generator(tmp_path / "b", "uvitbert")
    with pytest.raises(Failure, match="guidance: its generator .* must be of the kind next token with .*, is of the kind masked with"):
        made(generator, None, autoguidance(other))


def test_guidance_grows_as_its_schedule_says() -> None:
    levels = (1.0, 0.75, 0.5, 0.25, 0.0)
    assert [ClassifierFree(5, schedule="linear").scale_at(level) for level in levels] == [1, 2, 3, 4, 5]
    assert [ClassifierFree(5, schedule="cosine").scale_at(level) for level in (1.0, 0.5, 0.0)] == pytest.approx([1, 3, 5])
    assert ClassifierFree(5).scale_at(0.3) == 5
    places = ClassifierFree(5, schedule="linear").scale_at(torch.tensor([[1.0], [0.5]]))
    assert torch.equal(torch.as_tensor(places), torch.tensor([[1.0], [3.0]]))


def test_guidance_that_begins_late_has_read_its_prompt_from_the_start(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "llamagen-gpt")
    late, never = (made(generator, raster(temperature=0), classifier_free_guidance(scale=8, start=start)) for start in (0.5, 0.0))
    assert torch.equal(late[:, :8], never[:, :8])  # nothing is guided above level 0.5
    assert torch.equal(never, made(generator, raster(temperature=0)))
    whole = made(generator, raster(temperature=0), classifier_free_guidance(scale=8))
    assert not torch.equal(whole, never)


def nested(generator: Generator, other: Generator, share: float, strategy: TokenStrategy) -> Tensor:
    return made(generator, switch_generator(strategy, other, share), classifier_free_guidance(scale=2), count=3)


@pytest.mark.parametrize("layout", CODES)
def test_a_smaller_generator_writes_the_first_part(layout: str, tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, layout)
    other = with_tokenizer_of(generator, tiny_generator(tmp_path / "other", layout, 7))
    strategy = unmask(6) if generator.family == "masked" else TOKEN_FAMILIES[layout].strategy(generator.model.config)
    alone = [made(one, strategy, classifier_free_guidance(scale=2), count=3) for one in (generator, other)]
    assert torch.equal(nested(generator, other, 0, strategy), alone[0])
    assert torch.equal(nested(generator, other, 1, strategy), alone[1])
    assert torch.equal(nested(generator, generator, 0.5, strategy), alone[0])
    both = nested(generator, other, 0.5, strategy)
    assert not torch.equal(both, alone[0])
    assert not torch.equal(both, alone[1])


def with_tokenizer_of(generator: Generator, other: Generator) -> Generator:
    return Generator(other.model, other.family, None, generator.tokenizer, other.size, other.multiple, other.classes)


def test_generators_take_turns_where_each_step_asks_once_and_are_of_one_kind(tmp_path: Path) -> None:
    generator, other = tiny_generator(tmp_path / "a", "llamagen-gpt"), tiny_generator(tmp_path / "b", "uvitbert")
    with pytest.raises(Failure, match="strategy: must ask once a step, Speculative Jacobi does not"):
        switch_generator(speculative_jacobi(), generator)
    with pytest.raises(Failure, match="strategy: its generator .* must be of the kind next token with"):
        made(generator, switch_generator(raster(), other))
