"""Upscale on the model that ships."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from graph_engine.context import Context
from graph_engine.errors import MissingModel
from graph_engine.events import StepProgress
from nodes.library.restoration.upscale import upscale
from nodes.runtime import enlarging
from nodes.training import world
from nodes.values import Image


@pytest.fixture(scope="module")
def scenes() -> Image:
    """Two scenes that nobody trained on."""
    return Image(world.draw(world.scenes(torch.tensor([(1 << 40) + 3, (1 << 40) + 8]))).rgba)


def test_an_enlarged_picture_is_nearer_to_the_large_one_than_a_plain_enlargement(scenes: Image) -> None:
    opaque = scenes.pixels[:, :3] * scenes.pixels[:, 3:]
    small = F.avg_pool2d(opaque, 2)
    made = upscale(Context(), Image(small)).pixels
    assert made.shape == opaque.shape
    plain = F.interpolate(small, scale_factor=2.0, mode="bicubic").clamp(0, 1)
    assert (made - opaque).square().mean() < 0.7 * (plain - opaque).square().mean()


def test_transparency_stays_and_edges_stay_clean(scenes: Image) -> None:
    disc = (torch.cartesian_prod(torch.arange(64.0), torch.arange(64.0)) - 31.5).norm(dim=1).view(64, 64) < 20
    picture = torch.stack([disc * 0.9, disc * 0.1, disc * 0.1, disc.float()])[None]
    made = upscale(Context(), Image(picture), times=2).pixels
    assert made.shape == (1, 4, 256, 256) and made[0, 3, :16].max() == 0 and made[0, 3, 120:136, 120:136].min() == 1
    seen = made[0, 3] > 0.5
    assert (made[0, 0] - made[0, 1])[seen].min() > 0.5


def test_tiles_leave_no_seam(scenes: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = upscale(Context(), scenes).pixels
    monkeypatch.setattr(enlarging, "TILE", 48)
    told: list[StepProgress] = []
    tiled = upscale(Context(emit=told.append), scenes).pixels
    assert torch.allclose(tiled, whole, atol=1e-5) and len(told) == 2 * 3 * 3


def test_a_tokenizer_is_no_upscaler(scenes: Image) -> None:
    with pytest.raises(MissingModel, match="must be a upscaler"):
        upscale(Context(), scenes, file="starter/rgba_autoencoder")
