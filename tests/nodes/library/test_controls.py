"""What leads a flow model beside words, on tiny models of random weights: what is kept, begun with, placed and drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.library.control.begin_with_picture import begin_with_picture
from nodes.library.control.follow_layout import follow_layout
from nodes.library.control.follow_lines import follow_lines
from nodes.library.control.keep_picture import keep_picture
from nodes.library.control.layout import layout
from nodes.library.sampling.generate import generate
from nodes.runtime.coding import conditioning, encoded
from nodes.runtime.loading import open_generator, open_tokenizer, text_encoder_of
from nodes.values import Conditioning, Control, Generator, Image, Latent, Layout, Mask, Strategy, Tokenizer

QUICK = Strategy("flow", "euler", 3)
LEFT = {"box": (0, 0, 5000, 10_000), "words": "a cat"}
RIGHT = {"box": (5000, 0, 10_000, 10_000), "words": "a red dog"}


def picture(width: int = 32, height: int = 32) -> Image:
    return Image(torch.rand(1, 4, height, width, generator=torch.Generator().manual_seed(3)))


def mask(width: int = 32, height: int = 32) -> Mask:
    """Of the right half and one pixel more."""
    pixels = torch.zeros(1, 1, height, width)
    pixels[..., width // 2 - 1 :] = 1
    return Mask(pixels)


def two() -> Layout:
    return layout(painted={"regions": [LEFT, RIGHT]}, width=32, height=32).layout


def made(generator: Generator, words: Conditioning, *controls: Control, **order: int) -> torch.Tensor:
    latent = generate(Context(), generator, words, strategy=QUICK, controls=controls, **order)
    assert isinstance(latent, Latent)
    return latent.values


def test_a_kept_picture_stays_in_every_cell_that_the_mask_does_not_touch(
    generator: Generator, cat: Conditioning, tokenizer: Tokenizer
) -> None:
    control = keep_picture(Context(), picture(), mask(), tokenizer)
    values = made(generator, cat, control, count=2)
    before = encoded(tokenizer, picture(), Context()).values
    assert torch.allclose(values[..., :1], before[..., :1].expand(2, -1, -1, -1), atol=1e-5)
    assert not torch.allclose(values[..., 1:2], before[..., 1:2], atol=0.1)


def test_a_picture_that_leads_gives_its_size(generator: Generator, cat: Conditioning, tokenizer: Tokenizer) -> None:
    control = keep_picture(Context(), picture(48, 32), mask(48, 32), tokenizer)
    assert made(generator, cat, control).shape == (1, 4, 4, 6)
    with pytest.raises(Failure, match="width, height: must be 48 × 32 as the picture that leads, got 64 × 0"):
        made(generator, cat, control, width=64)


def test_the_less_noise_a_picture_begins_under_the_closer_the_result(generator: Generator, cat: Conditioning, tokenizer: Tokenizer) -> None:
    before = encoded(tokenizer, picture(), Context()).values
    near, far = (made(generator, cat, begin_with_picture(Context(), picture(), tokenizer, level)) for level in (0.1, 0.9))
    assert (near - before).abs().mean() < 0.5 * (far - before).abs().mean()


def test_an_item_of_a_batch_of_pictures_that_lead_can_be_made_with_its_own(
    generator: Generator, cat: Conditioning, tokenizer: Tokenizer
) -> None:
    both = Image(torch.cat([picture().pixels, 1 - picture().pixels]))
    values = made(generator, cat, begin_with_picture(Context(), both, tokenizer, 0.2), count=2)
    first = made(generator, cat, begin_with_picture(Context(), picture(), tokenizer, 0.2))
    assert torch.allclose(values[:1], first, atol=1e-4)


def test_regions_change_what_is_made_inside_of_them_and_the_rest_is_what_surrounds(generator: Generator, cat: Conditioning) -> None:
    half = layout(painted={"regions": [LEFT]}, width=32, height=32).layout
    placed = follow_layout(Context(), half, text_encoder_of(generator), "in a meadow", end=0)
    one_step = Strategy("flow", "euler", 1)
    around = conditioning(text_encoder_of(generator), "in a meadow", Context())
    values = generate(Context(), generator, cat, strategy=one_step, controls=(placed.control,)).values
    plain = generate(Context(), generator, around, strategy=one_step).values
    assert torch.allclose(values[..., 2:], plain[..., 2:], atol=1e-5)
    assert not torch.allclose(values[..., :2], plain[..., :2], atol=0.01)


def test_a_layout_says_all_that_it_shows(generator: Generator) -> None:
    placed = follow_layout(Context(), two(), text_encoder_of(generator), "in a meadow")
    assert placed.prompt == "a cat and a red dog in a meadow"


def test_a_model_that_was_trained_with_hints_gets_regions_lines_and_what_is_known_as_hints(models: Path) -> None:
    generator, tokenizer = open_generator("hinted/flow_base"), open_tokenizer("hinted/rgba_autoencoder")
    encoder = text_encoder_of(generator)
    words = conditioning(encoder, "a cat", Context())
    ways = (
        (),
        (follow_layout(Context(), two(), encoder, "in a meadow").control,),
        (follow_lines(mask()),),
        (follow_lines(mask(), strength=0.5),),
        (keep_picture(Context(), picture(), mask(), tokenizer),),
    )
    values = [made(generator, words, *controls) for controls in ways]
    assert len({tuple(one.flatten().tolist()) for one in values}) == len(ways)


def test_lines_are_refused_by_a_model_without_hints(generator: Generator, cat: Conditioning) -> None:
    with pytest.raises(Failure, match="flow_base.safetensors was trained without drawn lines") as caught:
        made(generator, cat, follow_lines(mask()))
    assert "Begin with picture" in caught.value.remedy


def test_a_picture_of_another_autoencoder_and_one_of_many_are_refused(
    generator: Generator, cat: Conditioning, tokenizer: Tokenizer
) -> None:
    foreign = begin_with_picture(Context(), picture(), open_tokenizer("other/rgba_autoencoder"))
    with pytest.raises(Failure, match="a picture must be encoded by rgba_autoencoder.safetensors"):
        made(generator, cat, foreign)
    three = begin_with_picture(Context(), Image(picture().pixels.expand(3, -1, -1, -1)), tokenizer)
    with pytest.raises(Failure, match="must hold 1 picture or 2 as count says, hold 3"):
        made(generator, cat, three, count=2)
