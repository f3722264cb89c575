from __future__ import annotations

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure, MissingModel
from nodes.library.tokenizer.decode import decode
from nodes.library.tokenizer.encode import encode
from nodes.library.tokenizer.load_tokenizer import load_tokenizer
from nodes.values import Image, Latent, Tokenizer

RGBA = Image(torch.rand(2, 4, 16, 24, generator=torch.Generator().manual_seed(0)))


def test_a_picture_goes_to_a_latent_and_back_to_its_size_with_alpha(tokenizer: Tokenizer) -> None:
    latent = encode(Context(), RGBA, tokenizer)
    assert latent.values.shape == (2, 4, 2, 3)
    assert latent.autoencoder == tokenizer.model.digest
    assert decode(Context(), latent, tokenizer).pixels.shape == (2, 4, 16, 24)


def test_a_picture_without_alpha_is_encoded_as_opaque(tokenizer: Tokenizer) -> None:
    rgb = RGBA.pixels[:, :3]
    opaque = Image(torch.cat([rgb, torch.ones(2, 1, 16, 24)], 1))
    assert torch.equal(encode(Context(), Image(rgb), tokenizer).values, encode(Context(), opaque, tokenizer).values)


def test_a_picture_whose_sides_do_not_fit_is_refused_with_the_nearest_size(tokenizer: Tokenizer) -> None:
    with pytest.raises(Failure, match="sides must be multiples of 8 px for rgba_autoencoder.safetensors, got 21 × 5") as caught:
        encode(Context(), Image(torch.zeros(1, 3, 5, 21)), tokenizer)
    assert caught.value.remedy == "Crop or scale the picture to 16 × 8."


def test_a_latent_of_another_autoencoder_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(Failure, match="latent: must be of rgba_autoencoder.safetensors") as caught:
        decode(Context(), Latent(torch.zeros(1, 4, 2, 2), "f" * 64), tokenizer)
    assert caught.value.remedy == "Use the same tokenizer here as there: the one that fits the generator."


def test_a_tokenizer_says_its_cell_and_whether_it_has_alpha(tokenizer: Tokenizer) -> None:
    assert (tokenizer.cell, tokenizer.has_alpha) == (8, True)


def test_a_generator_is_no_tokenizer(models: object) -> None:
    with pytest.raises(MissingModel, match="flow_base.safetensors: must be a tokenizer, is a generator"):
        load_tokenizer("tiny/flow_base")


def test_the_shipped_tokenizer_keeps_a_drawn_sticker(models: object) -> None:
    """Real weights: a red disc on nothing comes back as one, by numbers."""
    rows, columns = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    disc = (((rows - 31.5) ** 2 + (columns - 31.5) ** 2) < 20**2).float()
    picture = torch.stack([disc * 0.85, disc * 0.1, disc * 0.15, disc])[None]
    tokenizer = load_tokenizer()
    back = decode(Context(), encode(Context(), Image(picture), tokenizer), tokenizer).pixels
    wrong = (back[:, 3:].round() != picture[:, 3:]).float().mean()
    assert wrong < 0.03
    inside = disc.bool() & (back[0, 3] > 0.9)
    assert (back[0, :3] - picture[0, :3])[:, inside].abs().mean() < 0.05
