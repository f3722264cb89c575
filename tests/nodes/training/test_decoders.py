"""What the decoder of a tokenizer is trained by."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nodes.training.autoencoder import held_out, premultiplied
from nodes.training.decoders import apart, codes_of, rebuilt
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


@pytest.mark.parametrize("name", ["vq", "multiscale_vq"])
def test_the_decoder_is_given_what_the_tokens_of_a_scene_say(name: str) -> None:
    model, true = starter(name, "tokenizer"), premultiplied(held_out(2).rgba)
    with torch.no_grad():
        by_codes = model.decoder(model.post_quant_conv(codes_of(model, true))) / 2 + 0.5
        shown, ids = rebuilt(model, true)
    assert torch.allclose(by_codes.clamp(0, 1), shown, atol=1e-5)
    assert ids.shape[0] == 2 and ids.dtype == torch.int64
