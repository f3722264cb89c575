"""Speculative Jacobi decoding keeps the model's distribution, and without chance the very picture."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest
import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.drawing import drawn_for
from nodes.decoding.jacobi import Jacobi
from nodes.decoding.speculative import Likest, likest
from nodes.decoding.strategies import Field, Picking
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.generate import generate
from nodes.library.sampling.raster import raster
from nodes.library.sampling.relaxed_acceptance import relaxed_acceptance
from nodes.library.sampling.speculative_jacobi import speculative_jacobi
from nodes.models.layouts import build_model
from nodes.models.llamagen_vq import LlamaGenVqConfig
from nodes.runtime.loading import open_generator
from nodes.values import Generator, Tokens
from tests.nodes.token_models import GENERATORS, save, tiny_generator, tiny_tokenizer

CODES, LENGTH = 2, 4


@pytest.fixture
def small(tmp_path: Path) -> Generator:
    """A random next-token generator with so few pictures that each one's probability can be worked out."""
    tokenizer = tiny_tokenizer(tmp_path, "llamagen-vq", LlamaGenVqConfig(4, (1, 2), (1, 1), 1, 4, CODES, 3, 2))
    config = dataclasses.replace(GENERATORS["llamagen-gpt"][0], codebook=CODES, length=LENGTH)
    return open_generator(str(save(tmp_path, "llamagen-gpt", config)), tokenizer)


def exact(generator: Generator, temperature: float) -> Tensor:
    """The probability of every picture, in the order of `numbered`, from the model's own logits."""
    pictures = torch.tensor(list(itertools.product(range(CODES), repeat=LENGTH)))
    logits = build_model(generator.model)(torch.zeros(len(pictures), dtype=torch.int64), pictures)[:, :-1]
    likely = (logits / temperature).log_softmax(-1).gather(-1, pictures[..., None])[..., 0]
    return likely.sum(1).exp()


def numbered(ids: Tensor) -> Tensor:
    return (ids * CODES ** torch.arange(LENGTH - 1, -1, -1)).sum(1)


def unlikely(degrees: int) -> float:
    """What chi-square exceeds once in a thousand (Wilson & Hilferty 1931)."""
    return degrees * (1 - 2 / (9 * degrees) + 3.09 * (2 / (9 * degrees)) ** 0.5) ** 3


def counts_of(generator: Generator, strategy: object, many: int, seed: int = 0) -> Tensor:
    made = generate(Context(), generator, class_label(0), None, strategy, seed=seed, count=many)  # type: ignore[arg-type]
    assert isinstance(made, Tokens)
    return numbered(made.ids).bincount(minlength=CODES**LENGTH).double()


def common(expected: Tensor, *counts: Tensor) -> list[Tensor]:
    """Rare pictures put together, so that each class is expected five times at least."""
    rare = expected < 5
    return [torch.cat([one[~rare], one[rare].sum()[None]]) if bool(expected[rare].sum()) else one[~rare] for one in (expected, *counts)]


def test_pictures_are_as_likely_as_the_model_says(small: Generator) -> None:
    many, likely = 300, exact(small, temperature=4.0)
    assert float(likely.sum()) == pytest.approx(1, abs=1e-4)
    expected, seen = common(likely.double() * many, counts_of(small, speculative_jacobi(3, 4.0), many))
    assert len(expected) > 10
    assert float(((seen - expected) ** 2 / expected).sum()) < unlikely(len(expected) - 1)


def test_accepting_too_much_would_be_noticed(small: Generator) -> None:
    many, likely = 200, exact(small, temperature=4.0)
    strategy = relaxed_acceptance(speculative_jacobi(4, 4.0), like=1, budget=1.0)
    expected, seen = common(likely.double() * many, counts_of(small, strategy, many))
    assert float(((seen - expected) ** 2 / expected).sum()) > 2 * unlikely(len(expected) - 1)


def test_pictures_are_as_likely_as_one_token_at_a_time(small: Generator) -> None:
    many = 250
    one, other = counts_of(small, speculative_jacobi(3, 4.0, top_p=0.7), many), counts_of(small, raster(4.0, top_p=0.7), many, seed=9)
    both, one, other = common((one + other) / 2, one, other)
    assert float(((one - other) ** 2 / (one + other)).sum()) < unlikely(len(both) - 1)


