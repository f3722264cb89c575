"""What the decoder of a tokenizer is trained by."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nodes.training.autoencoder import held_out, premultiplied, psnr
from nodes.training.decoders import NOISE, apart, codes_of, noisy, pixels_of, rebuilt
from nodes.training.pictures import starter


def test_a_blurred_scene_looks_less_like_it_and_most_so_where_it_counts() -> None:
    eye, true = starter("rgba_autoencoder", "tokenizer").encoder, premultiplied(held_out(2).rgba)
    blurred, even = nn.functional.avg_pool2d(true, 5, 1, 2), torch.ones(2, 1, 128, 128)
    first = torch.zeros_like(even)
    first[0] = 2
    left_blurred = torch.cat([blurred[:1], true[1:]])
    with torch.no_grad():
        assert float(apart(eye, true, true, even)) == 0
        assert apart(eye, blurred, true, even) > 0.05
        assert apart(eye, left_blurred, true, first) > 1.5 * apart(eye, left_blurred, true, even)


@pytest.mark.parametrize("name", ["vq", "multiscale_vq", "rgba_autoencoder"])
def test_the_decoder_is_given_what_the_tokenizer_says_of_a_scene(name: str) -> None:
    model, true = starter(name, "tokenizer"), premultiplied(held_out(2).rgba)
    with torch.no_grad():
        by_codes = pixels_of(model, codes_of(model, true))
        shown, ids = rebuilt(model, true)
    assert torch.allclose(by_codes.clamp(0, 1), shown, atol=1e-5)
    assert len(ids) == 2 and (name == "rgba_autoencoder" or ids.dtype == torch.int64)


def test_noise_differs_from_picture_to_picture_and_tokens_have_none() -> None:
    codes = torch.zeros(400, 8, 4, 4)
    spread = noisy(codes, 2.0).std((1, 2, 3))
    assert spread.max() < 2.4 and 0.35 < spread.median() < 0.65
    assert noisy(codes, 0.0) is codes


def test_the_shipped_decoder_shows_noisy_latents_as_scenes() -> None:
    model, true = starter("rgba_autoencoder", "tokenizer"), premultiplied(held_out(16).rgba)
    with torch.no_grad():
        clean, worse = (psnr(rebuilt(model, true, noise * model.config.scale)[0], true) for noise in (0.0, NOISE / 2))
    assert clean > 29.5 and worse > 26.5  # one that knew clean latents alone had 25.3
