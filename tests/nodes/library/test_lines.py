"""Pictures as lines of tokens that stand for no place: TiTok's, as codes or as vectors, and FlexTok's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure, MissingModel
from nodes.library.editing.drop_tail import drop_tail
from nodes.library.tokenizer.decode import decode
from nodes.library.tokenizer.encode import encode
from nodes.models.flextok import FlexTokConfig
from nodes.models.layouts import build_model
from nodes.runtime.loading import open_tokenizer
from nodes.values import Image, Latent, Tokenizer, Tokens
from tests.nodes.token_models import TOKENIZERS, save, tiny_tokenizer

FLEXTOK = FlexTokConfig(
    2, 2, 2, 3, 8, 1, 5, 8, 1, 5, 4, levels=(8, 5), waves=4, vae_widths=(4, 8), vae_blocks=1, vae_groups=2, latent_scale=0.5
)
SOFT = dataclasses.replace(TOKENIZERS["titok"], codebook=None, normalized=False)
LEGACY = dataclasses.replace(
    TOKENIZERS["titok"],
    normalized=True,
    proxy_codes=5,
    proxy_hidden=6,
    pixel_channels=4,
    pixel_multipliers=(1, 2),
    pixel_blocks=1,
    pixel_width=3,
    patch=2,
)


def picture(side: int) -> Image:
    return Image(torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0)))


@pytest.fixture
def flextok(tmp_path: Path) -> Tokenizer:
    return open_tokenizer(str(save(tmp_path, "flextok", FLEXTOK, large=1)))


def test_a_flexible_line_is_drawn_anew_from_as_many_tokens_as_are_there(flextok: Tokenizer) -> None:
    tokens = encode(Context(), picture(8), flextok)
    assert isinstance(tokens, Tokens)
    assert (tokens.grids, tokens.codebook) == (((1, 3),), 40)
    whole, first = (decode(Context(), part, flextok).pixels for part in (tokens, drop_tail(tokens, 1)))
    assert whole.shape == first.shape == (2, 3, 8, 8)
    assert not torch.allclose(whole, first)


def test_a_flexible_picture_does_not_depend_on_what_is_decoded_beside_it(flextok: Tokenizer) -> None:
    tokens = encode(Context(), picture(8), flextok)
    alone = dataclasses.replace(tokens, ids=tokens.ids[1:])
    assert torch.allclose(decode(Context(), tokens, flextok).pixels[1:], decode(Context(), alone, flextok).pixels, atol=1e-4)


def test_the_latent_of_a_flexible_line_is_scaled_as_it_was_trained(flextok: Tokenizer) -> None:
    model = build_model(flextok.model)
    pixels = picture(8).pixels * 2 - 1
    latent = model.vae["vae"].moments(pixels)[0] * 0.5
    assert torch.equal(encode(Context(), picture(8), flextok).ids, model.encode(latent))


def test_a_flexible_line_without_its_autoencoder_is_refused(tmp_path: Path) -> None:
    bare = dataclasses.replace(FLEXTOK, vae_widths=())
    with pytest.raises(MissingModel, match=r"must hold its autoencoder too, below vae\.vae\."):
        open_tokenizer(str(save(tmp_path, "flextok", bare)))


def test_a_soft_line_is_a_latent_of_one_row_and_comes_back(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(tmp_path, "titok", SOFT)
    given = picture(tokenizer.cell)
    latent = encode(Context(), given, tokenizer)
    assert isinstance(latent, Latent)
    assert latent.values.shape == (2, SOFT.token_width, 1, SOFT.tokens)
    model = build_model(tokenizer.model)
    assert torch.allclose(latent.values, model.moments(given.pixels)[0], atol=1e-5)
    assert torch.allclose(decode(Context(), latent, tokenizer).pixels, model.pixels(latent.values).clamp(0, 1), atol=1e-5)


def test_a_legacy_line_decodes_through_the_codes_of_another_tokenizer(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(tmp_path, "titok", LEGACY)
    side = tokenizer.cell
    tokens = encode(Context(), picture(side), tokenizer)
    shown = decode(Context(), tokens, tokenizer).pixels
    assert torch.allclose(shown, build_model(tokenizer.model).decode(tokens.ids).clamp(0, 1), atol=1e-5)


def test_a_picture_of_another_size_is_refused(tmp_path: Path, flextok: Tokenizer) -> None:
    for tokenizer, side in ((flextok, 8), (tiny_tokenizer(tmp_path, "titok", SOFT), 4)):
        with pytest.raises(Failure, match=f"image: must be {side} × {side} px for .*, got 16 × 16"):
            encode(Context(), picture(16), tokenizer)