@pytest.mark.parametrize("layout", ["llamagen-gpt", "rar"])
@pytest.mark.parametrize("window", [1, 3, 99])
def test_without_chance_it_is_the_same_picture(layout: str, window: int, tmp_path: Path) -> None:
    generator, guidance = tiny_generator(tmp_path, layout), classifier_free_guidance(scale=3, start=0.9, end=0.4, schedule="linear")
    ways = (raster(temperature=0), speculative_jacobi(window, 0))
    one, other = (generate(Context(), generator, class_label(1), guidance, way, count=2).ids for way in ways)
    assert torch.equal(one, other)


def test_passes_are_told_and_never_more_than_tokens(tmp_path: Path) -> None:
    context, generator = Context(), tiny_generator(tmp_path, "llamagen-gpt")
    generate(context, generator, class_label(0), strategy=speculative_jacobi(8, 0))
    tokens, passes = (int(word) for word in context.notes[0].rstrip(".").split() if word.isdecimal())
    assert tokens == 16
    assert 1 <= passes <= 16


def same_again(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """A toy whose picture is plain: certainly code 2 everywhere."""
    return torch.tensor([0.0, 0.0, 30.0]).expand(prompts, len(ids), asked.shape[1], 3)


def test_a_plain_picture_takes_a_pass_a_window() -> None:
    told: list[str] = []
    field = Field(torch.full((1, 33), -1), ((1, 33),), drawn_for(0, [0]), note=told.append)
    strategy = Jacobi(Picking(), window=8)
    ids = strategy.decoded(same_again, field, strategy.steps(field))
    assert ids.tolist() == [[2] * 33]
    assert told == ["33 tokens in 5 passes."]  # the first draft was wrong, so its pass settled one token


def test_relaxed_acceptance_takes_fewer_passes_and_a_budget_of_none_is_exact(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path, "llamagen-gpt")
    exactly = speculative_jacobi(8, 3.0)
    ways = (exactly, relaxed_acceptance(exactly, like=7, budget=0.0), relaxed_acceptance(exactly, like=7, budget=1.0))
    contexts = [Context() for _ in ways]
    pictures = [
        generate(context, generator, class_label(0), strategy=way, count=8).ids for context, way in zip(contexts, ways, strict=True)
    ]
    passes = [sum(int(note.split()[3]) for note in context.notes) for context in contexts]
    assert torch.equal(pictures[0], pictures[1])
    assert passes[2] < passes[0] == passes[1]


TRANSITIONS = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.4, 0.5, 0.1]])


def chain(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
    """A source whose every token goes by the one before it; the first as if code 0 were there."""
    before = torch.nn.functional.pad(ids, (1, 0))[:, asked[0]]
    return TRANSITIONS[before].log().expand(prompts, -1, -1, -1)


def test_tokens_far_apart_hang_together_as_in_the_source() -> None:
    """Chances that a pass would share with the one before it show in how tokens go together, not in each one's likelihood."""
    many, length = 800, 6
    strategy = Jacobi(Picking(), window=3)
    fields = [Field(torch.full((1, length), -1), ((1, length),), drawn_for(seed, [0])) for seed in range(many)]
    ids = torch.cat([strategy.decoded(chain, field, strategy.steps(field)) for field in fields])
    codes = torch.tensor(list(itertools.product(range(3), repeat=length)))
    likely = TRANSITIONS[torch.nn.functional.pad(codes, (1, 0))[:, :-1], codes].prod(1)
    for at in range(length - 2):
        expected = torch.zeros(27).index_add(0, codes[:, at : at + 3] @ torch.tensor([9, 3, 1]), likely) * many
        seen = (ids[:, at : at + 3] @ torch.tensor([9, 3, 1])).bincount(minlength=27)
        expected, seen = common(expected, seen)
        assert float(((seen - expected) ** 2 / expected).sum()) < unlikely(len(expected) - 1)


def test_only_drafts_can_be_accepted() -> None:
    with pytest.raises(Failure, match="strategy: must be Speculative Jacobi"):
        relaxed_acceptance(raster())


def test_likest_codes_are_found_a_row_at_a_time() -> None:
    codebook = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))
    rows, table = Likest(codebook), likest(codebook)
    assert all(torch.equal(rows[code, :4], table[code, :4]) for code in range(9))
