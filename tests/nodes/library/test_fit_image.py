from __future__ import annotations

import torch

from nodes.library.image.fit_image import fit_image
from nodes.values import Image

HALVES = torch.cat([torch.zeros(1, 3, 8, 8), torch.ones(1, 3, 8, 8)], 3)


def test_a_wide_picture_loses_its_sides_and_keeps_its_proportions() -> None:
    striped = torch.arange(16.0).expand(1, 3, 8, 16) / 15
    found = fit_image(Image(striped.clone()), 4, 4).pixels
    assert found.shape == (1, 3, 4, 4)
    assert 4 / 15 <= float(found.min()) < float(found.max()) <= 11 / 15


def test_a_stretched_picture_keeps_its_sides() -> None:
    found = fit_image(Image(HALVES), 2, 2, "stretch").pixels
    assert torch.allclose(found[0, 0], torch.tensor([[0.0, 1.0], [0.0, 1.0]]), atol=0.15)


def test_color_under_transparent_pixels_does_not_bleed() -> None:
    red_beside_hidden_green = torch.zeros(1, 4, 8, 8)
    red_beside_hidden_green[:, 0, :, :4] = red_beside_hidden_green[:, 3, :, :4] = red_beside_hidden_green[:, 1, :, 4:] = 1
    found = fit_image(Image(red_beside_hidden_green), 4, 4).pixels
    assert float(found[:, 1].max()) == 0
    laid = fit_image(Image(red_beside_hidden_green), 4, 4, opaque=True, background="#0000ff").pixels
    assert torch.allclose(laid[0, :, 0, -1], torch.tensor([0.0, 0.0, 1.0]), atol=0.05)
