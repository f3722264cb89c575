"""Students make a picture at a look, and its end again at a second one, through the same nodes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from graph_engine.events import AnyEvent, StepPreview, StepProgress
from nodes.decoding.few_looks import looked
from nodes.decoding.strategies import TokenStrategy
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.few_looks import few_looks
from nodes.library.sampling.generate import generate
from nodes.library.sampling.raster import raster
from nodes.library.sampling.sampler import sampler
from nodes.library.sampling.switch_generator import switch_generator
from nodes.library.tokenizer.decode import decode
from nodes.models.layouts import build_model
from nodes.runtime.few_look_generation import STUDENTS
from nodes.runtime.loading import open_tokenizer
from nodes.values import Generator, Latent, Tokens
from tests.nodes.token_models import tiny_generator


@pytest.fixture(params=sorted(STUDENTS))
def student(request: pytest.FixtureRequest, tmp_path: Path) -> Generator:
    return tiny_generator(tmp_path, request.param)


def made(student: Generator, strategy: TokenStrategy | None = None, label: int = 1, **order: int) -> Tensor:
    latent = generate(Context(), student, class_label(label), strategy=strategy, **{"seed": 5, "count": 2} | order)
    assert isinstance(latent, Latent)
    return latent.values


def test_a_class_becomes_a_latent_and_the_latent_a_picture(student: Generator) -> None:
    latent = generate(Context(), student, class_label(1), count=2)
    assert isinstance(latent, Latent) and latent.values.shape == (2, 3, 4, 4)
    assert student.tokenizer is not None
    picture = decode(Context(), latent, open_tokenizer(str(student.tokenizer.path)))
    assert picture.pixels.shape == (2, 3, student.size, student.size)


def test_an_item_can_be_made_alone_and_class_seed_and_looks_count(student: Generator) -> None:
    twice = few_looks(2)
    batch, alone = made(student, twice), made(student, twice, first=1, count=1)
    assert torch.allclose(batch[1:], alone, atol=1e-5)
    others = [made(student), made(student, twice, label=2), made(student, twice, seed=6)]
    assert not any(torch.allclose(batch, other, atol=1e-2) for other in others)
    assert torch.equal(made(student), made(student, few_looks()))


def test_zero_is_as_the_student_was_published(student: Generator) -> None:
    kept, split = (student.model.config[name] for name in ("kept", "split"))
    assert torch.equal(made(student, few_looks(2)), made(student, few_looks(2, kept, split)))
    assert not torch.equal(made(student, few_looks(2)), made(student, few_looks(2, kept - 1, split)))
    assert not torch.equal(made(student), made(student, few_looks(1, 0, split + 1)))


def test_what_is_made_of_codes_alone_is_what_their_tokens_decode_to(tmp_path: Path) -> None:
    student = tiny_generator(tmp_path, "distilled-llamagen")
    assert student.tokenizer is not None
    tokenizer = open_tokenizer(str(student.tokenizer.path))
    module = build_model(tokenizer.model)
    latent = Latent(made(student, few_looks(codes=16)), tokenizer.model.digest)
    ids = (latent.values.movedim(1, -1)[..., None, :] - module.codebook()).square().sum(-1).argmin(-1)
    assert torch.allclose(module.embedded(ids), latent.values, atol=1e-6)
    tokens = Tokens(ids.flatten(1), ((4, 4),), 8, tokenizer.model.digest)
    pictures = [decode(Context(), one, tokenizer).pixels for one in (latent, tokens)]
    assert torch.allclose(*pictures, atol=1e-5)


def test_every_look_is_told_and_shown(student: Generator) -> None:
    events = list[AnyEvent]()
    generate(Context(emit=events.append), student, class_label(0), strategy=few_looks(2))
    assert [event.done for event in events if isinstance(event, StepProgress)] == [0, 1, 2]
    shown = next(event for event in events if isinstance(event, StepPreview))
    assert (shown.pixels.width, shown.pixels.height) == (student.size, student.size)


def test_a_second_look_keeps_the_first_tokens_and_reads_the_same_noise_behind_them() -> None:
    noise, codes = torch.randn(1, 4, 2), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    read = []

    def look(values: Tensor, known: int, split: int) -> tuple[Tensor, Tensor]:
        read.append(values)
        return torch.tensor([[[0.0, 1.0]]]).expand(1, split - known, 2), values[:, split:] * 2

    values = looked(look, noise, codes, 1, [0, 2])
    assert torch.equal(values, torch.cat([codes[None, 1:], noise[:, 1:] * 2], 1))
    assert torch.equal(read[0], noise)
    assert torch.equal(read[1], torch.cat([codes[None, 1:], noise[:, 1:2] * 2, noise[:, 2:]], 1))


def test_what_a_student_cannot_do_is_said(student: Generator, tmp_path: Path) -> None:
    def asked(**given: object) -> None:
        generate(Context(), student, class_label(0), **given)  # type: ignore[arg-type]

    for strategy in (raster(), sampler()):
        with pytest.raises(Failure, match="strategy: must be for few looks generators as .*, is for"):
            asked(strategy=strategy)
    with pytest.raises(Failure, match="guidance: must not lead .*, which makes a picture of its class alone"):
        asked(guidance=classifier_free_guidance(scale=2))
    with pytest.raises(Failure, match="strategy: two generators cannot take turns within a look"):
        asked(strategy=switch_generator(few_looks(), student))
    for strategy, said in (
        (few_looks(2, 400), "keep fewer than the .*, keeps 400"),
        (few_looks(codes=17), "take at most the .*, takes 17"),
    ):
        with pytest.raises(Failure, match=f"strategy: must {said}"):
            asked(strategy=strategy)
    with pytest.raises(Failure, match="tokens: .* writes latents, no tokens"):
        asked(tokens=Tokens(torch.zeros(1, 1, dtype=torch.int64), ((1, 1),), 2, "who"), strategy=few_looks())
    with pytest.raises(Failure, match="strategy: must be for next token generators as .*, is for few looks"):
        generate(Context(), tiny_generator(tmp_path, "llamagen-gpt"), class_label(0), strategy=few_looks())
