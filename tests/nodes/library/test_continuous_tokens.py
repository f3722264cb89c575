"""Continuous tokens become latents and pictures through the same nodes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure
from graph_engine.events import AnyEvent, StepPreview, StepProgress
from nodes.library.guidance.autoguidance import autoguidance
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.continuous_tokens import continuous_tokens
from nodes.library.sampling.generate import generate
from nodes.library.sampling.raster import raster
from nodes.library.tokenizer.decode import decode
from nodes.library.tokenizer.encode import encode
from nodes.models.layouts import build_model
from nodes.runtime.loading import open_generator, open_tokenizer
from nodes.values import Generator, Image, Latent
from tests.nodes.token_models import save, tiny_generator, tiny_tokenizer

QUICK = continuous_tokens(4, 5)


@pytest.fixture
def mar(tmp_path: Path) -> Generator:
    return tiny_generator(tmp_path, "mar")


def test_a_class_becomes_a_latent_and_the_latent_a_picture(mar: Generator) -> None:
    latent = generate(Context(), mar, class_label(1), strategy=QUICK, count=2)
    assert isinstance(latent, Latent)
    assert latent.values.shape == (2, 2, 4, 4)
    assert mar.tokenizer is not None
    picture = decode(Context(), latent, open_tokenizer(str(mar.tokenizer.path)))
    assert picture.pixels.shape == (2, 3, mar.size, mar.size)


def test_an_item_can_be_made_alone_and_guidance_and_temperature_count(mar: Generator) -> None:
    guidance = classifier_free_guidance(scale=3, schedule="linear")
    batch = generate(Context(), mar, class_label(0), guidance, QUICK, seed=5, count=2).values
    alone = generate(Context(), mar, class_label(0), guidance, QUICK, seed=5, first=1).values
    assert torch.allclose(batch[1:], alone, rtol=1e-3)
    others = [
        generate(Context(), mar, class_label(0), None, QUICK, seed=5, first=1).values,
        generate(Context(), mar, class_label(2), guidance, QUICK, seed=5, first=1).values,
        generate(Context(), mar, class_label(0), guidance, continuous_tokens(4, 5, 0.5), seed=5, first=1).values,
    ]
    assert not any(torch.allclose(alone, other, rtol=1e-2) for other in others)


def test_every_step_is_told_and_shown(mar: Generator) -> None:
    events = list[AnyEvent]()
    generate(Context(emit=events.append), mar, class_label(0), strategy=QUICK)
    assert [(event.done, event.total) for event in events if isinstance(event, StepProgress)][-1] == (4, 4)
    shown = next(event for event in events if isinstance(event, StepPreview))
    assert (shown.pixels.width, shown.pixels.height) == (mar.size, mar.size)


def test_what_does_not_fit_is_said(mar: Generator, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="strategy: must be for masked latents generators"):
        generate(Context(), mar, class_label(0), strategy=raster())
    with pytest.raises(Failure, match="guidance: must be classifier-free for continuous tokens"):
        generate(Context(), mar, class_label(0), autoguidance(mar), QUICK)
    with pytest.raises(Failure, match="tokenizer: .* writes latents of 2 channels, .* is titok"):
        open_generator(str(save(tmp_path, "mar")), tiny_tokenizer(tmp_path, "titok"))


def test_a_published_autoencoder_encodes_and_decodes(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(tmp_path, "kl-autoencoder")
    picture, model = Image(torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))), build_model(tokenizer.model)
    latent = encode(Context(), picture, tokenizer)
    assert isinstance(latent, Latent)
    assert torch.allclose(latent.values, model.moments(picture.pixels * 2 - 1)[0])
    pixels = (model.decode(latent.values) / 2 + 0.5).clamp(0, 1)
    assert torch.allclose(decode(Context(), latent, tokenizer).pixels, pixels)
