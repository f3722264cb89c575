from __future__ import annotations

import torch

from nodes.imaging.alpha import premultiplied, smaller, straight, with_alpha


def test_straight_and_premultiplied_undo_each_other_where_something_is_seen() -> None:
    rgba = torch.rand(2, 4, 5, 6).clamp(min=0.01)
    assert torch.allclose(straight(premultiplied(rgba)), rgba, atol=1e-5)


def test_rgb_becomes_opaque_and_rgba_stays() -> None:
    rgba = with_alpha(torch.rand(1, 3, 2, 2))
    assert rgba.shape == (1, 4, 2, 2)
    assert bool((rgba[:, 3] == 1).all())
    assert with_alpha(rgba) is rgba


def test_hidden_color_does_not_bleed_into_an_averaged_edge() -> None:
    red_beside_hidden_black = torch.tensor([[1.0, 0, 0, 1], [0, 0, 0, 0]]).T.view(1, 4, 1, 2)
    assert smaller(red_beside_hidden_black, 1, 1).flatten().tolist() == [1, 0, 0, 0.5]
